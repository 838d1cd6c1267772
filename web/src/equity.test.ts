/** The equity chart's shape: everything inside the plot, round gridlines, hours of the venue. */
import { expect, it } from "vitest";
import { equityPlot, niceStep } from "./equity";

const IST = "Asia/Kolkata";
const OPEN = Date.UTC(2021, 3, 28, 3, 45); // 09:15 in India
const frame = { from: OPEN, to: OPEN + 375 * 60_000, exitsFrom: OPEN + 330 * 60_000 };
const at = (minute: number, equity: number) => ({ at: OPEN + minute * 60_000, equity });

it("cuts a range into steps of 1, 2 or 5", () => {
  expect([niceStep(5000, 5), niceStep(7, 5), niceStep(0.3, 5)]).toEqual([1000, 2, 0.1]);
});

it("keeps the line, the start of the day and the high inside the plot", () => {
  const plot = equityPlot([at(0, 1000), at(60, 1100), at(120, 950)], 1000, frame, IST)!;
  for (const pair of plot.line.split(" ")) {
    const [x, y] = pair.split(",").map(Number);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(100);
  }
  expect(plot.high).toMatchObject({ at: OPEN + 3_600_000, value: 1100 });
  expect(plot.base).toBeGreaterThan(plot.high.y);
  expect(plot.exitsFrom).toBeCloseTo(88);
});

it("stands in a band of its own while nothing has moved", () => {
  const plot = equityPlot([at(0, 1_000_000), at(1, 1_000_000)], 1_000_000, frame, IST)!;
  expect(plot.base).toBeCloseTo(50);
  expect(plot.grid.length).toBeGreaterThan(1);
});

it("marks full hours of the venue's zone", () => {
  const plot = equityPlot([at(0, 1)], 1, frame, IST)!;
  expect(plot.hours.map((h) => h.text)).toEqual(["09:15", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]);
});

it("draws nothing without a point", () => {
  expect(equityPlot([], 1, frame, IST)).toBeNull();
});
