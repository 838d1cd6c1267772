/** The decisions list: newest first, quiet stretches folded, nothing that happened hidden. */
import { describe, expect, it } from "vitest";
import { countDecisions, foldQuiet, hasParts, inputsOf, judgedBars, partPoints, type JudgedBar } from "./decisions";
import type { Decisions, Verdict } from "./marketDocuments";

const bar = (at: number, verdict: Verdict, score: number | null = at): JudgedBar =>
  ({ at, verdict, score, rsi: 0, ma: 0, macd: 0, detail: null, symbol: "INFY" });

const newestFirst = (verdicts: Verdict[]) => verdicts.map((v, i) => bar(100 - i, v));

describe("judged bars", () => {
  it("are those of the symbol asked for, over all documents, newest first", () => {
    const doc = (bars: object) => ({ bars }) as Decisions;
    const all = [doc({ INFY_0915: bar(1, "quiet"), M_M_0915: bar(1, "quiet") }), doc({ INFY_1015: bar(9, "quiet") })];
    expect(judgedBars(all, "INFY").map((b) => b.at)).toEqual([9, 1]);
    expect(judgedBars(all, "M_M")).toHaveLength(1);
    expect(judgedBars(all, "M")).toHaveLength(0);
  });
});

describe("folding", () => {
  it("keeps the newest bar and every bar on which something happened", () => {
    const rows = foldQuiet(newestFirst(["quiet", "quiet", "quiet", "ended", "candidate", "quiet", "signal"]));
    expect(rows.map((r) => (r.kind === "bar" ? r.bar.verdict : r.bars))).toEqual(["quiet", 2, "ended", "candidate", "quiet", "signal"]);
  });
  it("says from when to when, and between which scores, a stretch was quiet", () => {
    const [, fold] = foldQuiet([bar(9, "signal"), bar(8, "quiet", -5), bar(7, "quiet", 30), bar(6, "warming", null)]);
    expect(fold).toEqual({ kind: "quiet", from: 6, to: 8, bars: 3, low: -5, high: 30 });
  });
  it("leaves a stretch without scores without scores", () => {
    const rows = foldQuiet([bar(9, "ended"), bar(8, "warming", null), bar(7, "warming", null)]);
    expect(rows[1]).toMatchObject({ low: null, high: null });
  });
});

it("shows the parts of a score in points that sum up to it", () => {
  const judged = { ...bar(1, "quiet", 68.4), rsi: 0.51, ma: 0.6, macd: 1 };
  const parts = (["rsi", "ma", "macd"] as const).map((name) => partPoints(judged, name) ?? 0);
  expect(parts[0]! + parts[1]! + parts[2]!).toBeCloseTo(68.4);
  expect(partPoints({ ...judged, rsi: null }, "rsi")).toBeNull();
});

describe("the numbers of a bar", () => {
  const bare = { at: 1, verdict: "quiet" as const, score: 60, detail: null, symbol: "INFY" };
  it("are those that its strategy named, and no other field", () => {
    expect(inputsOf({ ...bare, width_pct: 0.8, place: 1.2, detail: "x" })).toEqual([["place", 1.2], ["width_pct", 0.8]]);
    expect(inputsOf({ ...bare, adx: null })).toEqual([]);
  });
  it("are a confluence score's parts only where they are named so", () => {
    expect(hasParts(bar(1, "quiet"), "trend")).toBe(true);
    expect(hasParts({ ...bare, adx: 20 }, "confluence")).toBe(false);
    expect(hasParts(bare, "confluence")).toBe(true);
    expect(hasParts(bare, "trend")).toBe(false);
  });
});

describe("counting", () => {
  it("counts a candidate once, however many bars it lives", () => {
    const bars = newestFirst(["quiet", "signal", "candidate", "candidate", "ended", "candidate", "quiet"]);
    expect(countDecisions(bars)).toEqual({ bars: 7, candidates: 2, signals: 1 });
  });
});
