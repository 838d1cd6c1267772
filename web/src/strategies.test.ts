/** A strategy's parameters as typed: what its fields show, and which preset they are. */
import { describe, expect, it } from "vitest";
import { presetOf, strayNames, textOf, typedNumber, withPreset, type StrategyKind, type StrategyParameter } from "./strategies";

const bars: StrategyParameter = { name: "period", kind: "whole", default: 10, means: "", least: 2, most: 100, above: false, unit: "bars" };
const anew: StrategyParameter = { name: "each_session", kind: "flag", default: true, means: "", least: null, most: null, above: false, unit: "" };
const trend: StrategyKind = {
  name: "trend", about: "", parameters: [bars, anew],
  presets: { balanced: { period: 10, each_session: true }, calm: { period: 1400, each_session: false } },
};

describe("a typed number", () => {
  it("may be grouped as in India or elsewhere", () => {
    expect(["10,00,000.5", "1,000,000", "1,400", "−2.5", "0.05"].map(typedNumber)).toEqual([1_000_000.5, 1_000_000, 1400, -2.5, 0.05]);
    expect(typedNumber("  ")).toBeNull();
  });
  it("is none where a comma stands for the decimal point: 1,5 is not 15", () => {
    expect(["1,5", "0,25", "1,00", "12,3456", "1,,000"].map((text) => typedNumber(text))).toEqual(Array.from({ length: 5 }, () => Number.NaN));
  });
});

describe("a field", () => {
  it("shows the default until something is typed, and nothing where it was emptied", () => {
    expect(textOf(bars, {})).toBe("10");
    expect(textOf(bars, { period: "" })).toBe("");
    expect(textOf(anew, { each_session: "false" })).toBe("false");
  });
  it("is there for what a bot has and its strategy does not", () => {
    expect(strayNames(trend, { period: "3", buy_at: "60" })).toEqual(["buy_at"]);
    expect(strayNames(undefined, { period: "3" })).toEqual(["period"]);
  });
});

describe("the preset", () => {
  it("is the one whose every value is typed, however it is written", () => {
    expect(presetOf(trend, {})).toBe("balanced");
    expect(presetOf(trend, { period: "" })).toBe("balanced");
    expect(presetOf(trend, { period: "1,400", each_session: "false" })).toBe("calm");
  });
  it("is none once a value differs", () => {
    expect(presetOf(trend, { period: "11" })).toBeNull();
    expect(presetOf(trend, { period: "ten" })).toBeNull();
  });
  it("writes all its values out, and leaves what is not its own", () => {
    expect(withPreset(trend, { period: "3", buy_at: "60" }, "calm")).toEqual({ period: "1400", each_session: "false", buy_at: "60" });
  });
});
