/** Candles: stored ones in order, the forming one from quotes, fills on the bar they fell in. */
import { describe, expect, it } from "vitest";
import { barOpen, candlesOf, fillMarks, formingCandle, priceStep, timeframeSeconds, type Candle } from "./candles";
import type { Fill } from "./documents";
import type { Bars } from "./marketDocuments";

const OPEN = Date.UTC(2021, 3, 28, 3, 45); // 09:15 in India
const MINUTE = 60_000;
const candle = (at: number): Candle => ({ at, o: 1, h: 2, l: 0.5, c: 1.5, v: 10 });

describe("stored bars", () => {
  it("come out oldest first over several days, each once", () => {
    const day = (...at: number[]) => ({ bars: Object.fromEntries(at.map((a) => [String(a), candle(a)])) }) as unknown as Bars;
    expect(candlesOf([day(30, 10), day(20, 30)]).map((c) => c.at)).toEqual([10, 20, 30]);
  });
  it("open where the session divides: half hours and hours of Mumbai begin at a quarter", () => {
    expect(barOpen(OPEN + 4 * MINUTE, timeframeSeconds("5m"), OPEN)).toBe(OPEN);
    expect(barOpen(OPEN + 44 * MINUTE, timeframeSeconds("30m"), OPEN)).toBe(OPEN + 30 * MINUTE);
    expect(barOpen(OPEN + 65 * MINUTE, timeframeSeconds("1h"), OPEN)).toBe(OPEN + 60 * MINUTE);
  });
});

describe("the forming bar", () => {
  it("begins with the first quote after the last stored bar and widens with the next", () => {
    const closed = candle(OPEN);
    const first = formingCandle(null, closed, { price: 100, at: OPEN + MINUTE }, 60, OPEN);
    const second = formingCandle(first, closed, { price: 90, at: OPEN + MINUTE + 1000 }, 60, OPEN);
    expect(second).toMatchObject({ at: OPEN + MINUTE, o: 100, h: 100, l: 90, c: 90 });
  });
  it("is none while the newest stored bar covers the quote", () => {
    expect(formingCandle(null, candle(OPEN), { price: 100, at: OPEN + 5000 }, 60, OPEN)).toBeNull();
  });
  it("begins anew when the quote falls into the next bar", () => {
    const before = { at: OPEN, o: 1, h: 9, l: 1, c: 1, v: 0 };
    expect(formingCandle(before, undefined, { price: 5, at: OPEN + MINUTE }, 60, OPEN)).toMatchObject({ o: 5, h: 5 });
  });
});

describe("the forming bar of an hour", () => {
  const hour = 60 * MINUTE;
  it("follows the stored one without a gap", () => {
    expect(formingCandle(null, candle(OPEN), { price: 5, at: OPEN + hour + MINUTE }, 3600, OPEN)).toMatchObject({ at: OPEN + hour });
  });
  it("counts from the newest stored bar where no session is told, over a night too", () => {
    const last = candle(OPEN + 6 * hour); // 15:15, the day's last
    expect(formingCandle(null, last, { price: 5, at: OPEN + 24 * hour + MINUTE }, 3600, null)).toMatchObject({ at: OPEN + 24 * hour });
  });
});

describe("fills on the chart", () => {
  const fill = (at: number, side: string, quantity: number, price: number) => ({ filled_at: at, side, quantity, price }) as Fill;
  it("fall on the bar they happened in; parts of one order become one mark at their average", () => {
    const candles = [candle(OPEN), candle(OPEN + MINUTE)];
    const marks = fillMarks([fill(OPEN + 5000, "BUY", 10, 100), fill(OPEN + 9000, "BUY", 30, 104), fill(OPEN + MINUTE, "SELL", 40, 99)], candles, 60);
    expect(marks).toEqual([
      { at: OPEN, side: "BUY", quantity: 40, price: 103 },
      { at: OPEN + MINUTE, side: "SELL", quantity: 40, price: 99 },
    ]);
  });
  it("are left out where the chart draws no candle", () => {
    expect(fillMarks([fill(OPEN - MINUTE, "BUY", 1, 1)], [candle(OPEN)], 60)).toEqual([]);
    expect(fillMarks([fill(OPEN + 2 * MINUTE, "BUY", 1, 1)], [candle(OPEN)], 60)).toEqual([]);
  });
  it("fall on bars of an hour, which begin where the session does", () => {
    const marks = fillMarks([fill(OPEN + 70 * MINUTE, "BUY", 1, 1)], [candle(OPEN), candle(OPEN + 60 * MINUTE)], 3600);
    expect(marks.map((m) => m.at)).toEqual([OPEN + 60 * MINUTE]);
  });
});

describe("the step of the price axis", () => {
  const at = (price: number): Candle => ({ at: OPEN, o: price, h: price, l: price, c: price, v: 1 });
  it("is a cent where prices are told in cents, and finer where they are", () => {
    expect(priceStep([at(1350.05), at(76_000)])).toBe(0.01);
    expect(priceStep([at(0.14523), at(0.1451)])).toBeCloseTo(0.00001, 10);
    expect(priceStep([at(0.00001234)])).toBeCloseTo(0.00000001, 12);
    expect(priceStep([])).toBe(0.01);
  });
});
