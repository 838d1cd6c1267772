/** What the shapes of the candle chart mean, in words beside each. */
import { words } from "../words";

export function CandleLegend() {
  return (
    <span className="legend">
      <span>
        <svg width="9" height="12" aria-hidden="true"><path d="M4.5 0v12" stroke="var(--chart-up)" /><path d="M1 2.5h7v7H1z" fill="var(--surface)" stroke="var(--chart-up)" /></svg>
        {words.bot.chart.up}
      </span>
      <span>
        <svg width="9" height="12" aria-hidden="true"><path d="M4.5 0v12" stroke="var(--chart-down)" /><path d="M1 2.5h7v7H1z" fill="var(--chart-down)" stroke="var(--chart-down)" /></svg>
        {words.bot.chart.down}
      </span>
      <span>
        <svg width="18" height="4" aria-hidden="true"><path d="M0 2h18" stroke="var(--chart-line)" strokeWidth="1.5" /></svg>
        {words.bot.chart.score}
      </span>
      {/* The library's licence asks for this notice where its own mark is not shown on the chart. */}
      <a className="credit" href="https://www.tradingview.com/" target="_blank" rel="noreferrer">{words.bot.chart.library}</a>
    </span>
  );
}
