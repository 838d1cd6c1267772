/** Figures with their sign and colour: money of a gain or a loss, percents. Fed by numbers; a stale figure is grey with a dotted line. */
import { money, percent, signOf } from "../numbers";

interface FigureProps {
  value: number;
  stale?: boolean;
  strong?: boolean;
}

function tone(value: number, stale: boolean | undefined): string {
  if (stale) return "num stale";
  const sign = signOf(value);
  return sign === "zero" ? "num" : `num ${sign}`;
}

/** Profit or loss: always with its sign; zero has none, and no colour. */
export function Pnl({ value, currency, stale, strong = false }: FigureProps & { currency: string }) {
  const text = money(value, currency, true);
  const className = tone(value, stale);
  return strong ? <b className={className}>{text}</b> : <span className={className}>{text}</span>;
}

export function Percent({ value, stale }: FigureProps) {
  return <span className={tone(value, stale)}>{percent(value, true)}</span>;
}
