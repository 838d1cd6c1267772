/**
 * The Firestore documents about prices and bars: quotes, bars, decisions, as docs/contract/documents.md has them.
 * Fed by live/listen; feeds the charts, the decisions and every figure that moves with a price.
 */
import type { Ms, Owned } from "./documents";

export interface Quote {
  price: number;
  at: Ms;
  change_pct?: number | null;
}

export interface Quotes extends Owned {
  symbols: Record<string, Quote>;
  market_at: Ms;
}

export interface StoredBar {
  at: Ms;
  o: number;
  h: number;
  l: number;
  c: number;
  v: number;
}

export interface Bars extends Owned {
  symbol: string;
  timeframe: string;
  day: string;
  bars: Record<string, StoredBar>;
}

export type Verdict = "warming" | "quiet" | "candidate" | "ended" | "signal";

export interface Decision {
  at: Ms;
  score: number | null;
  /** The parts of a confluence score, each from -1 to 1; absent while warming. */
  rsi?: number | null;
  ma?: number | null;
  macd?: number | null;
  verdict: Verdict;
  detail: string | null;
  /** The numbers that other strategies name stand beside these. */
  [input: string]: unknown;
}

export interface Decisions extends Owned {
  bot_id: string;
  day: string;
  hour: string;
  bars: Record<string, Decision>;
}
