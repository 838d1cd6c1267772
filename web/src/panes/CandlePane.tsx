/** The chart of a bot's symbol: price now, candles of today and the day before, fills on them. Fed by bars, quotes, fills, decisions. */
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { candlesOf, formingCandle, timeframeSeconds, type Candle } from "../candles";
import type { JudgedBar } from "../decisions";
import type { Bot, Fill } from "../documents";
import type { Bars } from "../marketDocuments";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { clockMinutes, dayKey } from "../moments";
import { percent, price, signOf } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { CandleLegend } from "../parts/CandleLegend";
import { Blank, Loading, Pane } from "../parts/Pane";
import { Water } from "../parts/Water";
import type { PositionNow } from "../pnl";
import { queries } from "../queries";
import { scoreEdges } from "../scoreEdges";
import { words } from "../words";
import type { PriceLineWanted } from "./candleLibrary";
import { useMarketDay } from "./EquityPane";

// The drawing library is a third of all code and only this page needs it.
const CandleChart = lazy(() => import("./CandleChart"));

const DAY = 86_400_000;

/** Today and the four calendar days before: the last one with trading is among them, over a weekend too. */
function useDays(): string[] {
  const { clock, marketZone } = useAccount();
  const today = useMarketDay();
  const at = clock?.marketAt;
  return useMemo(() => {
    if (!today || at === undefined) return [];
    return [...new Set([today, ...[1, 2, 3, 4].map((n) => dayKey(at - n * DAY, marketZone))])];
    // The list changes with the day, not with each tick of the clock.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [today, marketZone]);
}

function useForming(bot: Bot, symbol: string, candles: Candle[]): Candle | null {
  const { account, quotes } = useAccount();
  const [forming, setForming] = useState<Candle | null>(null);
  const quote = quotes?.symbols[symbol];
  const closed = candles.at(-1);
  const opensAt = account.session?.open_at ?? null;
  useEffect(() => {
    if (quote) setForming((before) => formingCandle(before, closed, quote, timeframeSeconds(bot.timeframe), opensAt));
  }, [quote, closed, bot.timeframe, opensAt]);
  return forming;
}

function positionLines(now: PositionNow | undefined): PriceLineWanted[] {
  if (!now) return [];
  const { entry_price, stop_price, target_price } = now.position;
  const lines: PriceLineWanted[] = [{ price: entry_price, kind: "average" }];
  if (stop_price !== null) lines.push({ price: stop_price, kind: "stop" });
  if (target_price !== null) lines.push({ price: target_price, kind: "target" });
  return lines;
}

interface CandlePaneProps {
  bot: Bot;
  symbol: string;
  position: PositionNow | undefined;
  judged: JudgedBar[] | undefined;
}

export function CandlePane({ bot, symbol, position, judged }: CandlePaneProps) {
  const { account, owner, quotes, marketZone } = useAccount();
  const days = useDays();
  const bars = useLive<Bars>(days.length > 0 ? queries.bars(owner, symbol, bot.timeframe, days) : null);
  const botFills = useLive<Fill>(queries.botFills(owner, bot.id)).rows;
  const today = days[0];
  const candles = useMemo(() => {
    // Today and the newest day before it: older ones are only there for weekends.
    const kept = [...(bars.rows ?? [])].sort((a, b) => b.id.localeCompare(a.id)).slice(0, bars.rows?.some((b) => b.id.endsWith(today ?? "")) ? 2 : 1);
    return candlesOf(kept);
  }, [bars.rows, today]);
  const forming = useForming(bot, symbol, candles);
  const fills = useMemo(() => (botFills ?? []).filter((f) => f.symbol === symbol), [botFills, symbol]);
  const key = position ? `${position.position.entry_price} ${position.position.stop_price} ${position.position.target_price}` : "";
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const lines = useMemo(() => positionLines(position), [key]);
  const scores = useMemo(() => {
    const step = timeframeSeconds(bot.timeframe) * 1000;
    // A decision is stamped at the close of its bar, a candle at its open; the day's last bar may be a short one.
    const openOf = (close: number) => candles.findLast((c) => c.at < close && close - c.at <= step)?.at ?? close - step;
    return [...(judged ?? [])].reverse().flatMap((b) => (b.score === null ? [] : [{ at: openOf(b.at), score: b.score }]));
  }, [judged, bot.timeframe, candles]);
  const quote = quotes?.symbols[symbol];
  const [first, last] = [candles[0], candles.at(-1)];
  const shownPrice = quote?.price ?? last?.c;
  const beside = (
    <>
      {shownPrice !== undefined && <span className="num"><b>{price(shownPrice, account.currency)}</b> {quote?.change_pct != null && <span className={`small ${signOf(quote.change_pct)}`}>{percent(quote.change_pct, true)}</span>}</span>}
      <CandleLegend />
    </>
  );
  const tf = words.bots.timeframe(bot.timeframe);
  return (
    <Pane id="chart" title={symbol} beside={beside} at={quotes?.updated_at ?? account.updated_at} limitS={LATE_AFTER_S}>
      <div className="candle-box">
        {first && last && shownPrice !== undefined ? (
          <Suspense fallback={<Loading what={symbol} />}>
            <CandleChart
              key={symbol} candles={candles} forming={forming} fills={fills} lines={lines} scores={scores} edges={scoreEdges(bot.parameters)} timeframeS={timeframeSeconds(bot.timeframe)}
              currency={account.currency} zone={marketZone}
              label={words.bot.chart.aria(symbol, tf, candles.length, clockMinutes(first.at, marketZone), clockMinutes(last.at, marketZone), price(shownPrice, account.currency), fills.length)}
            />
          </Suspense>
        ) : bars.rows ? <Blank title={words.bot.chart.noBars} /> : <Loading what={symbol} />}
        <Water />
      </div>
    </Pane>
  );
}
