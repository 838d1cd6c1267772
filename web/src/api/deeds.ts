/** Everything a reader can have the service do, by name. Fed by buttons and forms; feeds api/call. Raises what `call` raises. */
import type { Resolution } from "../differences";
import { words } from "../words";
import { call } from "./call";

export type BotAction = "start" | "pause" | "resume" | "stop";

/** What the bot form sends. Numbers are numbers; absent limits are null. */
export interface BotSpec {
  name: string;
  strategy: string;
  parameters: Record<string, unknown>;
  symbols: string[];
  timeframe: string;
  sizing: Record<string, unknown>;
  exits: { stop_pct: number | null; target_pct: number | null };
}

/** The answer to what the engine must carry out: watch `commands/{command_id}` for the outcome. */
export interface Accepted {
  command_id?: string;
}

/** The answer to a command that was waited for. */
interface CarriedOut extends Accepted {
  state?: "accepted" | "done" | "failed";
  result?: { reason?: string; result?: string };
}

/** Waits for the engine's word, at most ten seconds; raises `Error` with its reason where it could not do it. */
async function carriedOut(path: string): Promise<CarriedOut> {
  const answer = await call<CarriedOut>("POST", `${path}?wait=10`);
  if (answer.state === "failed") throw new Error(answer.result?.reason ?? words.api.notCarriedOut);
  return answer;
}

const at = (...parts: string[]) => `/${parts.map(encodeURIComponent).join("/")}`;

export const deeds = {
  bot: (id: string, action: BotAction) => call("POST", at("bots", id, action)),
  createBot: (account: string, spec: BotSpec) => call<{ id?: string; bot?: { id: string } }>("POST", "/bots", { account_id: account, ...spec }),
  changeBot: (id: string, change: Partial<BotSpec>) => call("PATCH", at("bots", id), change),
  deleteBot: (id: string) => call("DELETE", at("bots", id)),
  closePosition: (id: string) => call<Accepted>("POST", at("positions", id, "close")),
  cancelOrder: (id: string) => call<Accepted>("POST", at("orders", id, "cancel")),
  halt: (account: string, reason: string) => call("POST", at("accounts", account, "halt"), { reason }),
  resume: (account: string) => call("POST", at("accounts", account, "resume")),
  flatten: (account: string) => call<Accepted>("POST", at("accounts", account, "flatten")),
  acknowledge: (alert: string) => call("POST", at("alerts", alert, "acknowledge")),
  retryLetter: (letter: string) => carriedOut(at("dead-letters", letter, "retry")),
  discardLetter: (letter: string) => carriedOut(at("dead-letters", letter, "discard")),
  resolveDifference: (difference: string, resolution: Resolution) => carriedOut(at("differences", difference, resolution)),
  present: (account: string) => call("POST", "/presence", { account_id: account }),
};
