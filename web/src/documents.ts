/**
 * The Firestore documents as the screens see them: docs/contract/documents.md in types.
 * Fed by live/listen (timestamps become ms since 1970 UTC), feeds every pane. Names of fields are the documents' own.
 */

import type { Armed, Kill, Policy, Trip } from "./riskDocuments";

export type { Bot, BotState, BotStatus, Building, Canary, Desired, Execution, Exits, Sizing, SymbolStatus } from "./botDocuments";

export type Ms = number;

/** On every document. */
export interface Owned {
  id: string;
  user_id: string;
  account_id: string;
  mode: "paper" | "live";
  updated_at: Ms;
  sequence: number;
  /** Of a rehearsal: nothing of it counts. */
  origin?: "simulated";
}

export type Side = "BUY" | "SELL";
export type Temperature = "FROZEN" | "COOL" | "WARM" | "HOT";
export type Outcome = "ordered" | "blocked" | "expired" | "watch";

export interface Signal extends Owned {
  bot_id: string;
  strategy: string;
  symbol: string;
  timeframe: string;
  type: Side;
  price: number;
  score: number;
  reasons: string[];
  bar_at: Ms;
  confirmed_at: Ms;
  outcome: Outcome;
  blocking_reason: string | null;
  blocking_detail: string | null;
  order_id: string | null;
}

export interface Fill extends Owned {
  order_id: string;
  bot_id: string;
  symbol: string;
  side: Side;
  quantity: number;
  price: number;
  charges: number;
  charge_lines: Record<string, number>;
  filled_at: Ms;
}

export interface ClosedTrade extends Owned {
  bot_id: string;
  symbol: string;
  side: "LONG" | "SHORT";
  quantity: number;
  entry_at: Ms;
  entry_price: number;
  exit_at: Ms;
  exit_price: number;
  gross_pnl: number;
  charges: number;
  net_pnl: number;
  exit_reason: string;
}

export interface Alert extends Owned {
  severity: "info" | "warning" | "critical";
  kind: string;
  text: string;
  at: Ms;
  acknowledged_at?: Ms | null;
  /** Equal causes folded into this one. */
  count?: number;
  last_at?: Ms | null;
  delivered_to?: Delivery[];
}

/** One channel's answer to an alert; `failed` says why it did not take it. */
export interface Delivery {
  channel: string;
  at: Ms;
  failed?: string | null;
}

export type OrderState =
  | "created" | "sent" | "in_flight" | "unknown" | "accepted" | "partially_filled" | "filled"
  | "cancel_requested" | "cancelled" | "rejected" | "expired" | "refused";

export interface Order extends Owned {
  bot_id: string;
  signal_id: string | null;
  symbol: string;
  side: Side;
  order_type: "MARKET" | "LIMIT" | "STOP_LIMIT";
  quantity: number;
  limit_price: number | null;
  state: OrderState;
  filled_quantity: number;
  average_price: number | null;
  venue_order_id: string | null;
  reason: string | null;
  purpose: "entry" | "exit" | "protect";
  trigger_price?: number | null;
  /** An entry's: the signal the other way that it was taken back for. */
  withdrawn_by?: string | null;
  /** Paper, dry or live when it was decided. */
  execution_mode?: string;
  exit_reason: string | null;
  history: { state: OrderState; at: Ms }[];
  created_at: Ms;
}

export interface Position extends Owned {
  bot_id: string;
  symbol: string;
  side: string;
  quantity: number;
  entry_price: number;
  current_price: number;
  pnl: number;
  pnl_percent: number;
  realized_pnl: number;
  charges: number;
  state: "BUILDING" | "OPEN" | "REDUCING";
  /** `at_risk_pct`: what the tranche would lose at its stop, % of the equity at its entry. */
  tranches: { quantity: number; price: number; at: Ms; at_risk_pct?: number }[];
  stop_price: number | null;
  /** What moved the stop there: `stop`, `trailing` or `break_even`. */
  stop_reason?: string | null;
  target_price: number | null;
  entry_time: Ms;
}

export interface Account extends Owned {
  name: string;
  market: "demo" | "replay" | "coinbase" | "angelone";
  currency: string;
  cash: number;
  equity: number;
  start_equity_day: number;
  start_equity_week?: number;
  realized_pnl_day: number;
  unrealized_pnl: number;
  charges_day: number;
  pnl_pct_day: number;
  pnl_pct_week: number;
  high_water_mark: number;
  drawdown_pct: number;
  trading_state: "ACTIVE" | "REDUCING" | "HALTED";
  halted_reason: string | null;
  /** A halt that a resume lifts once a report compared since it began left nothing open. */
  invariant_broken?: boolean;
  /** Halted by the service alone, until its cause has passed. */
  held?: boolean;
  trips?: Trip[];
  /** Closed trades lost one after another, up to now. */
  losses_in_a_row?: number;
  kill?: Kill | null;
  /** The limits the engine obeys. */
  policy_in_force?: Policy;
  /** Those it will obey from the next session on, where they are others. */
  policy_next?: Policy | null;
  /** Why the adaptive preset has tightened them. */
  policy_adapted?: string | null;
  /** Exposure with the entries on their way, times equity. */
  leverage?: number;
  effective_mode: "paper" | "dry" | "live";
  /** Why it is what it is, a sentence each. */
  mode_reasons?: string[];
  market_at: Ms | null;
  session: {
    day: string; open_at: Ms; close_at: Ms; entry_from: Ms | null; entry_until: Ms | null; flatten_at: Ms | null;
  } | null;
  clock: { speed: number; simulated: boolean; finished: boolean };
  truth: { state: "in_step" | "checking" | "differs" | "unknown"; checked_at: Ms | null; differences: string[] };
  engine: { instance: string; epoch: number; heartbeat_at: Ms | null };
  write_queue: { depth: number; oldest_age_s: number | null; dead_letters: number };
  feed: { state: "live" | "late" | "stale" | "finished" | "closed"; last_tick_at: Ms | null; ticks?: number; dropped?: Record<string, number> };
  broker: { state: string; until: Ms | null };
}

export type Period = "day" | "week" | "month" | "all";

export interface Profit extends Owned {
  period: Period;
  period_start: string;
  gross_pnl: number;
  charges: number;
  net_pnl: number;
  trades: number;
  wins: number;
  losses: number;
}

export interface EquityDay extends Owned {
  day: string;
  points: { at: Ms; equity: number }[];
}

export interface Controls extends Owned {
  generation: number;
  halted?: boolean;
  halted_reason?: string | null;
  halted_at?: Ms | null;
  killed?: boolean;
  armed?: Armed | null;
}

/** A record that the store refused for good: `collection` and `document_id` name what could not be written. */
export interface DeadLetter extends Owned {
  collection: string;
  document_id: string;
  error: string;
  attempts: number;
  first_at: Ms;
  payload_bytes: number;
}

export interface Command extends Owned {
  kind: string;
  arguments: Record<string, unknown>;
  requested_at: Ms;
  state: "accepted" | "done" | "failed";
  result?: Record<string, unknown> | null;
}
