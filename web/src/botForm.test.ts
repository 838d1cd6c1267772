/** The bot form sends what was typed, and refuses only what cannot be sent. */
import { describe, expect, it } from "vitest";
import { buildingFields, draftOf, EMPTY_DRAFT, executionFields, specOf, type BotDraft } from "./botForm";
import type { Bot } from "./documents";
import type { StrategyKind, StrategyParameter } from "./strategies";

const number = (name: string, usual: number, kind: "whole" | "number" = "whole"): StrategyParameter => ({ name, kind, default: usual, means: "", least: 0, most: 900, above: false, unit: "" });
const short: StrategyParameter = { name: "allow_short", kind: "flag", default: false, means: "", least: null, most: null, above: false, unit: "" };
const words = (name: string, kind: "text" | "choice", usual: string, choices: string[] = []): StrategyParameter => ({ ...short, name, kind, default: usual, choices });
const KINDS: StrategyKind[] = [
  { name: "confluence", about: "", parameters: [number("buy_at", 60, "number"), number("sell_at", 60, "number"), number("confirm_s", 300), number("cooldown_s", 900), short], presets: {} },
  { name: "opening_range", about: "", parameters: [number("range_minutes", 15), number("cooldown_s", 900), short], presets: {} },
  { name: "copy", about: "", parameters: [words("leader", "text", "*"), words("follow", "choice", "fills", ["fills", "signals"])], presets: {} },
];

const draft = (more: Partial<BotDraft>): BotDraft => ({ ...EMPTY_DRAFT, name: "Bank Basket", symbols: "hdfcbank, sbin", ...more });
const spec = (more: Partial<BotDraft>) => {
  const checked = specOf(draft(more), KINDS);
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
};
const errors = (more: Partial<BotDraft>) => {
  const checked = specOf(draft(more), KINDS);
  return "errors" in checked ? checked.errors : {};
};

describe("what is sent", () => {
  it("is the text itself where a parameter is a text or a choice, though it reads like a number", () => {
    expect(spec({ strategy: "copy", parameters: { copy: { leader: " 2026 " } } }).parameters).toEqual({ leader: "2026", follow: "fills" });
    expect(spec({ strategy: "copy", parameters: { copy: { leader: "", follow: "signals" } } }).parameters).toEqual({ leader: "*", follow: "signals" });
  });

  it("is numbers for numbers, upper case symbols, and null where nothing was typed", () => {
    expect(spec({ size: "7.5", exits: { stop_pct: "1" } })).toMatchObject({
      symbols: ["HDFCBANK", "SBIN"], sizing: { kind: "equity_pct", value: 7.5 }, exits: { stop_pct: 1, target_pct: null },
      parameters: { buy_at: 60, sell_at: 60, confirm_s: 300, cooldown_s: 900, allow_short: false },
    });
  });
  it("leaves a negative size for the API to refuse, in its own words", () => {
    expect(spec({ size: "-2" }).sizing).toEqual({ kind: "equity_pct", value: -2 });
  });
  it("is of a size what its kind reads, and the scale only where one was typed", () => {
    expect(spec({ sizeKind: "volatility", size: "0.1", sizing: { slippage_bps: "9" } }).sizing).toEqual({ kind: "volatility", value: 0.1, atr_period: 14 });
    expect(spec({ sizeKind: "risk_per_trade", size: "1", sizing: { atr_period: "20", warm: "0.5" } }).sizing).toEqual({
      kind: "risk_per_trade", value: 1, slippage_bps: 5, by_temperature: { cool: 1, warm: 0.5, hot: 1 },
    });
    expect(spec({ sizing: { cool: " ", hot: "" } }).sizing).toEqual({ kind: "equity_pct", value: 5 });
  });
  it("names the exits of later only where they are used", () => {
    expect(spec({}).exits).toEqual({ stop_pct: null, target_pct: null });
    expect(spec({ exits: { trail_pct: "0.8", time_exit_s: "3,600" } }).exits).toEqual({ stop_pct: null, target_pct: null, trail_pct: 0.8, time_exit_s: 3600 });
  });
  it("takes a field's default where it was emptied and must not be", () => {
    expect(spec({ building: { policy: "equal_size", factor: "", tranches_max: "2" } }).building).toEqual({ policy: "equal_size", tranches_max: 2, step_pct: 0, factor: 0.5, notional_max_pct: null });
    expect(spec({ execution: { entries: "limit", exits: "market", collar_bps: " " } }).execution).toMatchObject({ entries: "limit", collar_bps: 50, replace_after_s: 60 });
  });
  it("is every parameter of the chosen strategy, and none of another's", () => {
    const parameters = { confluence: { buy_at: "70" }, opening_range: { range_minutes: " 20", allow_short: "true" } };
    expect(spec({ strategy: "opening_range", parameters }).parameters).toEqual({ range_minutes: 20, cooldown_s: 900, allow_short: true });
    expect(spec({ parameters }).parameters).toMatchObject({ buy_at: 70, sell_at: 60 });
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
    expect(errors({ sizing: { hot: "much" } })["sizing.by_temperature.hot"]).toContain("much");
    expect(errors({ execution: { collar_bps: "wide" } })["execution.collar_bps"]).toContain("wide");
    expect(errors({ parameters: { confluence: { buy_at: "high" } } })["parameters.buy_at"]).toContain("high");
    expect(Object.keys(errors({ name: " ", symbols: " , " }))).toEqual(["name", "symbols"]);
  });
});

describe("a bot that exists", () => {
  const parameters = { buy_at: 65, allow_short: true, extra: "x y" };
  const building = { policy: "pyramid_up", tranches_max: 3, step_pct: 0.5, factor: 0.5, notional_max_pct: null };
  const execution = { entries: "limit", exits: "market", offset_bps: 5, collar_bps: 50, replace_after_s: 60, replacements_max: 3 };
  const bot = {
    name: "B", strategy: "confluence", symbols: ["TCS"], timeframe: "3m", parameters, sizing: { kind: "notional", value: 50000 }, exits: { stop_pct: 1, target_pct: null }, building, execution,
  };
  const stored = draftOf(bot as unknown as Bot);
  it("becomes a draft and comes back the same, whether or not the strategies are read", () => {
    for (const kinds of [KINDS, null]) expect(specOf(stored, kinds)).toEqual({ spec: bot });
  });
  it("keeps how it is sized", () => {
    const sizing = { kind: "volatility", value: 0.2, atr_period: 20, by_temperature: { cool: 0, warm: 0.5, hot: 1 } };
    const sized = { ...bot, sizing };
    expect(specOf(draftOf(sized as unknown as Bot), KINDS)).toEqual({ spec: sized });
  });
  it("gets what was typed besides, and loses what was emptied", () => {
    const checked = specOf({ ...stored, parameters: { confluence: { ...stored.parameters.confluence, sell_at: "55", extra: " " } } }, KINDS);
    expect("spec" in checked && checked.spec.parameters).toEqual({ buy_at: 65, sell_at: 55, allow_short: true });
  });
  it("gets all parameters of another strategy, and none while they are not read", () => {
    const other = { ...stored, strategy: "opening_range" };
    const checked = specOf(other, KINDS);
    expect("spec" in checked && checked.spec.parameters).toEqual({ range_minutes: 15, cooldown_s: 900, allow_short: false });
    expect(specOf(other, null)).toHaveProperty("errors.strategy");
  });
});

it("makes no new bot whose parameters nobody has seen", () => {
  expect(specOf(draft({}), null)).toHaveProperty("errors.strategy");
});
