/** Two people at one bot: what is sent, what each is shown of the other's, and what comes of both. */
import { describe, expect, it } from "vitest";
import { broughtTogether, changedElsewhere, changesOf } from "./botEdit";
import { draftOf, specOf, type BotDraft } from "./botForm";
import type { Bot } from "./documents";
import type { StrategyKind } from "./strategies";

const number = (name: string, usual: number) => ({ name, kind: "whole" as const, default: usual, means: "", least: 0, most: 900, above: false, unit: "" });
const KINDS: StrategyKind[] = [{ name: "confluence", about: "", parameters: [number("buy_at", 60), number("cooldown_s", 900)], presets: {} }];
const BOT = {
  name: "Banks", strategy: "confluence", symbols: ["SBIN", "HDFCBANK"], timeframe: "1m", parameters: { buy_at: 65 },
  sizing: { kind: "equity_pct", value: 5 }, exits: { stop_pct: 1, target_pct: null }, building: null, execution: null,
};
const of = (more: object = {}): BotDraft => draftOf({ ...BOT, ...more } as unknown as Bot);
const spec = (draft: BotDraft) => {
  const checked = specOf(draft, KINDS);
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
};
const sent = (opened: BotDraft, draft: BotDraft) => changesOf(spec(opened), spec(draft));

describe("what is sent of an edit", () => {
  it("is nothing where nothing was changed, however it was typed", () => {
    expect(sent(of(), of())).toEqual({});
    expect(sent(of(), { ...of(), size: "5.0", symbols: "sbin hdfcbank", name: " Banks " })).toEqual({});
  });
  it("is the parts that were changed, and no other", () => {
    expect(sent(of(), { ...of(), size: "6" })).toEqual({ sizing: { kind: "equity_pct", value: 6 } });
    expect(sent(of(), { ...of(), exits: { stop_pct: "" } })).toEqual({ exits: { stop_pct: null, target_pct: null } });
    expect(sent(of(), { ...of(), parameters: { confluence: { buy_at: "70" } } })).toEqual({ parameters: { buy_at: 70 } });
  });
});

describe("what changed elsewhere", () => {
  it("is nothing where only its state did, and nothing where it is what was typed here as well", () => {
    expect(changedElsewhere(of(), { ...of(), size: "6" }, of({ desired: "paused" }), KINDS)).toEqual([]);
    expect(changedElsewhere(of(), { ...of(), size: "6.0" }, of({ sizing: { kind: "equity_pct", value: 6 } }), KINDS)).toEqual([]);
  });
  it("is named field by field, with what was typed over it", () => {
    const now = of({ exits: { stop_pct: 1, target_pct: 3 }, sizing: { kind: "equity_pct", value: 8 } });
    expect(changedElsewhere(of(), { ...of(), size: "6" }, now, KINDS)).toEqual([
      { path: "size", before: "5", now: "8", mine: "6" },
      { path: "exits.target_pct", before: "", now: "3", mine: null },
    ]);
  });
  it("reads a parameter that is not there at its default, and none of another strategy", () => {
    expect(changedElsewhere(of(), of(), of({ parameters: { buy_at: 65, cooldown_s: 900 } }), KINDS)).toEqual([]);
    expect(changedElsewhere(of(), of(), of({ parameters: {} }), KINDS)).toEqual([{ path: "parameters.confluence.buy_at", before: "65", now: "60", mine: null }]);
    expect(changedElsewhere(of(), of(), of({ strategy: "trend", parameters: { period: 10 } }), KINDS).map((e) => e.path)).toEqual(["strategy"]);
  });
});

describe("brought together", () => {
  const now = of({ exits: { stop_pct: 1, target_pct: 3 }, sizing: { kind: "equity_pct", value: 8 }, parameters: { buy_at: 70 } });
  const mine = { ...of(), size: "6", exits: { ...of().exits, stop_pct: "2" } };
  it("what was typed stays, over the bot as it is now", () => {
    const draft = broughtTogether(of(), mine, now, "mine", KINDS);
    expect(sent(now, draft)).toEqual({ sizing: { kind: "equity_pct", value: 6 }, exits: { stop_pct: 2, target_pct: 3 } });
  });
  it("or gives way where both changed a field, and there alone", () => {
    const draft = broughtTogether(of(), mine, now, "theirs", KINDS);
    expect(sent(now, draft)).toEqual({ exits: { stop_pct: 2, target_pct: 3 } });
  });
  it("nothing that was removed comes back", () => {
    const without = of({ parameters: {} });
    expect(sent(without, broughtTogether(of(), { ...of(), name: "B" }, without, "mine", KINDS))).toEqual({ name: "B" });
  });
  it("another strategy brings its own parameters, and what was typed for the first one is not lost", () => {
    const other = of({ strategy: "trend", parameters: { period: 10 } });
    const draft = broughtTogether(of(), { ...of(), parameters: { confluence: { buy_at: "80" } } }, other, "mine", KINDS);
    expect([draft.strategy, draft.stored, draft.parameters]).toEqual(["trend", "trend", { confluence: { buy_at: "80" }, trend: { period: "10" } }]);
  });
});
