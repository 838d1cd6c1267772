/** Equity today: the one big figure, the day's P&L after charges, the line of the day. Fed by accounts, quotes and equity_days. */
import { useMemo } from "react";
import type { EquityDay } from "../documents";
import { equityPlot, type EquityFrame } from "../equity";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { usePositionsNow } from "../live/usePositionsNow";
import { clockMinutes, dayKey } from "../moments";
import { money, moneyParts, signOf } from "../numbers";
import { LATE_AFTER_S, useLate } from "../parts/Age";
import { Percent, Pnl } from "../parts/Figures";
import { Blank, Loading, Pane } from "../parts/Pane";
import { Water } from "../parts/Water";
import { accountNow } from "../pnl";
import { queries } from "../queries";
import { words } from "../words";
import { EquityChart } from "./EquityChart";

const ARROWS = { gain: "▲ ", loss: "▼ ", zero: "" } as const;

/** The day in document ids: the session's where there is one, else the market clock's. */
export function useMarketDay(): string | null {
  const { account, clock, marketZone } = useAccount();
  if (account.session) return dayKey(account.session.open_at, marketZone);
  return clock ? dayKey(clock.marketAt, marketZone) : null;
}

export function EquityPane() {
  const { account, owner, quotes, clock, marketZone } = useAccount();
  const positions = usePositionsNow();
  const day = useMarketDay();
  const live = useLive<EquityDay>(day ? queries.equityDay(owner, day) : null);
  const late = useLate(account.updated_at) && !account.clock.finished;
  const now = accountNow(account, positions);
  const { session, start_equity_day: start, currency } = account;
  const seenAt = Math.max(quotes?.updated_at ?? 0, account.updated_at);
  const marketAt = clock?.marketAt;
  const stored = live.rows?.[0]?.points;
  const plot = useMemo(() => {
    const points = [...(stored ?? [])].sort((a, b) => a.at - b.at);
    const first = points[0];
    // The line ends in the figure above it, not in the last full minute.
    if (first && marketAt !== undefined && marketAt > (points.at(-1)?.at ?? 0)) points.push({ at: marketAt, equity: now.equity });
    const last = points.at(-1);
    if (!first || !last) return null;
    const frame: EquityFrame = session
      ? { from: session.open_at, to: session.close_at, exitsFrom: session.entry_until }
      : { from: first.at, to: Math.max(last.at, first.at + 3_600_000), exitsFrom: null };
    return equityPlot(points, start, frame, marketZone);
  }, [stored, session, start, marketZone, marketAt, now.equity]);
  const figure = moneyParts(now.equity, currency);
  const stale = late || now.stale.length > 0;
  const label = plot && words.equity.aria(
    clockMinutes(stored?.[0]?.at ?? 0, marketZone), clockMinutes(stored?.at(-1)?.at ?? 0, marketZone),
    money(start, currency), money(plot.low, currency), money(plot.high.value, currency), money(now.equity, currency),
  );
  return (
    <Pane
      id="equity" title={words.equity.title} className="c8 grow" at={seenAt} limitS={LATE_AFTER_S}
      beside={<span className="dim small long">{now.stale.length ? words.equity.staleNote(now.stale.join(", ")) : words.equity.after}</span>}
    >
      <div>
        <p className={`fig ${late ? "stale" : ""}`}>{figure.whole}<span className="paise">{figure.minor}</span></p>
        <p className="delta">
          <strong className={stale ? "stale" : signOf(now.net)}>{ARROWS[signOf(now.net)]}<Pnl value={now.net} currency={currency} stale={stale} /></strong>
          <Percent value={now.netPct} stale={stale} />
          <span className="mut">{session ? words.equity.since(clockMinutes(session.open_at, marketZone)) : words.equity.sinceStart}</span>
        </p>
      </div>
      {plot && label ? <EquityChart plot={plot} value={now.equity} currency={currency} zone={marketZone} label={label} />
        : live.rows ? <Blank title={words.equity.noPoints} /> : <Loading what={words.equity.title} />}
      <Water />
    </Pane>
  );
}
