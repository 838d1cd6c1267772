/**
 * The drawing library of the candle chart, told our colours and times. Fed by CandleChart; the only file that knows
 * lightweight-charts. It draws UTC, so instants are shifted into the venue's zone before they are handed over.
 */
import {
  CandlestickSeries, createChart, createSeriesMarkers, CrosshairMode, HistogramSeries, LineSeries, LineStyle,
  type IChartApi, type IPriceLine, type ISeriesApi, type ISeriesMarkersPluginApi, type SeriesMarker, type Time, type UTCTimestamp,
} from "lightweight-charts";
import { priceStep, type Candle, type FillMark } from "../candles";
import { zoneOffset, type Zone } from "../moments";
import { price as priceText, score as scoreText } from "../numbers";
import type { ScoreEdges } from "../scoreEdges";
import { words } from "../words";

export interface PriceLineWanted {
  price: number;
  kind: "average" | "stop" | "target";
}

export interface ScorePoint {
  at: number;
  score: number;
}

export interface CandlesDrawn {
  candles: (candles: readonly Candle[]) => void;
  forming: (candle: Candle) => void;
  marks: (marks: readonly FillMark[], quantityText: (q: number) => string) => void;
  lines: (lines: readonly PriceLineWanted[]) => void;
  scores: (points: readonly ScorePoint[]) => void;
  recolour: () => void;
  remove: () => void;
}

type Token = (name: string) => string;

function tokens(): Token {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

function layout(token: Token) {
  return {
    autoSize: true,
    layout: {
      background: { color: token("surface") }, textColor: token("chart-axis"), fontSize: 11, fontFamily: token("font"),
      attributionLogo: false, panes: { separatorColor: token("line"), enableResize: false },
    },
    grid: { vertLines: { color: token("chart-grid") }, horzLines: { color: token("chart-grid") } },
    crosshair: { mode: CrosshairMode.Magnet, vertLine: { labelBackgroundColor: token("ink") }, horzLine: { labelBackgroundColor: token("ink") } },
    rightPriceScale: { borderVisible: false },
    timeScale: { timeVisible: true, secondsVisible: false, borderVisible: false, rightOffset: 4, minBarSpacing: 2 },
    handleScroll: { vertTouchDrag: false },
  };
}

const candleColours = (token: Token) => ({
  // Up is hollow, down is filled: readable without colour.
  upColor: token("surface"), borderUpColor: token("chart-up"), wickUpColor: token("chart-up"),
  downColor: token("chart-down"), borderDownColor: token("chart-down"), wickDownColor: token("chart-down"), priceLineColor: token("control-line"),
});

/** The edges and the newest score name the scale; ticks of its own would stand beneath them, on a phone all over each other. */
const scoreFormat = { type: "custom" as const, formatter: scoreText, tickmarksFormatter: (ticks: readonly number[]) => ticks.map(() => ""), minMove: 0.1 };

function scoreSeries(chart: IChartApi, token: Token, edges: ScoreEdges): ISeriesApi<"Line"> {
  const series = chart.addSeries(LineSeries, { color: token("chart-line"), lineWidth: 2, priceLineVisible: false, priceFormat: scoreFormat }, 1);
  series.applyOptions({ autoscaleInfoProvider: () => ({ priceRange: { minValue: -100, maxValue: 100 } }) });
  for (const [price, title] of [[edges.buy, words.bot.chart.buyAt], [edges.sell, words.bot.chart.sellAt]] as const) {
    series.createPriceLine({ price, title, color: token("control-line"), lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: true, axisLabelColor: token("surface"), axisLabelTextColor: token("chart-axis") });
  }
  return series;
}

function markerOf(mark: FillMark, time: UTCTimestamp, token: Token, quantityText: (q: number) => string): SeriesMarker<Time> {
  const buy = mark.side === "BUY";
  return {
    time, position: buy ? "belowBar" : "aboveBar", shape: buy ? "arrowUp" : "arrowDown", color: token(buy ? "accent" : "text-2"), size: 1,
    text: buy ? words.bot.chart.buy(quantityText(mark.quantity)) : words.bot.chart.sell(quantityText(mark.quantity)),
  };
}

function lineOf(wanted: PriceLineWanted, token: Token) {
  const look = {
    average: { color: token("text-2"), lineStyle: LineStyle.Dotted, title: words.bot.chart.average },
    stop: { color: token("critical"), lineStyle: LineStyle.Dashed, title: words.bot.chart.stopLine },
    target: { color: token("control-line"), lineStyle: LineStyle.Dashed, title: words.bot.chart.target },
  }[wanted.kind];
  return { price: wanted.price, lineWidth: 1 as const, axisLabelVisible: true, ...look };
}

/** Prices on the axis and its tags, to the step that they are told in. */
function priceFormat(step: number, currency: string) {
  const decimals = Math.round(-Math.log10(step));
  return { type: "custom" as const, formatter: (value: number) => priceText(Number(value.toFixed(decimals)), currency), minMove: step };
}

/** Draws into the element until `remove`. Each part is set as a whole; only the forming candle is set by itself. */
export function drawCandles(element: HTMLElement, zone: Zone, currency: string, edges: ScoreEdges): CandlesDrawn {
  let token = tokens();
  const chart = createChart(element, layout(token));
  const series = chart.addSeries(CandlestickSeries, {
    ...candleColours(token), priceLineStyle: LineStyle.Dotted,
    priceFormat: priceFormat(0.01, currency),
  });
  const volume = chart.addSeries(HistogramSeries, { color: token("chart-volume"), priceScaleId: "", priceLineVisible: false, lastValueVisible: false, priceFormat: { type: "volume" } });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
  const scores = scoreSeries(chart, token, edges);
  chart.panes()[0]?.setStretchFactor(3.4);
  chart.panes()[1]?.setStretchFactor(1);
  const marks: ISeriesMarkersPluginApi<Time> = createSeriesMarkers(series, []);
  let lines: IPriceLine[] = [];
  let fitted = false;
  const time = (at: number) => ((at + zoneOffset(at, zone)) / 1000) as UTCTimestamp;
  const bar = (c: Candle) => ({ time: time(c.at), open: c.o, high: c.h, low: c.l, close: c.c });
  return {
    candles: (candles) => {
      series.applyOptions({ priceFormat: priceFormat(priceStep(candles), currency) });
      series.setData(candles.map(bar));
      volume.setData(candles.map((c) => ({ time: time(c.at), value: c.v })));
      // Newest bars first: a whole two days would be too small to read. Later the reader's own view stays.
      if (!fitted && candles.length > 0) chart.timeScale().setVisibleLogicalRange({ from: Math.max(candles.length - 110, -1), to: candles.length + 4 });
      fitted ||= candles.length > 0;
    },
    forming: (candle) => series.update(bar(candle)),
    marks: (wanted, quantityText) => marks.setMarkers(wanted.map((m) => markerOf(m, time(m.at), token, quantityText))),
    lines: (wanted) => {
      for (const line of lines) series.removePriceLine(line);
      lines = wanted.map((w) => series.createPriceLine(lineOf(w, token)));
    },
    scores: (wanted) => scores.setData(wanted.map((p) => ({ time: time(p.at), value: p.score }))),
    recolour: () => {
      token = tokens();
      chart.applyOptions(layout(token));
      series.applyOptions(candleColours(token));
      volume.applyOptions({ color: token("chart-volume") });
      scores.applyOptions({ color: token("chart-line") });
    },
    remove: () => chart.remove(),
  };
}
