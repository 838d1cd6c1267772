/** Candles for the chart: stored bars, the bar that is forming, and where fills fall. Fed by bars, quotes, fills; feeds the candle chart. Pure. */
import type { Fill } from "./documents";
import type { Bars, Quote } from "./marketDocuments";

/** One candle. `at` is the bar's open, ms UTC. */
export interface Candle {
  at: number;
  o: number;
  h: number;
  l: number;
  c: number;
  v: number;
}

const TIMEFRAMES: Record<string, number> = { "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600 };

/** Seconds of a timeframe's name; a name the client does not know counts as a minute. */
export function timeframeSeconds(name: string): number {
  return TIMEFRAMES[name] ?? 60;
}

/** Stored bars of several days, oldest first, each instant once. */
export function candlesOf(documents: readonly Bars[]): Candle[] {
  const byOpen = new Map<number, Candle>();
  for (const document of documents) {
    for (const bar of Object.values(document.bars ?? {})) byOpen.set(bar.at, { ...bar });
  }
  return [...byOpen.values()].sort((a, b) => a.at - b.at);
}

/** When the bar that holds `at` opened. Bars count from a session's open (an hour in Mumbai begins at 09:15): `origin` is one, or a bar's own open. */
export function barOpen(at: number, timeframeS: number, origin: number): number {
  const step = timeframeS * 1000;
  return origin + Math.floor((at - origin) / step) * step;
}

/**
 * The bar that is forming, carried on with one more quote, or a new one when the quote falls into the next bar.
 * Null while the newest stored bar covers the quote. Its extremes are those that this screen saw. `opensAt` is the open of the account's session.
 */
export function formingCandle(before: Candle | null, closed: Candle | undefined, quote: Quote, timeframeS: number, opensAt: number | null): Candle | null {
  const inSession = opensAt !== null && quote.at >= opensAt;
  const at = barOpen(quote.at, timeframeS, inSession ? opensAt : closed?.at ?? 0);
  if (closed && at <= closed.at) return null;
  if (!before || before.at !== at) return { at, o: quote.price, h: quote.price, l: quote.price, c: quote.price, v: 0 };
  return { ...before, h: Math.max(before.h, quote.price), l: Math.min(before.l, quote.price), c: quote.price };
}

/** A fill on the chart, at the open of the bar it fell in. */
export interface FillMark {
  at: number;
  side: Fill["side"];
  quantity: number;
  price: number;
}

/** The fills that fall into the drawn candles, oldest first; those of one side and bar become one mark. */
export function fillMarks(fills: readonly Fill[], candles: readonly Candle[], timeframeS: number): FillMark[] {
  const marks = new Map<string, FillMark>();
  for (const fill of fills) {
    const at = candles.findLast((c) => c.at <= fill.filled_at)?.at;
    if (at === undefined || fill.filled_at >= at + timeframeS * 1000) continue;
    const key = `${at} ${fill.side}`;
    const mark = marks.get(key);
    if (!mark) marks.set(key, { at, side: fill.side, quantity: fill.quantity, price: fill.price });
    else {
      const quantity = mark.quantity + fill.quantity;
      mark.price = (mark.price * mark.quantity + fill.price * fill.quantity) / quantity;
      mark.quantity = quantity;
    }
  }
  return [...marks.values()].sort((a, b) => a.at - b.at);
}

const STEP_MAX = 0.01;
const DECIMALS_MAX = 8;

/** The smallest step that the candles' prices were told in, a power of ten from 0.01 down: an axis of 0.00001234 needs more than cents. */
export function priceStep(candles: readonly Candle[]): number {
  const told = candles.slice(-50).flatMap((c) => [c.o, c.h, c.l, c.c]);
  for (let decimals = 2; decimals < DECIMALS_MAX; decimals += 1) {
    const scale = 10 ** decimals;
    if (told.every((p) => Math.abs(p * scale - Math.round(p * scale)) < 1e-6 * Math.max(1, p * scale))) return Math.min(STEP_MAX, 1 / scale);
  }
  return 10 ** -DECIMALS_MAX;
}
