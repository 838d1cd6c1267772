/** The day's equity as a line, above and below the start of the day. Fed by equity.ts; every word is HTML, the shapes a stretched SVG. */
import type { EquityPlot } from "../equity";
import { clockMinutes, type Zone } from "../moments";
import { axisMoney } from "../numbers";
import { words } from "../words";

interface EquityChartProps {
  plot: EquityPlot;
  /** The equity now, for the tag on the axis. */
  value: number;
  currency: string;
  zone: Zone;
  label: string;
}

/** Labels closer than this, in percent of the height, would lie on each other. */
const APART = 6;

export function EquityChart({ plot, value, currency, zone, label }: EquityChartProps) {
  const area = `M0,${plot.base} L${plot.line.split(" ").join(" L")} L${plot.now.x},${plot.base} Z`;
  const top = (y: number) => ({ top: `calc((100% - var(--foot)) * ${(y / 100).toFixed(4)})` });
  const free = plot.grid.filter((g) => Math.abs(g.y - plot.base) > APART && Math.abs(g.y - plot.now.y) > APART);
  return (
    <div className="chart equity" role="img" aria-label={label}>
      <div className="plot">
        <svg className="fill" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <defs>
            <clipPath id="above"><rect x="0" y="0" width="100" height={plot.base} /></clipPath>
            <clipPath id="below"><rect x="0" y={plot.base} width="100" height={100 - plot.base} /></clipPath>
          </defs>
          {plot.exitsFrom !== null && <rect className="closed" x={plot.exitsFrom} y="0" width={100 - plot.exitsFrom} height="100" />}
          {plot.grid.map((g) => <path key={g.value} className="grid" d={`M0 ${g.y}H100`} />)}
          <path className="above" d={area} clipPath="url(#above)" />
          <path className="below" d={area} clipPath="url(#below)" />
          <path className="base" d={`M0 ${plot.base}H100`} />
          <polyline className="line" points={plot.line} />
        </svg>
        {plot.hours.map((h, i) => (
          <span key={h.text} className={`x ${h.first ? "first" : ""} ${i % 2 ? "skip-p" : ""}`} style={{ left: `${h.x}%` }}>{h.text}</span>
        ))}
        {plot.exitsFrom !== null && plot.exitsFrom < 92 && (
          <span className="note wide-only" style={{ left: `${plot.exitsFrom + 0.8}%`, bottom: 4 }}>{words.equity.exitsOnly}</span>
        )}
        <span className="dot now" style={{ left: `${plot.now.x}%`, top: `${plot.now.y}%` }} />
        {plot.high.x < plot.now.x - 4 && (
          <>
            <span className="dot high" style={{ left: `${plot.high.x}%`, top: `${plot.high.y}%` }} />
            <span className="note lbl high-note" style={plot.high.x > 45 ? { right: `${100.8 - plot.high.x}%`, top: `calc(${plot.high.y}% - 12px)` } : { left: `${plot.high.x + 0.8}%`, top: `calc(${plot.high.y}% - 12px)` }}>
              {words.equity.high(axisMoney(plot.high.value, currency, plot.step), clockMinutes(plot.high.at, zone))}
            </span>
          </>
        )}
        {plot.now.x < 92 && <span className="note" style={{ left: `calc(${plot.now.x}% + 9px)`, top: `calc(${plot.now.y}% - 6px)` }}>{words.equity.now}</span>}
      </div>
      {free.map((g) => <span key={g.value} className="y" style={top(g.y)}>{axisMoney(g.value, currency, plot.step)}</span>)}
      {Math.abs(plot.base - plot.now.y) > APART && <span className="y" style={top(plot.base)}>{words.equity.startOfDay}</span>}
      <span className="tag now" style={top(plot.now.y)}>{axisMoney(value, currency, plot.step)}</span>
    </div>
  );
}
