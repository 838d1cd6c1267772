/** The word of an account's mode: live is solid, paper dashed and hatched, dry dotted, so that no colour is needed. */
import type { Account } from "../documents";
import { words } from "../words";

export type ModeName = "paper" | "live" | "dry";

/** What the account may do now: a live account in doubt is dry. */
export function modeOf(account: Account): ModeName {
  return account.mode === "paper" ? "paper" : account.effective_mode;
}

export function Mode({ mode }: { mode: ModeName }) {
  return <span className={`mode ${mode}`}>{words.mode[mode]}</span>;
}
