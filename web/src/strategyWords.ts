/** The names of strategies, their parameters, presets and inputs: parts of words.ts, which takes them in. A name that is not here is written as the service gives it. */

/** "adx_period" as "Adx period". */
export function plainName(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As in: ADX at least, 25. In the order in which a bot's page lists them. */
const parameterNames: Record<string, string> = {
  buy_at: "Buy at", sell_at: "Sell at", confirm_s: "Confirmation",
  range_minutes: "Opening range", buffer_bps: "Beyond the range by",
  period: "Supertrend period", multiplier: "Supertrend, times ATR", each_session: "Enters anew each session",
  enter_at: "Buys below VWAP by", exit_at: "Sells below VWAP by", give_up_at: "Gives up below VWAP by",
  adx_period: "ADX period", adx_min: "ADX at least", adx_max: "ADX at most", from_minutes: "Entries from", until_minutes: "Entries until",
  every_days: "Buys every", at_minutes: "Buys after the open", drop_pct: "Buys at each drop of", drop_bars: "Drop from the high of",
  hold: "Holds at once", momentum_bars: "Rise over", atr_period: "ATR period", slack: "Keeps what falls behind by", rising_only: "Only what has risen",
  rank_days: "Ranks every", rank_minutes: "Ranks again after", follow_volatility: "Thresholds follow volatility",
  leader: "Follows", follow: "Copies", scale: "In size", max_delay_s: "Enters no later than", max_per_minute: "Leader's entries a minute, at most", max_per_day: "Leader's entries a day, at most",
  leader_silent_s: "Leader is gone when silent for", when_gone: "When the leader is gone", close_after_s: "Closes when it is gone for",
  cooldown_s: "Cool-down", allow_short: "May sell short",
};

const units: Record<string, string> = { seconds: "s of market time", minutes: "min", percent: "%", "basis points": "bps" };

export const strategyWords = {
  names: { accumulate: "Accumulate", confluence: "Confluence", copy: "Copy", opening_range: "Opening range", rotation: "Rotation", trend: "Trend", vwap_reversion: "VWAP reversion" } as Record<string, string>,
  name: (name: string) => strategyWords.names[name] ?? plainName(name),
  parameterNames,
  parameter: (name: string) => parameterNames[name] ?? plainName(name),
  /** A form's label: with the unit, since the field holds the bare number. */
  label: (name: string, unit: string) => `${strategyWords.labels[name] ?? strategyWords.parameter(name)}${unit ? `, ${units[unit] ?? unit}` : ""}`,
  labels: { buy_at: "Buy at a score of", sell_at: "Sell at a score of minus" } as Record<string, string>,
  hint: (means: string, bounds: string | null) => [plainName(means).replaceAll(/\.$/g, ""), ...(bounds ? [bounds] : [])].join(". ") + ".",
  bounds: (least: string, most: string, above: boolean) => (above ? `Above ${least}, at most ${most}` : `${least} to ${most}`),
  presetNames: { conservative: "Conservative", balanced: "Balanced", aggressive: "Aggressive", adaptive: "Adaptive" } as Record<string, string>,
  preset: "Preset", ownValues: "Your own values", presetHint: "Fills the fields below; each may be changed afterwards.",
  reading: "Reading the strategies", failed: "The strategies could not be read, so their parameters are not known. What you typed is kept.", again: "Read again", needed: "The strategies are not read yet: this bot's parameters are not known.",
  stray: "This strategy has no such parameter. Empty it to leave it out.",
  minutes: (n: string) => `${n} min`, days: (n: string) => `${n} days`, bars: (n: string) => `${n} bars`,
  choice: (word: string) => ({ fills: "What it trades", signals: "What it signals", keep: "Keep what was copied", close: "Close what was copied" } as Record<string, string>)[word] ?? plainName(word),
  inputs: "Inputs",
  /** The numbers that a decision names, as its strategy calls them. */
  inputNames: { rsi: "RSI", ma: "MA", macd: "MACD", adx: "ADX", side: "Trend", place: "Place in range", width_pct: "Range width", distance: "From VWAP", drop_pct: "Below the high", scheduled: "By schedule", strength: "Strength", rank: "Rank", ranked: "Of", chosen: "Chosen", volatility: "Volatility" } as Record<string, string>,
  input: (name: string) => strategyWords.inputNames[name] ?? plainName(name),
  sides: { up: "up", down: "down" },
};
