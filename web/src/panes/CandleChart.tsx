/** The candles of one symbol with fills, average, stop and target, and the score below. Fed by CandlePane; draws through candleLibrary. */
import { useEffect, useRef, useState } from "react";
import { fillMarks, type Candle } from "../candles";
import type { Fill } from "../documents";
import type { Zone } from "../moments";
import { quantity } from "../numbers";
import { useColours } from "../shell/theme";
import type { ScoreEdges } from "../scoreEdges";
import { drawCandles, type CandlesDrawn, type PriceLineWanted, type ScorePoint } from "./candleLibrary";

interface CandleChartProps {
  candles: Candle[];
  forming: Candle | null;
  fills: Fill[];
  lines: PriceLineWanted[];
  scores: ScorePoint[];
  edges: ScoreEdges;
  timeframeS: number;
  currency: string;
  zone: Zone;
  label: string;
}

export default function CandleChart({ candles, forming, fills, lines, scores, edges, timeframeS, currency, zone, label }: CandleChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<CandlesDrawn | null>(null);
  const colours = useColours();
  useEffect(() => {
    if (!element.current) return undefined;
    const chart = drawCandles(element.current, zone, currency, { buy: edges.buy, sell: edges.sell });
    setDrawn(chart);
    return () => {
      setDrawn(null);
      chart.remove();
    };
  }, [zone, currency, edges.buy, edges.sell]);
  useEffect(() => drawn?.recolour(), [drawn, colours]);
  useEffect(() => drawn?.candles(candles), [drawn, candles]);
  useEffect(() => {
    if (forming) drawn?.forming(forming);
  }, [drawn, candles, forming]);
  useEffect(() => drawn?.scores(scores), [drawn, scores]);
  useEffect(() => {
    const shown = forming ? [...candles, forming] : candles;
    drawn?.marks(fillMarks(fills, shown, timeframeS), (q) => quantity(q, currency));
    // The forming candle's moving price changes no mark: only a new bar does.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [drawn, candles, forming?.at, fills, timeframeS, currency, colours]);
  useEffect(() => drawn?.lines(lines), [drawn, lines, colours]);
  return <div className="candles" ref={element} role="img" aria-label={label} />;
}
