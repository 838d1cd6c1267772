/** Stop, average, price and target on one line. Fed by a position at the newest price. */
import type { PositionNow } from "../pnl";
import { price } from "../numbers";
import { words } from "../words";

/** Where a price falls between the two ends, 0 to 100, kept inside. */
function place(value: number, low: number, high: number): number {
  if (high <= low) return 50;
  return Math.min(100, Math.max(0, (100 * (value - low)) / (high - low)));
}

export function Ruler({ now, currency }: { now: PositionNow; currency: string }) {
  const { stop_price: stop, target_price: target, entry_price: entry, quantity } = now.position;
  if (stop === null && target === null) return <span className="dim small">{words.positions.noLimits}</span>;
  const known = [stop, target, entry, now.price.price].filter((p): p is number => p !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const at = place(now.price.price, low, high);
  const from = place(entry, low, high);
  const gains = (now.price.price - entry) * quantity >= 0;
  const end = (value: number | null, side: string) => value !== null && <span className={`end ${side}`}>{price(value, currency)}</span>;
  const left = quantity >= 0 ? stop : target;
  const right = quantity >= 0 ? target : stop;
  const text = (value: number | null) => (value === null ? words.positions.none : price(value, currency));
  return (
    <span className="ruler" role="img" aria-label={words.positions.aria(text(stop), text(entry), text(now.price.price), text(target))}>
      <span className="line" />
      <span className={`run ${gains ? "gain" : "loss"}`} style={{ left: `${Math.min(at, from)}%`, width: `${Math.abs(at - from)}%` }} />
      {left !== null && <span className={quantity >= 0 ? "edge stop-edge" : "edge"} style={{ left: 0 }} />}
      {right !== null && <span className={quantity >= 0 ? "edge" : "edge stop-edge"} style={{ right: 0 }} />}
      <span className="entry" style={{ left: `${from}%` }} />
      <span className={now.price.stale ? "px old" : "px"} style={{ left: `${at}%` }} />
      {end(left, "")}
      {end(right, "r")}
    </span>
  );
}
