/** Candles: stored ones in order, the forming one from quotes, fills on the bar they fell in. */
import { describe, expect, it } from "vitest";
import { barOpen, candlesOf, fillMarks, formingCandle, timeframeSeconds, type Candle } from "./candles";
import type { Fill } from "./documents";
import type { Bars } from "./marketDocuments";

const IST = "Asia/Kolkata";
const OPEN = Date.UTC(2021, 3, 28, 3, 45); // 09:15 in India
const MINUTE = 60_000;
const candle = (at: number): Candle => ({ at, o: 1, h: 2, l: 0.5, c: 1.5, v: 10 });

describe("stored bars", () => {
  it("come out oldest first over several days, each once", () => {
    const day = (...at: number[]) => ({ bars: Object.fromEntries(at.map((a) => [String(a), candle(a)])) }) as unknown as Bars;
    expect(candlesOf([day(30, 10), day(20, 30)]).map((c) => c.at)).toEqual([10, 20, 30]);
  });
  it("open where the venue's day divides, also where that is half an hour off UTC", () => {
    expect(barOpen(OPEN + 4 * MINUTE, timeframeSeconds("5m"), IST)).toBe(OPEN);
    expect(barOpen(OPEN + 44 * MINUTE, timeframeSeconds("1h"), IST)).toBe(Date.UTC(2021, 3, 28, 3, 30));
  });
});

describe("the forming bar", () => {
  it("begins with the first quote after the last stored bar and widens with the next", () => {
    const closed = candle(OPEN);
    const first = formingCandle(null, closed, { price: 100, at: OPEN + MINUTE }, 60, IST);
    const second = formingCandle(first, closed, { price: 90, at: OPEN + MINUTE + 1000 }, 60, IST);
    expect(second).toMatchObject({ at: OPEN + MINUTE, o: 100, h: 100, l: 90, c: 90 });
  });
  it("is none while the newest stored bar covers the quote", () => {
    expect(formingCandle(null, candle(OPEN), { price: 100, at: OPEN + 5000 }, 60, IST)).toBeNull();
  });
  it("begins anew when the quote falls into the next bar", () => {
    const before = { at: OPEN, o: 1, h: 9, l: 1, c: 1, v: 0 };
    expect(formingCandle(before, undefined, { price: 5, at: OPEN + MINUTE }, 60, IST)).toMatchObject({ o: 5, h: 5 });
  });
});

describe("fills on the chart", () => {
  const fill = (at: number, side: string, quantity: number, price: number) => ({ filled_at: at, side, quantity, price }) as Fill;
  it("fall on the bar they happened in; parts of one order become one mark at their average", () => {
    const candles = [candle(OPEN), candle(OPEN + MINUTE)];
    const marks = fillMarks([fill(OPEN + 5000, "BUY", 10, 100), fill(OPEN + 9000, "BUY", 30, 104), fill(OPEN + MINUTE, "SELL", 40, 99)], candles, 60, IST);
    expect(marks).toEqual([
      { at: OPEN, side: "BUY", quantity: 40, price: 103 },
      { at: OPEN + MINUTE, side: "SELL", quantity: 40, price: 99 },
    ]);
  });
  it("are left out where the chart draws no candle", () => {
    expect(fillMarks([fill(OPEN - MINUTE, "BUY", 1, 1)], [candle(OPEN)], 60, IST)).toEqual([]);
  });
});
