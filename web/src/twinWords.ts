/** What the screens say of a live bot's paper twin: part of words.ts, which takes it in. */
import { MINUS } from "./numbers";

/** Basis points with their sign: +8.91 bps is worse than paper. */
export function slippage(bps: number): string {
  const size = Math.abs(bps).toFixed(2);
  if (size === "0.00") return "0.00 bps";
  return `${bps < 0 ? MINUS : "+"}${size} bps`;
}

const plural = (n: number, one: string, more: string) => (n === 1 ? one : more);

export const twinWords = {
  title: "Live beside paper",
  about: (since: string) => `The same bot on the same prices at the paper venue, since ${since}. Its money is in no account.`,
  stopped: (why: string) => `No longer compared: ${why}.`,
  nothing: "Nothing to compare yet",
  nothingDetail: "A line comes with the first order that the bot makes on paper or live.",
  cost: (n: number) => `over ${n} ${plural(n, "order", "orders")} that both filled; + is worse than paper`,
  none: "no order that both filled",
  dl: { slippage: "Slippage", cost: "Cost of it", missed: "Missed entries", alone: "Live alone", live: "Net, live", paper: "Net, paper" },
  trades: (n: number) => `${n} ${plural(n, "trade", "trades")}`,
  heads: { order: "Order", paper: "Paper", live: "Live", slippage: "Slippage" },
  deeds: { entry: { BUY: "Buy", SELL: "Sell short" }, exit: { BUY: "Buy back", SELL: "Sell" } },
  missed: (why: string) => `missed: ${why}`,
  waits: "not filled yet",
};
