/** The policy form sends what was changed, and refuses only what cannot be sent. */
import { describe, expect, it } from "vitest";
import { pendingFields, policyChange, policyDraft } from "./policy";

const set = { day_loss_max_pct: 3, day_loss_max: 20_000, positions_max: 10, symbols_allowed: [], temperature_min: "FROZEN" };
const change = (edits: Record<string, string>) => policyChange({ ...policyDraft(set), ...edits }, set);

describe("what is sent", () => {
  it("is nothing where nothing was changed", () => expect(change({})).toEqual({ change: {} }));
  it("is the changed fields alone, numbers as numbers", () => {
    expect(change({ day_loss_max_pct: " 2.5 ", positions_max: "1,200" })).toEqual({ change: { day_loss_max_pct: 2.5, positions_max: 1200 } });
  });
  it("is null for an optional limit that was emptied", () => expect(change({ day_loss_max: " " })).toEqual({ change: { day_loss_max: null } }));
  it("is a list for a list, in capitals", () => expect(change({ symbols_allowed: "infy, tcs ," })).toEqual({ change: { symbols_allowed: ["INFY", "TCS"] } }));
  it("is a word for a temperature", () => expect(change({ temperature_min: "HOT" })).toEqual({ change: { temperature_min: "HOT" } }));
  it("leaves a negative limit for the API to refuse", () => expect(change({ positions_max: "−3" })).toEqual({ change: { positions_max: -3 } }));
});

it("names what cannot be sent by its field, with what was typed", () => {
  expect(change({ positions_max: "many" })).toEqual({ errors: { positions_max: expect.stringContaining("many") } });
  expect(change({ positions_max: "" })).toMatchObject({ errors: { positions_max: expect.any(String) } });
});

it("says which limits wait for the next session", () => {
  expect(pendingFields(set, null)).toEqual([]);
  expect(pendingFields(set, { ...set, positions_max: 12 }).map((f) => f.name)).toEqual(["positions_max"]);
});
