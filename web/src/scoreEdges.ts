/** Where a bot's score calls for a trade. Drawn by the candles below the price. */

export interface ScoreEdges {
  buy: number;
  sell: number;
}

const USUAL = 60; // where every strategy that has no threshold of its own scales its score to

const edge = (given: unknown): number => (typeof given === "number" && Number.isFinite(given) ? given : USUAL);

/** The bot's own thresholds where its strategy has such parameters. */
export function scoreEdges(parameters: Record<string, unknown> | undefined): ScoreEdges {
  return { buy: edge(parameters?.buy_at), sell: -edge(parameters?.sell_at) };
}
