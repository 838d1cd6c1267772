/** The bot form sends what was typed, and refuses only what cannot be sent. */
import { describe, expect, it } from "vitest";
import { buildingFields, draftOf, EMPTY_DRAFT, executionFields, specOf, type BotDraft } from "./botForm";
import type { Bot } from "./documents";

const draft = (more: Partial<BotDraft>): BotDraft => ({ ...EMPTY_DRAFT, name: "Bank Basket", symbols: "hdfcbank, sbin", ...more });
const spec = (more: Partial<BotDraft>) => {
  const checked = specOf(draft(more));
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
};
const errors = (more: Partial<BotDraft>) => {
  const checked = specOf(draft(more));
  return "errors" in checked ? checked.errors : {};
};

describe("what is sent", () => {
  it("is numbers for numbers, upper case symbols, and null where nothing was typed", () => {
    expect(spec({ size: "7.5", exits: { stop_pct: "1" } })).toMatchObject({
      symbols: ["HDFCBANK", "SBIN"], sizing: { kind: "equity_pct", value: 7.5 }, exits: { stop_pct: 1, target_pct: null },
      parameters: { buy_at: 60, sell_at: 60, confirm_s: 300, cooldown_s: 900 },
    });
  });
  it("leaves a negative size for the API to refuse, in its own words", () => {
    expect(spec({ size: "-2" }).sizing).toEqual({ kind: "equity_pct", value: -2 });
  });
  it("names the exits of later only where they are used", () => {
    expect(spec({}).exits).toEqual({ stop_pct: null, target_pct: null });
    expect(spec({ exits: { trail_pct: "0.8", time_exit_s: "3,600" } }).exits).toEqual({ stop_pct: null, target_pct: null, trail_pct: 0.8, time_exit_s: 3600 });
  });
  it("takes a field's default where it was emptied and must not be", () => {
    expect(spec({ building: { policy: "equal_size", factor: "", tranches_max: "2" } }).building).toEqual({ policy: "equal_size", tranches_max: 2, step_pct: 0, factor: 0.5, notional_max_pct: null });
    expect(spec({ execution: { entries: "limit", exits: "market", collar_bps: " " } }).execution).toMatchObject({ entries: "limit", collar_bps: 50, replace_after_s: 60 });
  });
  it("takes other parameters line by line", () => {
    expect(spec({ other: "fast = 12\nname = x y\n\n" }).parameters).toMatchObject({ fast: 12, name: "x y" });
  });
});

describe("what is asked", () => {
  it("is only what the chosen way has a use for", () => {
    expect(buildingFields("equal_size")).not.toContain("factor");
    expect(buildingFields("pyramid_down")).toContain("factor");
    expect(executionFields({ entries: "market", exits: "market" })).toEqual([]);
    expect(executionFields({ entries: "market", exits: "marketable_limit" })).not.toContain("offset_bps");
  });
});

describe("what cannot be sent", () => {
  it("is named by its field, with what was typed", () => {
    expect(errors({ size: "five" })["sizing.value"]).toContain("five");
    expect(errors({ execution: { collar_bps: "wide" } })["execution.collar_bps"]).toContain("wide");
    expect(errors({ other: "fast 12" }).parameters).toContain("fast 12");
    expect(Object.keys(errors({ name: " ", symbols: " , " }))).toEqual(["name", "symbols"]);
  });
});

it("turns a bot into a draft and back without losing a parameter", () => {
  const parameters = { buy_at: 65, sell_at: 60, confirm_s: 300, cooldown_s: 900, allow_short: true, extra: [1, 2] };
  const bot = { name: "B", strategy: "confluence", symbols: ["TCS"], timeframe: "3m", parameters, sizing: { kind: "notional", value: 50000 }, exits: { stop_pct: 1, target_pct: null } };
  const building = { policy: "pyramid_up", tranches_max: 3, step_pct: 0.5, factor: 0.5, notional_max_pct: null };
  const execution = { entries: "limit", exits: "market", offset_bps: 5, collar_bps: 50, replace_after_s: 60, replacements_max: 3 };
  const checked = specOf(draftOf({ ...bot, building, execution } as unknown as Bot));
  expect("spec" in checked && checked.spec).toEqual({ ...bot, building, execution });
});
