/** The breakers with what trips and what lifts each. Fed by the policy in force and accounts.trips; feeds the breakers pane. Pure. */
import { count, money, percent } from "./numbers";
import type { Policy, Trip } from "./riskDocuments";
import { words } from "./words";

export const BREAKERS = ["daily_stop", "weekly_stop", "drawdown", "losing_streak", "reject_storm", "unread_refusals", "feed_lost", "not_reconciled"] as const;
export type BreakerKind = (typeof BREAKERS)[number];

export interface Breaker {
  kind: string;
  /** What trips it; null where the policy leaves it off. */
  tripsAt: string | null;
  trip: Trip | undefined;
}

/** Breakers that only time or the service lifts, never a person. */
const NOT_BY_RESUME = new Set(["daily_stop", "weekly_stop", "not_reconciled"]);

const numberOf = (policy: Policy, name: string) => {
  const value = policy[name];
  return typeof value === "number" ? value : null;
};

function tripsAt(kind: BreakerKind, policy: Policy, currency: string): string | null {
  const pct = (name: string) => {
    const value = numberOf(policy, name);
    return value === null ? null : percent(value);
  };
  const n = (name: string) => {
    const value = numberOf(policy, name);
    return value === null ? null : count(value);
  };
  const day = pct("day_loss_max_pct");
  const dayMoney = numberOf(policy, "day_loss_max");
  const said = <T,>(value: T | null, say: (value: T) => string) => (value === null ? null : say(value));
  switch (kind) {
    case "daily_stop": return said(day, (d) => words.risk.trips.daily_stop(d, dayMoney === null ? null : money(dayMoney, currency)));
    case "weekly_stop": return said(pct("week_loss_max_pct"), words.risk.trips.weekly_stop);
    case "drawdown": return said(pct("drawdown_max_pct"), words.risk.trips.drawdown);
    case "losing_streak": return said(n("losses_in_a_row_max"), words.risk.trips.losing_streak);
    case "reject_storm": return said(n("rejects_max"), words.risk.trips.reject_storm);
    case "unread_refusals": return words.risk.trips.unread_refusals;
    case "feed_lost": return said(n("feed_lost_s"), words.risk.trips.feed_lost);
    case "not_reconciled": return words.risk.trips.not_reconciled;
  }
}

/** All of them, tripped ones first; a trip of a kind this page does not know stands with its own words. */
export function breakersOf(policy: Policy, trips: readonly Trip[], currency: string): Breaker[] {
  const known = BREAKERS.map((kind) => ({ kind, tripsAt: tripsAt(kind, policy, currency), trip: trips.find((t) => t.kind === kind) }));
  const others = trips.filter((t) => !BREAKERS.includes(t.kind as BreakerKind)).map((trip) => ({ kind: trip.kind, tripsAt: null, trip }));
  // The start's hold is no limit of anyone's: it is named only while it holds.
  return [...known, ...others].filter((b) => b.kind !== "not_reconciled" || b.trip !== undefined).sort((a, b) => Number(b.trip !== undefined) - Number(a.trip !== undefined));
}

/** Names of the trips that a person's resume leaves standing. */
export function notLiftedByResume(trips: readonly Trip[]): string[] {
  return trips.filter((t) => NOT_BY_RESUME.has(t.kind)).map((t) => words.risk.kinds[t.kind] ?? t.kind);
}
