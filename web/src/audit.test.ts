/** An audit entry's change reads line by line. */
import { expect, it } from "vitest";
import { changesOf } from "./audit";

it("has a line for each field that differs", () => {
  expect(changesOf({ positions_max: 10, same: 1 }, { positions_max: 8, same: 1, added: ["A", "B"] })).toEqual([
    { name: "positions_max", before: "10", after: "8" }, { name: "added", before: null, after: "A, B" },
  ]);
});

it("has one nameless line for texts, and none where nothing is told", () => {
  expect(changesOf("created", "sent")).toEqual([{ name: "", before: "created", after: "sent" }]);
  expect(changesOf(null, "")).toEqual([]);
});

it("puts what a reader looks for first, and a sentence without a name", () => {
  expect(changesOf({}, { bot_id: "b", symbol: "INFY", text: "4 of 4 positions are closed" }).map((l) => l.name)).toEqual(["", "symbol", "bot_id"]);
});

it("shows a map that came out of nothing", () => {
  expect(changesOf(null, { until: "15:30" })).toEqual([{ name: "until", before: null, after: "15:30" }]);
});
