/** Why an order was not made, why a position was closed, and the bot form's sentences: parts of words.ts, which takes them in. */

/** By the codes of `blocking_reason` and of an order's `reason`. */
export const blockedWords: Record<string, string> = {
  cooldown: "Cooling down after a fill", entry_window: "Outside the entry window", paused: "The bot is paused", halted: "Trading is halted",
  notional: "The order would be too large", minimum_notional: "The order would be too small", minimum: "Charges would eat too much of it", sizing_warming: "Too few bars for its size", total_at_risk: "Too much at risk already",
  positions: "Too many positions open", stale_quote: "The price is too old", buying_power: "Not enough cash", zero_quantity: "The size rounds to nothing",
  stopped: "The bot is stopped", warming: "Warming up", error: "The bot has an error",
  entry_in_flight: "An entry is on its way", exit_in_flight: "An exit is on its way", reduce_only: "Only exits go on", watch_only: "Only watched, never traded",
  flat: "Nothing is held to close", held: "Held already", rederived: "Found again after a restart; no order was made", order_lost: "Its order was lost with the machine", difference: "Broker and books differ",
  exit_resting: "The broker has just rejected an exit; another follows", tranches: "All its entries are open", step: "The price has not moved far enough for another entry",
  not_in_profit: "The position is not in profit", temperature: "The score is not strong enough", tranche_size: "The next entry would be too small",
  position_notional: "The position would be too large",
  daily_stop: "Daily stop: today's loss has reached its limit", weekly_stop: "Weekly stop: the week's loss has reached its limit", drawdown: "The drawdown has reached its limit",
  losing_streak: "Too many trades lost one after another", reject_storm: "The broker rejected too many orders", unread_refusals: "The broker refused entries in words that nobody can read", feed_lost: "No price while positions are open",
  not_reconciled: "Broker and books are not compared yet", kill: "Everything is stopped", dry: "Dry: decided, not sent",
  removed: "The bot is removed", notional_max: "The order would be too large",
  leverage: "Too much exposure for the equity", symbol_exposure: "Too much in this symbol", bot_exposure: "Too much held by this bot",
  trades_day: "No more trades today", orders_per_second: "Too many orders in this second", orders_per_minute: "Too many orders in this minute",
  symbols_allowed: "This symbol is not on the allowed list", no_entry: "Inside a window without entries", spread: "The spread is too wide", slippage: "Too far from the last price",
  price_band: "Outside the exchange's price band", tick_size: "Not on the instrument's price step", lot_size: "Not a whole number of lots",
  market_halted: "The exchange has halted this symbol", unprotected: "A position has no stop at the broker", canary: "Canary limit of a bot new on live", late: "Too late after the leader", wild: "The leader trades too often; resume the bot to follow again",
  leader_gone: "The leader is gone", copy_refused: "The leader may not be followed", opposite: "Held the other way", size: "Less than one lot", leader_flat: "The leader did not enter",
  read_only: "The broker connection only reads",
};

/** By the codes of `exit_reason`. */
export const exitReasonWords: Record<string, string> = {
  signal: "Sell signal", stop: "Stop", target: "Target", flatten: "Session end", manual: "By hand", kill: "Flattened by hand", end: "End of data",
  trailing: "Trailing stop", break_even: "Break-even", time: "Time exit", reduce: "Part, as the leader", leader_gone: "Leader gone",
};

export const botFormWords = {
  newTitle: "New bot", editTitle: (name: string) => `Edit ${name}`, name: "Name", namePlaceholder: "Bank Basket", strategy: "Strategy", symbols: "Symbols, separated by commas",
  symbolsPlaceholder: (coins: boolean) => (coins ? "BTC-USD, ETH-USD" : "RELIANCE, INFY"), timeframe: "Timeframe", sizing: "Size of an entry as", size: "Size",
  sizings: {
    equity_pct: "Share of equity, %", notional: "Amount of money", quantity: "Quantity", volatility: "By volatility, % of equity a move of one ATR", risk_per_trade: "By risk, % of equity lost at the stop",
  } as Record<string, string>, optional: "none",
  sizingNames: {
    atr_period: "ATR period, bars", slippage_bps: "Slippage reckoned with, bps each way", cool: "Times the size when cool", warm: "Times the size when warm", hot: "Times the size when hot",
  } as Record<string, string>,
  sizingHints: { cool: "0: no entry then. Empty: the same size for all scores." } as Record<string, string>,
  parameters: "Parameters", create: "Create bot", save: "Save changes", cancel: "Cancel", saving: "Saving",
  paperNote: "A bot is born on paper. It starts when you start it.", liveNote: "This account trades real money: once started, the bot's entries go to the broker whenever live trading is armed.", notNumber: (typed: string) => `This must be a number. You wrote ${typed}.`,
  needed: "This is needed.", fix: "Some fields need another look.",
  changed: "This bot was changed elsewhere since you opened it here.", youTyped: (text: string) => `you typed ${text}`,
  decide: "Nothing is saved before you have seen it. What you typed stays.", goOn: "Go on with the new values",
  decideBoth: "Nothing is saved before you decide. What you typed in other fields stays.", takeTheirs: "Take the new values", keepMine: "Keep what I typed",
  exits: "Exits", exitsNote: "Besides the strategy's own exit signal and the session's end. The first that is reached closes the position.",
  exitNames: {
    stop_pct: "Stop, % from entry", target_pct: "Target, % from entry", trail_pct: "Trailing stop, % from the best price", break_even_at_pct: "Break-even once ahead by, %",
    break_even_plus_bps: "Break-even stop beyond the entry, bps", time_exit_s: "Time exit, s of market time after the entry",
  } as Record<string, string>,
  exitHints: {
    trail_pct: "Follows the price in favour, never back.", break_even_at_pct: "Then the stop moves to the entry, once.", break_even_plus_bps: "To cover the charges.",
  } as Record<string, string>,
  building: "Further entries", buildingNote: "What a new signal does while the bot already holds the symbol.", buildingPolicy: "A further entry",
  buildingPolicies: {
    equal_size: "Same size again", pyramid_up: "Smaller each time, only in profit", pyramid_down: "Into a fall, within bounds", adaptive: "By the score: full when hot, half when warm",
  } as Record<string, string>,
  buildingNames: {
    tranches_max: "Entries open at once, at most", step_pct: "Price step from the last entry, %", factor: "Size of each to the one before", notional_max_pct: "Whole position, % of equity at most",
  } as Record<string, string>,
  asRisk: "as risk allows",
  execution: "Orders", executionNote: "How orders go to the venue.", entries: "Entries", exitOrders: "Exits",
  entryStyles: { market: "At the market", limit: "At a limit", post_only: "At a limit that never takes", marketable_limit: "At once, within a collar" } as Record<string, string>,
  exitStyles: { market: "At the market", marketable_limit: "At once, within a collar" } as Record<string, string>,
  executionNames: {
    offset_bps: "Limit behind the price, bps", collar_bps: "Furthest from the decided price, bps", replace_after_s: "Replaced when not filled after, s", replacements_max: "Replaced at most, times",
  } as Record<string, string>,
};
