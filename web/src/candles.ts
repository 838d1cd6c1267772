/** Candles for the chart: stored bars, the bar that is forming, and where fills fall. Fed by bars, quotes, fills; feeds the candle chart. Pure. */
import type { Fill } from "./documents";
import type { Bars, Quote } from "./marketDocuments";
import { zoneOffset, type Zone } from "./moments";

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

/** When the bar that holds `at` opened: bars count from midnight of the venue's zone, where all its timeframes divide the day. */
export function barOpen(at: number, timeframeS: number, zone: Zone): number {
  const step = timeframeS * 1000;
  const offset = zoneOffset(at, zone);
  return Math.floor((at + offset) / step) * step - offset;
}

/**
 * The bar that is forming, carried on with one more quote, or a new one when the quote falls into the next bar.
 * Null while the newest stored bar covers the quote. Its extremes are those that this screen saw.
 */
export function formingCandle(before: Candle | null, closed: Candle | undefined, quote: Quote, timeframeS: number, zone: Zone): Candle | null {
  const at = barOpen(quote.at, timeframeS, zone);
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
export function fillMarks(fills: readonly Fill[], candles: readonly Candle[], timeframeS: number, zone: Zone): FillMark[] {
  const drawn = new Set(candles.map((c) => c.at));
  const marks = new Map<string, FillMark>();
  for (const fill of fills) {
    const at = barOpen(fill.filled_at, timeframeS, zone);
    if (!drawn.has(at)) continue;
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
