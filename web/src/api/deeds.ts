/** Everything a reader can have the service do, by name. Fed by buttons and forms; feeds api/call. Raises what `call` raises. */
import type { BrokerName } from "../brokers";
import type { Resolution } from "../differences";
import type { Bot, Building, Execution, Exits, Side } from "../documents";
import type { BrokerKeys } from "../examination";
import type { AuditEntry, Policy } from "../riskDocuments";
import type { StrategyKind } from "../strategies";
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
  exits: Exits;
  building: Building;
  execution: Execution;
}

/** A bot as people set it, and the `generation` that moves with every change of theirs. */
export type BotAsSet = Pick<Bot, keyof BotSpec | "generation">;

/** The answer to what the engine must carry out: watch `commands/{command_id}` for the outcome. */
export interface Accepted {
  command_id?: string;
}

/** Newest first; `cursor` leads to the older ones, null at the end. */
export interface AuditPage {
  items: AuditEntry[];
  cursor: string | null;
}

/** The answer to a command that was waited for. */
interface CarriedOut extends Accepted {
  state?: "accepted" | "done" | "failed";
  result?: { reason?: string; result?: string };
}

/** A signal that is being tried, and where it is to be watched: the rehearsal's own account, and the bot's copy in it. */
export interface Tried extends CarriedOut {
  account_id: string;
  bot_id: string;
  signal_id: string;
}

/** Waits for the engine's word, at most ten seconds; raises `Error` with its reason where it could not do it. */
async function carriedOut<T extends CarriedOut>(path: string, body?: unknown): Promise<T> {
  const answer = await call<T>("POST", `${path}?wait=10`, body);
  if (answer.state === "failed") throw new Error(answer.result?.reason ?? words.api.notCarriedOut);
  return answer;
}

const at = (...parts: string[]) => `/${parts.map(encodeURIComponent).join("/")}`;

export const deeds = {
  strategies: () => call<{ items?: StrategyKind[] } | undefined>("GET", "/strategies"),
  bot: (id: string, action: BotAction) => call("POST", at("bots", id, action)),
  createBot: (account: string, spec: BotSpec) => call<{ id?: string; bot?: { id: string } }>("POST", "/bots", { account_id: account, ...spec }),
  readBot: (id: string) => call<BotAsSet>("GET", at("bots", id)),
  /** Refused with `CHANGED_SINCE` where the bot is no longer of the generation that the change was made from. */
  changeBot: (id: string, from: number, change: Partial<BotSpec>) => call("PATCH", at("bots", id), { ...change, from_generation: from }),
  promoteBot: (id: string, account: string) => call<{ id: string }>("POST", at("bots", id, "promote"), { account_id: account }),
  tryBot: (id: string, symbol: string, type: Side) => carriedOut<Tried>(at("bots", id, "simulate"), { symbol, type }),
  deleteBot: (id: string) => call("DELETE", at("bots", id)),
  closePosition: (id: string) => call<Accepted>("POST", at("positions", id, "close")),
  cancelOrder: (id: string) => call<Accepted>("POST", at("orders", id, "cancel")),
  halt: (account: string, reason: string) => call("POST", at("accounts", account, "halt"), { reason }),
  resume: (account: string) => call("POST", at("accounts", account, "resume")),
  kill: (account: string, flatten: boolean, reason: string) => call("POST", at("accounts", account, "kill"), { flatten, reason }),
  setPolicy: (account: string, change: Policy) => call("PUT", at("accounts", account, "risk-policy"), change),
  arm: (account: string, hours: number) => call("POST", at("accounts", account, "arm"), { hours }),
  disarm: (account: string) => call("POST", at("accounts", account, "disarm")),
  audit: (account: string, cursor: string | null) => call<AuditPage>("GET", `/audit?${new URLSearchParams({ account_id: account, limit: "50", ...(cursor ? { cursor } : {}) })}`),
  flatten: (account: string) => call<Accepted>("POST", at("accounts", account, "flatten")),
  acknowledge: (alert: string) => call("POST", at("alerts", alert, "acknowledge")),
  retryLetter: (letter: string) => carriedOut(at("dead-letters", letter, "retry")),
  discardLetter: (letter: string) => carriedOut(at("dead-letters", letter, "discard")),
  resolveDifference: (difference: string, resolution: Resolution) => carriedOut(at("differences", difference, resolution)),
  brokerKeys: (broker: BrokerName) => call<BrokerKeys>("GET", at("credentials", broker)),
  setBrokerKeys: (broker: BrokerName, keys: Record<string, string>) => call<BrokerKeys>("PUT", at("credentials", broker), keys),
  removeBrokerKeys: (broker: BrokerName) => call<BrokerKeys>("DELETE", at("credentials", broker)),
  testBrokerKeys: (broker: BrokerName, account: string) => call<Accepted>("POST", `${at("credentials", broker, "test")}?${new URLSearchParams({ account_id: account })}`),
  present: (account: string) => call("POST", "/presence", { account_id: account }),
};
