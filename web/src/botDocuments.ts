/** A bot's document as the screens see it: what people set, and the status the engine writes. Part of documents.ts. */
import type { Ms, Owned, Side, Temperature } from "./documents";
import type { Twin } from "./twinDocuments";

export type Desired = "running" | "paused" | "stopped";
export type BotState = "starting" | "warming" | "running" | "paused" | "stopped" | "error";

export interface SymbolStatus {
  score: number | null;
  temperature: Temperature | null;
  verdict: string | null;
  detail: string | null;
  candidate: Side | null;
  candidate_since: Ms | null;
}

export interface BotStatus {
  state: BotState;
  temperature: Temperature | null;
  score: number | null;
  symbol: string | null;
  readiness: { can_trade: boolean; blocking_reason: string | null; blocking_detail: string | null } | null;
  countdown: { kind: "bar_close" | "cooldown" | "confirmation" | "entry_window" | null; until: Ms | null } | null;
  last_evaluated_at: Ms | null;
  symbols?: Record<string, SymbolStatus>;
  signals_today?: number;
  orders_today?: number;
  trades_today?: number;
  realized_pnl_day?: number;
  charges_day?: number;
  canary?: Canary | null;
}

/** The own limits of a bot that is new on live, until `trades` of its trades are closed. */
export interface Canary {
  notional_max: number | null;
  leverage_max?: number | null;
  symbols: string[];
  trades: number;
  trades_done: number;
}

/** Distances from the average entry price in percent, and s of market time after the entry; null where there is none. */
export interface Exits {
  stop_pct: number | null;
  target_pct: number | null;
  trail_pct?: number | null;
  break_even_at_pct?: number | null;
  break_even_plus_bps?: number | null;
  time_exit_s?: number | null;
}

/** How further entries add to a position. */
export interface Building {
  policy: string;
  tranches_max: number | null;
  step_pct: number;
  factor: number;
  notional_max_pct: number | null;
}

/** How large an entry is; `atr_period` and `slippage_bps` with the kinds that read them. */
export interface Sizing {
  kind: "equity_pct" | "notional" | "quantity" | "volatility" | "risk_per_trade";
  value: number;
  atr_period?: number;
  slippage_bps?: number;
  by_temperature?: { cool: number; warm: number; hot: number } | null;
}

/** How orders go to the venue. */
export interface Execution {
  entries: string;
  exits: string;
  offset_bps: number;
  collar_bps: number;
  replace_after_s: number;
  replacements_max: number;
}

export interface Bot extends Owned {
  name: string;
  strategy: string;
  parameters: Record<string, unknown>;
  symbols: string[];
  timeframe: string;
  sizing: Sizing;
  exits: Exits | null;
  building?: Building | null;
  execution?: Execution | null;
  desired: Desired;
  generation: number;
  observed_generation?: number;
  created_at: Ms;
  deleted: boolean;
  /** Null until the engine has seen the bot. */
  status?: BotStatus | null;
  /** Of a live bot: what its paper twin did beside it. */
  twin?: Twin | null;
}
