/** A live bot's paper twin as its document has it: what the same decisions came to on paper. Part of botDocuments.ts. */
import type { Ms, Side } from "./documents";

export interface TwinFill {
  symbol: string;
  side: Side;
  purpose: "entry" | "exit";
  at: Ms;
  paper_price: number | null;
  live_price: number | null;
  /** How much worse live was; null without both prices. */
  slippage_bps: number | null;
  /** Why live did not fill it; null where it did, or still may. */
  missed: string | null;
}

export interface Twin {
  since: Ms;
  /** Why nothing is compared any more; null while it goes on. */
  stopped: string | null;
  compared: number;
  missed: number;
  missed_reasons: Record<string, number>;
  alone: number;
  slippage_bps: number | null;
  slippage_cost: number;
  trades_live: number;
  trades_paper: number;
  net_pnl_live: number;
  net_pnl_paper: number;
  fills: TwinFill[];
}
