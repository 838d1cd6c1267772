import { expect, test } from "vitest";
import { slippage } from "./twinWords";

test("slippage says with its sign which of the two was worse", () => {
  expect(slippage(8.914)).toBe("+8.91 bps");
  expect(slippage(-3)).toBe("\u22123.00 bps");
});

test("what rounds to nothing has no sign", () => {
  expect(slippage(-0.004)).toBe("0.00 bps");
});
