/** The sentences of risk, stopping, execution mode, alerts and records: parts of words.ts, which takes them in. */

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const riskWords = {
  title: "Risk", limits: "Limits and their use", policyLink: "Risk policy", noPolicy: "The limits are not known yet",
  noPolicyDetail: "The engine writes them when it starts with this account.",
  names: {
    day_loss: "Loss today", week_loss: "Loss this week", drawdown: "Drawdown from the high-water mark", at_risk: "At risk if every stop is hit",
    leverage: "Exposure, times equity", positions: "Positions open", losses_in_a_row: "Losses in a row",
  },
  of: (limit: string) => `of ${limit}`, ofWith: (limit: string, beside: string) => `of ${limit} (${beside})`, withBeside: (found: string, beside: string) => `${beside} (${found})`,
  times: (n: string) => `${n}×`, near: "near its limit", full: "at its limit",
  state: { ACTIVE: "Trading", REDUCING: "Exits only", HALTED: "Halted" } as Record<string, string>,
  stateDetail: {
    ACTIVE: "Entries and exits are allowed, within the limits below.",
    REDUCING: "Entries are refused and taken back; exits go on. Once nothing is held the account is halted.",
    HALTED: "Entries are refused; exits go on.",
  } as Record<string, string>,
  activeDry: "Nothing has stopped the account, but it is dry: no entry is sent; exits go on.",
  byBreaker: (n: number) => `${n} ${plural(n, "breaker has", "breakers have")} tripped.`,
  invariant: "The books have contradicted themselves. A resume lifts this once a report of the broker, compared since, shows nothing that differs.",
  held: "The service holds the account until the cause has passed; nobody needs to resume it.",
  haltReason: (why: string) => `Reason: ${why}.`,
  breakers: "Breakers", breaker: "Breaker", tripsAt: "Trips at", now: "Now", lifts: "What lifts it", stateHead: "State", armedState: "Watching", tripped: "Tripped", off: "Off", trippedAt: (t: string) => `Tripped at ${t}`, waiting: "Waiting",
  kinds: {
    daily_stop: "Daily stop", weekly_stop: "Weekly stop", drawdown: "Drawdown", losing_streak: "Losing streak", reject_storm: "Reject storm",
    unread_refusals: "Refusals nobody can read", feed_lost: "Feed lost", not_reconciled: "Not compared",
  } as Record<string, string>,
  trips: {
    daily_stop: (pct: string, money: string | null) => (money ? `a loss of ${pct} of the day's start equity, or of ${money}` : `a loss of ${pct} of the day's start equity`),
    weekly_stop: (pct: string) => `a loss of ${pct} of the week's start equity`,
    drawdown: (pct: string) => `${pct} below the high-water mark`,
    losing_streak: (n: string) => `${n} closed trades lost one after another`,
    reject_storm: (n: string) => `${n} rejections by the broker within 60 s`,
    unread_refusals: "3 entries in a row refused by the broker in words that are in no list, or one that needs a person",
    feed_lost: (s: string) => `no price for ${s} s while positions are open`,
    not_reconciled: "the start, until broker and books were compared",
  },
  liftedBy: {
    daily_stop: "The next session", weekly_stop: "The next week's first session", drawdown: "You, by resuming; the mark begins anew at the equity of then",
    losing_streak: "The next session, or you", reject_storm: "You, by resuming", unread_refusals: "The next session, or you", feed_lost: "You, or the next session", not_reconciled: "The comparison",
  } as Record<string, string>,
  resume: "Resume trading", resumeAsked: "Asked; the engine acts on it within seconds", resumeNot: (names: string) => `Resuming does not lift: ${names}.`,
  policy: "Risk policy", policyNote: "A tighter limit takes effect at once, a looser one from the next session.",
  inForce: (value: string) => `${value} until then; yours from the next session`, pending: (n: number) => `${n} ${plural(n, "change waits", "changes wait")} for the next session`,
  presets: "Presets", preset: "Preset", usePreset: (name: string) => `Use ${name.toLowerCase()}`, presetNow: "chosen", presetAsk: (name: string) => `The limits below become those of ${name.toLowerCase()}. Limits in money, symbols, windows and trades a day stay yours.`,
  presetNames: { conservative: "Conservative", balanced: "Balanced", aggressive: "Aggressive", adaptive: "Adaptive" } as Record<string, string>,
  presetDetail: {
    conservative: "An entry of 2% of equity at most; stops at a day's loss of 1%, a drawdown of 5%.", balanced: "The defaults: an entry of 5% of equity; stops at a day's loss of 3%, a drawdown of 10%.",
    aggressive: "An entry of 10% of equity; stops at a day's loss of 5%, a drawdown of 20%.", adaptive: "The balanced limits, with entries half as large after losses.",
  } as Record<string, string>,
  keep: "Keep mine", save: "Save limits", saved: "Saved.", saving: "Saving", discard: "Discard changes", nothingChanged: "Nothing is changed.", offLimit: "no limit", all: "all", none: "none",
  groups: { breakers: "Breakers stop the account", account: "The account as a whole", entry: "Each entry", pace: "How often", scope: "What and when" },
  fields: {
    notional_max_pct: "Largest entry, % of equity", notional_max: "Largest entry, money", notional_min: "Smallest entry, money", at_risk_max_pct: "At risk if every stop is hit, % of equity",
    leverage_max: "Exposure, times equity", positions_max: "Positions open", symbol_exposure_max_pct: "In one symbol, % of equity", bot_exposure_max_pct: "By one bot, % of equity",
    trades_day_max: "Trades a day", orders_per_second_max: "Orders a second", orders_per_minute_max: "Orders a minute", cooldown_min_s: "Least cool-down, s of market time",
    temperature_min: "Least temperature", symbols_allowed: "Symbols allowed", no_entry: "No entries, HH:MM-HH:MM", quote_age_max_s: "Oldest price, s of market time",
    spread_max_bps: "Widest spread, bps", slippage_max_bps: "Furthest from the price, bps", day_loss_max_pct: "Loss in a day, % of its start", day_loss_max: "Loss in a day, money",
    week_loss_max_pct: "Loss in a week, % of its start", drawdown_max_pct: "Drawdown from the high-water mark, %", losses_in_a_row_max: "Losses in a row",
    rejects_max: "Rejections within 60 s", feed_lost_s: "Feed lost after, s without a price",
  } as Record<string, string>,
};

