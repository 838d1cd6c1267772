/** Numbers are written as the design says: signs, grouping, decimals. */
import { describe, expect, it } from "vitest";
import { axisMoney, money, moneyParts, percent, points, price, quantity, roughMoney, score, signOf } from "./numbers";

describe("money", () => {
  it("groups rupees in lakhs and crores and keeps both paise", () => {
    expect(money(2503925.88, "INR")).toBe("₹25,03,925.88");
    expect(money(99_99_99_999.99, "INR")).toBe("₹99,99,99,999.99");
    expect(money(5, "INR")).toBe("₹5.00");
  });
  it("groups other currencies in thousands", () => {
    expect(money(2503925.88, "USD")).toBe("$2,503,925.88");
    expect(money(1234.5, "CHF")).toBe("CHF\u00a01,234.50");
  });
  it("puts the true minus before the symbol", () => {
    expect(money(-1141.56, "INR", true)).toBe("\u2212₹1,141.56");
    expect(money(-1141.56, "INR")).not.toContain("-");
  });
  it("signs a gain only where a sign is asked for", () => {
    expect(money(2649.07, "INR", true)).toBe("+₹2,649.07");
    expect(money(2649.07, "INR")).toBe("₹2,649.07");
  });
  it("gives zero no sign, also when it only rounds to zero", () => {
    expect(money(0, "INR", true)).toBe("₹0.00");
    expect(money(-0.004, "INR", true)).toBe("₹0.00");
    expect(money(-0, "INR", true)).toBe("₹0.00");
  });
  it("splits the big figure before its paise", () => {
    expect(moneyParts(2503925.88, "INR")).toEqual({ whole: "₹25,03,925", minor: ".88" });
  });
  it("rounds for meters and axes only", () => {
    expect(roughMoney(75038.4, "INR")).toBe("₹75,038");
    expect(roughMoney(1001000, "INR")).toBe("10.01 lakh");
    expect(roughMoney(24800000, "INR")).toBe("2.48 crore");
    expect(roughMoney(1001000, "USD")).toBe("$1,001,000");
    expect(axisMoney(2506000, "INR")).toBe("25,06,000");
    expect([axisMoney(150.2, "USD", 0.2), axisMoney(150.4, "USD", 0.2)]).toEqual(["150.20", "150.40"]);
  });
});

describe("the other figures", () => {
  it("colours what is shown, not what is stored", () => {
    expect([signOf(0.004), signOf(0.006), signOf(-0.006)]).toEqual(["zero", "gain", "loss"]);
  });
  it("writes a price with two decimals at least and never a symbol", () => {
    expect(price(2000.5)).toBe("2,000.50");
    expect(price(0.00001234, "USD")).toBe("0.00001234");
  });
  it("keeps the minus of a short and the decimals of a coin", () => {
    expect(quantity(-124)).toBe("\u2212124");
    expect(quantity(0.015, "USD")).toBe("0.015");
  });
  it("writes percents with two decimals, scores with one, parts with none", () => {
    expect(percent(0.106, true)).toBe("+0.11%");
    expect(percent(-0.02, true)).toBe("\u22120.02%");
    expect(score(-33.45)).toBe("\u221233.5");
    expect(score(0)).toBe("0.0");
    expect(points(30.4)).toBe("+30");
  });
});
