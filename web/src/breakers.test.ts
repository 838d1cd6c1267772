/** Breakers say what trips them, tripped ones come first, and a resume's reach is told. */
import { expect, it } from "vitest";
import { breakersOf, notLiftedByResume } from "./breakers";
import type { Trip } from "./riskDocuments";

const trip = (kind: string): Trip => ({ kind, at: 0, found: -4, limit: -3, detail: `${kind} tripped`, lifted_by: "somebody" });
const policy = { day_loss_max_pct: 3, day_loss_max: 20_000, week_loss_max_pct: 7, drawdown_max_pct: 10, losses_in_a_row_max: null, rejects_max: 5, feed_lost_s: 60 };

it("says at which numbers each trips, and which the policy leaves off", () => {
  const found = Object.fromEntries(breakersOf(policy, [], "INR").map((b) => [b.kind, b.tripsAt]));
  expect(found.daily_stop).toContain("3.00%");
  expect(found.daily_stop).toContain("₹20,000.00");
  expect(found.reject_storm).toContain("5");
  expect(found.losing_streak).toBeNull();
  expect(found.unread_refusals).toContain("3 entries");
});

it("puts what has tripped first, and keeps a kind that this page does not know", () => {
  expect(breakersOf(policy, [trip("drawdown"), trip("new_kind")], "INR").slice(0, 2).map((b) => b.kind)).toEqual(["drawdown", "new_kind"]);
});

it("names the start's hold only while it holds", () => {
  expect(breakersOf(policy, [], "INR").map((b) => b.kind)).not.toContain("not_reconciled");
  expect(breakersOf(policy, [trip("not_reconciled")], "INR")[0]?.kind).toBe("not_reconciled");
});

it("tells which trips a person's resume leaves standing", () => {
  expect(notLiftedByResume([trip("daily_stop"), trip("drawdown"), trip("weekly_stop")])).toEqual(["Daily stop", "Weekly stop"]);
});