export const modeWords = {
  title: "Execution mode", paperTitle: "Paper", liveTitle: "Live", dryTitle: "Dry",
  paper: "Orders go to a simulated venue. Nothing here reaches a broker, and a paper account never becomes live: live trading has an account of its own.",
  live: "Orders go to the broker with real money.", dry: "Decisions are recorded, no entry is sent; exits go on.",
  why: "Why not live", noReason: "The engine has not said why yet.",
  armedUntil: (t: string) => `Armed until ${t}, then dry`, left: "Time left", notArmed: "Not armed", armedBy: (who: string, t: string) => `by ${who} at ${t}`, you: "you",
  arm: "Arm live trading", disarm: "Disarm", disarmed: "Asked; the engine acts on it within seconds",
  until: (t: string) => `Arm until ${t}`, hours: "Live for", hoursName: (n: string) => `${n} ${n === "1" ? "hour" : "hours"}`,
  stakes: "What is at stake", stakesNote: "Bots then buy and sell with real money without asking again, within these limits.",
  equity: "Equity", dayLoss: "Most it may lose in a day before it stops", atRisk: "Most at risk at once", entry: "Largest entry", type: "Type LIVE to go on", wrong: "Type LIVE, in capitals.", word: "LIVE",
  again: "Sign in again", againNote: "Arming asks for a sign-in of the last minutes, so that nobody arms a screen that was left open.",
  canary: "Canary limits",
  canaryUntil: (done: string, of: string) => `${done} of ${of} trades closed`, canaryNote: "This bot is new on live: its own limits hold until enough of its trades are closed.",
  canaryNames: { notional_max: "Largest entry", leverage_max: "Exposure, times equity", symbols: "Symbols", trades: "Lifted after" },
};

