import { expect, test } from "vitest";
import { scoreEdges } from "./scoreEdges";

test("a bot's own thresholds are where its score calls for a trade", () => {
  expect(scoreEdges({ buy_at: 75, sell_at: 50 })).toEqual({ buy: 75, sell: -50 });
});

test("a strategy without thresholds scales its score to 60", () => {
  expect(scoreEdges({ adx_min: 25 })).toEqual({ buy: 60, sell: -60 });
  expect(scoreEdges(undefined)).toEqual({ buy: 60, sell: -60 });
});
