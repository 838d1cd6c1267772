/** The shape of the equity chart: where the points, the gridlines and the hours go, in percent of the plot. Fed by equity_days; feeds EquityChart. Pure. */
import { clockMinutes, zoneOffset, type Zone } from "./moments";

export interface EquityPoint {
  at: number;
  equity: number;
}

export interface EquityPlot {
  line: string;
  /** The start of the day, percent from the top. */
  base: number;
  grid: { y: number; value: number }[];
  /** Between two gridlines, in the account's currency. */
  step: number;
  hours: { x: number; text: string; first: boolean }[];
  now: { x: number; y: number };
  high: { x: number; y: number; at: number; value: number };
  low: number;
  /** Where exits-only begins, percent from the left; null without a session. */
  exitsFrom: number | null;
}

export interface EquityFrame {
  from: number;
  to: number;
  exitsFrom: number | null;
}

const HOUR = 3_600_000;

/** A step of 1, 2 or 5 times a power of ten that cuts the range into about `wanted` parts. */
export function niceStep(range: number, wanted: number): number {
  const rough = Math.max(range, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fits = [1, 2, 5, 10].find((n) => n * power >= rough) ?? 10;
  return fits * power;
}

function gridLines(low: number, high: number, step: number, y: (value: number) => number): { y: number; value: number }[] {
  const lines: { y: number; value: number }[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) lines.push({ y: y(value), value });
  return lines;
}

function hourMarks(frame: EquityFrame, zone: Zone, x: (at: number) => number): EquityPlot["hours"] {
  const span = frame.to - frame.from;
  const step = [1, 2, 3, 4, 6, 12, 24].find((h) => span / (h * HOUR) <= 7) ?? 24;
  const offset = zoneOffset(frame.from, zone);
  const marks = [{ x: 0, text: clockMinutes(frame.from, zone), first: true }];
  for (let at = Math.ceil((frame.from + offset) / (step * HOUR)) * step * HOUR - offset; at < frame.to; at += step * HOUR) {
    if (x(at) > 8 && x(at) < 97) marks.push({ x: x(at), text: clockMinutes(at, zone), first: false });
  }
  return marks;
}

/** The plot of one day. `points` in order of time, at least one; `start` is the equity at the start of the day. */
export function equityPlot(points: readonly EquityPoint[], start: number, frame: EquityFrame, zone: Zone): EquityPlot | null {
  const last = points.at(-1);
  if (!last) return null;
  const values = points.map((p) => p.equity);
  const top = Math.max(start, ...values);
  const bottom = Math.min(start, ...values);
  // A flat day still needs a band to stand in: a thousandth of the equity.
  const pad = Math.max((top - bottom) * 0.12, Math.abs(start) * 0.00005, 0.01);
  const high = top + pad;
  const low = bottom - pad;
  const step = niceStep(high - low, 5);
  const x = (at: number) => Math.min(100, Math.max(0, (100 * (at - frame.from)) / Math.max(frame.to - frame.from, 1)));
  const y = (value: number) => (100 * (high - value)) / (high - low);
  const highest = points.reduce((best, p) => (p.equity > best.equity ? p : best));
  return {
    line: points.map((p) => `${x(p.at).toFixed(2)},${y(p.equity).toFixed(2)}`).join(" "),
    base: y(start),
    grid: gridLines(low, high, step, y),
    step,
    hours: hourMarks(frame, zone, x),
    now: { x: x(last.at), y: y(last.equity) },
    high: { x: x(highest.at), y: y(highest.equity), at: highest.at, value: highest.equity },
    low: bottom,
    exitsFrom: frame.exitsFrom === null ? null : x(frame.exitsFrom),
  };
}
