/**
 * The check before the open as the screens show it: docs/contract/documents.md, `examinations`, and the pure rules of its
 * card. Fed by live/listen; feeds ExaminationPane.
 */
import type { Ms, Owned } from "./documents";

export type Grade = "green" | "amber" | "red";

export interface Finding {
  name: string;
  grade: Grade;
  says: string;
  /** What a person should do; empty where nothing. */
  do: string;
}

export interface Examination extends Owned {
  broker: string;
  command_id: string;
  state: "running" | "done" | "failed";
  began_at: Ms;
  ended_at: Ms | null;
  grade: Grade | null;
  failed: string | null;
  findings: Finding[];
}

/** What the API says of the keys of a broker: never the keys. */
export interface BrokerKeys {
  broker: string;
  set: boolean;
  client_ending: string | null;
  set_at: string | null;
}

/** An engine that ended amid a check leaves it running for ever: after this it counts as broken off. */
export const BROKEN_OFF_MS = 120_000;

export type Standing = "none" | "running" | "done" | "failed" | "broken-off";

/** Where the newest check stands at a wall time. */
export function standing(examination: Examination | undefined, now: Ms): Standing {
  if (!examination) return "none";
  if (examination.state !== "running") return examination.state;
  return now - examination.began_at > BROKEN_OFF_MS ? "broken-off" : "running";
}

const RANK: Record<Grade, number> = { red: 0, amber: 1, green: 2 };

/** What stands in the way first, then what to look at, then the rest; else in the order of the check. */
export function byUrgency(findings: readonly Finding[]): Finding[] {
  return findings.map((finding, at) => ({ finding, at })).sort((a, b) => RANK[a.finding.grade] - RANK[b.finding.grade] || a.at - b.at).map(({ finding }) => finding);
}

export function counted(findings: readonly Finding[]): Record<Grade, number> {
  const counts = { green: 0, amber: 0, red: 0 };
  for (const finding of findings) counts[finding.grade] += 1;
  return counts;
}

/**
 * Whether the overview shows the card of a broker: as long as the newest check has a red line; where it opens and closes,
 * while it is closed (the time to mend things); where it never closes, until a live account was checked once.
 */
export function dueBeforeOpen(opens: boolean, mode: "paper" | "live", session: { open_at: Ms; close_at: Ms } | null | undefined, marketNow: Ms | null, examination: Examination | undefined): boolean {
  if (examination?.grade === "red" || examination?.state === "failed") return true;
  if (!opens) return mode === "live" && examination === undefined;
  if (!session || marketNow === null) return true;
  return marketNow < session.open_at || marketNow >= session.close_at;
}
