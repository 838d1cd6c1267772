import { describe, expect, it } from "vitest";
import { BROKEN_OFF_MS, byUrgency, counted, dueBeforeOpen, standing, type Examination, type Finding } from "./examination";

const line = (name: string, grade: Finding["grade"]): Finding => ({ name, grade, says: name, do: grade === "green" ? "" : "look" });
const check = (change: Partial<Examination>): Examination => ({
  id: "a_angelone", user_id: "u", account_id: "a", mode: "live", updated_at: 0, sequence: 1, broker: "angelone", command_id: "c",
  state: "done", began_at: 1_000, ended_at: 2_000, grade: "green", failed: null, findings: [], ...change,
});

describe("the check before the open", () => {
  it("puts what stands in the way first and keeps the order of the check otherwise", () => {
    const found = [line("login", "green"), line("clock", "amber"), line("funds", "red"), line("quotes", "green"), line("books", "red")];
    expect(byUrgency(found).map((f) => f.name)).toEqual(["funds", "books", "clock", "login", "quotes"]);
    expect(counted(found)).toEqual({ green: 2, amber: 1, red: 2 });
  });

  it("counts as broken off when it runs for longer than any check takes", () => {
    const running = check({ state: "running", ended_at: null, grade: null });
    expect(standing(running, 1_000 + BROKEN_OFF_MS)).toBe("running");
    expect(standing(running, 1_001 + BROKEN_OFF_MS)).toBe("broken-off");
    expect(standing(check({}), 9e12)).toBe("done");
    expect(standing(undefined, 0)).toBe("none");
  });

  it("is on the overview of an account at a real broker until the open, and longer while something is red", () => {
    const session = { open_at: 100, close_at: 200 };
    expect(dueBeforeOpen(true, "live", session, 99, check({}))).toBe(true);
    expect(dueBeforeOpen(true, "live", session, 100, check({}))).toBe(false);
    expect(dueBeforeOpen(true, "live", session, 150, check({ grade: "red" }))).toBe(true);
    expect(dueBeforeOpen(true, "live", session, 150, undefined)).toBe(false);
    expect(dueBeforeOpen(true, "live", session, 200, undefined)).toBe(true);
    expect(dueBeforeOpen(true, "live", null, null, undefined)).toBe(true);
    expect(dueBeforeOpen(true, "paper", session, 99, check({}))).toBe(true);
  });

  it("is there until a live account was checked once, where the broker never closes, and while something is red", () => {
    expect(dueBeforeOpen(false, "live", null, null, undefined)).toBe(true);
    expect(dueBeforeOpen(false, "live", null, null, check({}))).toBe(false);
    expect(dueBeforeOpen(false, "live", null, null, check({ grade: "red" }))).toBe(true);
    expect(dueBeforeOpen(false, "paper", null, null, undefined)).toBe(false);
  });
});