export const killWords = {
  title: "Stop everything", running: (at: number, of: number) => `Step ${at} of ${of}`, done: "Done", failed: "Needs you", stopping: (at: number, of: number) => `, step ${at} of ${of}`, stoppingShort: "Stopping",
  startedBy: (who: string, t: string) => `Started by ${who} at ${t}. It goes on if you close this page, and after a restart.`, reason: (why: string) => `Reason: ${why}`,
  steps: { entries_blocked: "Entries blocked", orders_cancelled: "Open orders cancelled", positions_flattened: "Positions flattened" },
  count: (done: string, total: string) => `${done} of ${total} confirmed`, none: "nothing to do", failedCount: (n: number) => `${n} ${plural(n, "needs", "need")} you`,
  defaults: {
    entries_blocked: "Every bot refuses entries. Stored, so a restart does not lift it.", orders_cancelled: "Each order counts once the broker has said that it is out.",
    positions_flattened: "Each position counts once the broker's fills have closed it.",
  },
  moreLeft: (n: number) => `and ${n} more`, switchNote: "The file KILL_SWITCH is there: it must be removed before anyone can resume.",
  cancel: "Block and cancel", cancelDetail: (orders: number | null) => `Also takes back working entries${orders === null ? "" : orders === 0 ? ", none now" : `, ${orders} now`}. Open positions stay; exits go on.`,
  resumeLater: "Resuming is offered once every step is done.", flattenToo: "Flatten as well", flattenAsked: "Flattening was asked",
  byYou: "you", byFile: "the file KILL_SWITCH", bySignal: "a signal to the process",
  asked: "Asked; the engine has not acted on it yet.",
};

export const alertWords = {
  title: "Alerts", show: "Show", tabs: { all: "All", unread: "Not read", critical: "Critical" }, empty: "No alert yet", emptyDetail: "What a person should know, such as a trip or a lost feed, appears here and goes to your channels.",
  emptyTab: "None of these", more: (n: string) => `and ${n} more like it`, acknowledge: "Mark as read", acknowledgeAll: (n: number) => `Mark ${n} as read`, read: (t: string) => `read ${t}`,
  delivered: (channels: string) => `Sent to ${channels}`, channel: (name: string, t: string) => `${name} ${t}`, notDelivered: (channel: string, why: string) => `${channel} did not take it: ${why}`,
  nowhere: "Only shown here", newest: "the newest 20, and the newest 20 critical ones",
  kinds: {
    kill: "Stop everything", kill_step: "Stop everything: a step is proven", kill_failed: "Stop everything: needs you", kill_lifted: "Stop everything: lifted",
    daily_stop: "Daily stop", weekly_stop: "Weekly stop", drawdown: "Drawdown", losing_streak: "Losing streak", reject_storm: "Reject storm", unread_refusals: "Refusals nobody can read", feed_lost: "Feed lost",
    trip_lifted: "A breaker was lifted", halt: "Halted by a person", resume_refused: "Resuming refused", held: "Disk: entries are held", let_go: "Entries are no longer held",
    dry: "Live trading waits", live: "Live trading goes on", invariant: "Contradiction", unprotected: "Position without a stop", not_flat: "Not flat at the session's end",
    exit_stuck: "An exit does not leave", exit_left: "An exit has left after all", exit_unfilled: "An exit does not fill", order_given_up: "Rest of an entry left", order_rejected: "Order rejected", strange_order: "Order not known here", leader_gone: "Leader gone", leader_back: "Leader back", leader_wild: "Leader trades too often", copy_refused: "Leader may not be followed", copy_symbol: "Not copied: another symbol", difference: "Broker and books differ",
    signals_found: "Signals found again", signals_differ: "Signals differ", journal_damaged: "Data lost: journal damaged", journal_lost: "Data lost: journal lost",
    trades_without_fills: "Trades without fills", start_failed: "The engine can't start", engine_failed: "Engine failed", strategy_failed: "A bot's strategy failed", lease_lost: "Ownership lost", heartbeat_missing: "Engine silent", broker_away: "Broker session lost", before_open: "Before the open",
    broker_back: "Broker session is back", recording_stopped: "Recording stopped", dead_letter: "Not stored", test: "Test message", policy: "Risk policy",
  } as Record<string, string>,
};

export const recordWords = {
  title: "Records", audit: "Audit log", lead: "Every order step, command, trip and change of this account, each entry sealed by the hash of the one before. Nothing here can be changed from the dashboard.",
  verify: "To prove that no entry was changed, removed or put in between, run:", command: (account: string) => `lockstep audit verify --account ${account}`,
  number: "No.", time: "Market time", actor: "Who", action: "What", subject: "About", change: "Before and after", hash: "Hash", older: "Older entries", loading: "Reading the audit log",
  end: "This is the first entry.", empty: "No entry yet", emptyDetail: "The first order, command or change makes the first entry.", failed: "The audit log could not be read", again: "Try again", refresh: "Read again",
  engine: "Engine", broker: "Broker", you: "You", arrow: "to", more: (n: number) => `${n} more ${plural(n, "field", "fields")}`, filter: "Filter what is shown",
  notYet: "This service does not keep an audit log yet.",
};
