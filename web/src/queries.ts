/**
 * Every query this client listens to, as data: docs/contract/documents.md, last table.
 * Feeds live/listen, which runs them; firestore.indexes.json must cover each (a test reads this file).
 * Reading by id is written as a query on a range of ids: a document that is not there yet is then an empty answer that
 * fills itself, where a plain read of it, and a query with `==` or `in` on the id, would be refused (no document, no
 * owner): docs/decisions/0002.
 */

export type Filter =
  | { field: string; op: "=="; value: string | boolean }
  | { field: "__name__"; op: ">=" | "<="; value: string };

/** A row's place in its order, exactly: many rows may share a moment, and a moment has nanoseconds. */
export interface Place {
  seconds: number;
  nanoseconds: number;
  id: string;
}

export interface ListenQuery {
  collection: string;
  filters: Filter[];
  order?: { field: string; direction: "desc" };
  limit?: number;
  /** Only what comes after this place in the order, or up to it and itself. */
  after?: Place;
  upTo?: Place;
}

const is = (field: string, value: string | boolean): Filter => ({ field, op: "==", value });

/** Whose documents, and of which of their accounts. */
export interface Owner {
  user: string;
  account: string;
}

function own({ user, account }: Owner): Filter[] {
  return [is("user_id", user), is("account_id", account)];
}

function newest(owner: Owner, collection: string, field: string, limit: number): ListenQuery {
  return { collection, filters: own(owner), order: { field, direction: "desc" }, limit };
}

/** One bot's own: among the newest of a busy account there may be none of it. */
function ofBot(asked: ListenQuery, bot: string): ListenQuery {
  return { ...asked, filters: [...asked.filters, is("bot_id", bot)] };
}

function byId(owner: Owner, collection: string, names: string[]): ListenQuery {
  const sorted = [...names].sort();
  const [first, last] = [sorted[0] ?? "", sorted.at(-1) ?? ""];
  const within: Filter[] = [{ field: "__name__", op: ">=", value: first }, { field: "__name__", op: "<=", value: last }];
  return { collection, filters: [...own(owner), ...within] };
}

export const queries = {
  accounts: (user: string): ListenQuery => ({ collection: "accounts", filters: [is("user_id", user)] }),
  bots: (owner: Owner): ListenQuery => ({ collection: "bots", filters: [...own(owner), is("deleted", false)] }),
  positions: (owner: Owner): ListenQuery => ({ collection: "open_positions", filters: own(owner) }),
  profits: (owner: Owner): ListenQuery => ({ collection: "profits", filters: own(owner) }),
  signals: (owner: Owner): ListenQuery => newest(owner, "trading_signals", "confirmed_at", 50),
  orders: (owner: Owner): ListenQuery => newest(owner, "orders", "created_at", 50),
  fills: (owner: Owner): ListenQuery => newest(owner, "fills", "filled_at", 100),
  trades: (owner: Owner): ListenQuery => newest(owner, "closed_trades", "exit_at", 50),
  botFills: (owner: Owner, bot: string): ListenQuery => ofBot(newest(owner, "fills", "filled_at", 100), bot),
  botTrades: (owner: Owner, bot: string): ListenQuery => ofBot(newest(owner, "closed_trades", "exit_at", 8), bot),
  alerts: (owner: Owner): ListenQuery => newest(owner, "alerts", "at", 20),
  criticalAlerts: (owner: Owner): ListenQuery => ({ ...newest(owner, "alerts", "at", 20), filters: [...own(owner), is("severity", "critical")] }),
  deadLetters: (owner: Owner): ListenQuery => ({ collection: "dead_letters", filters: own(owner), limit: 50 }),
  openDifferences: (owner: Owner): ListenQuery => ({ collection: "differences", filters: [...own(owner), is("state", "open")], limit: 50 }),
  quotes: (owner: Owner): ListenQuery => byId(owner, "quotes", [owner.account]),
  controls: (owner: Owner): ListenQuery => byId(owner, "controls", [owner.account]),
  riskPolicy: (owner: Owner): ListenQuery => byId(owner, "risk_policies", [owner.account]),
  examination: (owner: Owner, broker: string): ListenQuery => byId(owner, "examinations", [`${owner.account}_${broker}`]),
  command: (owner: Owner, command: string): ListenQuery => byId(owner, "commands", [command]),
  equityDay: (owner: Owner, day: string): ListenQuery => byId(owner, "equity_days", [`${owner.account}_${day}`]),
  bars: (owner: Owner, symbol: string, timeframe: string, days: string[]): ListenQuery =>
    byId(owner, "bars", days.map((day) => `${owner.account}_${symbol}_${timeframe}_${day}`)),
  decisions: (owner: Owner, bot: string, hours: { day: string; hour: string }[]): ListenQuery =>
    byId(owner, "decisions", hours.map(({ day, hour }) => `${bot}_${day}_${hour}`)),
};

/**
 * The newest of an ordered list, and the older pages that end at these places. The newest are then all down to the first
 * place: whatever comes new pushes no row out between two pages.
 */
export function pagesOf(newest: ListenQuery, ends: readonly Place[]): ListenQuery[] {
  const [first] = ends;
  if (!first) return [newest];
  const down: ListenQuery = { ...newest, upTo: first };
  delete down.limit;
  return [down, ...ends.map((after) => ({ ...newest, after }))];
}
