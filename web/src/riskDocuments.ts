/**
 * The documents of risk, control and records as the screens see them: docs/contract/documents.md in types.
 * Fed by live/listen and the API; feeds the risk, alerts and records screens and the stop sheet.
 */
import type { Ms, Owned } from "./documents";

export type PolicyValue = number | string | string[] | null;

/** The limits of an account by their names; one that a document does not hold yet is undefined. */
export type Policy = Partial<Record<string, PolicyValue>>;

export const PRESETS = ["conservative", "balanced", "aggressive", "adaptive"] as const;
export type Preset = (typeof PRESETS)[number];

/** What a person set. What the engine obeys is `accounts.policy_in_force`: a looser limit waits for the next session. */
export type RiskPolicy = Owned & { preset?: string | null; quote_age_max_s?: number };

/** A breaker that has tripped and not been lifted. `found` and `limit` are percents, counts or seconds by `kind`. */
export interface Trip {
  kind: string;
  at: Ms;
  found: number;
  limit: number;
  detail: string;
  lifted_by: string;
}

export type KillStepName = "entries_blocked" | "orders_cancelled" | "positions_flattened";

/** An order or a position of a step, in the broker's own terms; `detail` is a sentence that names it. */
export interface KillItem {
  subject: string;
  state: "waiting" | "done" | "failed";
  tries: number;
  detail: string;
}

export interface KillStep {
  step: KillStepName;
  state: "waiting" | "running" | "done" | "failed";
  total: number;
  done: number;
  failed: number;
  detail: string;
  items?: KillItem[];
}

/** A kill with the proof of each step. `done` when every step is; it stands until a person resumes. */
export interface Kill {
  state: "running" | "done";
  /** Market time, and the wall time at which it was asked for. */
  at: Ms;
  asked_at: Ms;
  /** A user, `file` or `signal`. */
  by: string;
  reason: string;
  flatten: boolean;
  /** The file KILL_SWITCH is there: nobody lifts the kill while it is. */
  switch?: boolean;
  steps: KillStep[];
}

/** Live trading is allowed until then (wall time). */
export interface Armed {
  until: Ms;
  by: string;
  at: Ms;
}

/** One link of an account's chain of records; `hash` covers the others and the hash before. */
export interface AuditEntry {
  number: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
  hash: string;
  previous_hash: string;
}
