/**
 * What a position and the account are worth at the newest prices. Fed by open_positions, accounts and quotes; feeds the
 * positions, bots and equity panes. Pure: the documents' own pnl is as of the last bar or fill, the moving one is reckoned here.
 */
import type { Account, Bot, Position } from "./documents";
import type { Quotes } from "./marketDocuments";

/** A price and how far to believe it. */
export interface PriceNow {
  price: number;
  /** Wall time, ms, at which this price was the newest known; null when only the books' own price is there. */
  seenAt: number | null;
  stale: boolean;
}

export interface PositionNow {
  position: Position;
  price: PriceNow;
  /** On price alone: (price - entry price) x signed quantity. */
  gross: number;
  /** Gross, with what was realized on the way and less the charges so far. */
  net: number;
  /** Net, in percent of what the position cost. */
  netPct: number;
  notional: number;
}

/** A price older than this is stale where the risk policy says nothing else; market seconds, as the engine's own limit. */
export const QUOTE_AGE_MAX_S = 30;

/** The newest price of a position: its quote, else the books' price of the last bar or fill. `now` and `seenAt` are wall ms. */
export function priceNow(position: Position, quotes: Quotes | undefined, speed: number, now: number, maxAgeS = QUOTE_AGE_MAX_S): PriceNow {
  const quote = quotes?.symbols[position.symbol];
  if (!quotes || !quote) return { price: position.current_price, seenAt: null, stale: true };
  // The quote's age is told in market time; on an accelerated clock a wall second holds `speed` of those.
  const ageAtWriting = Math.max(0, quotes.market_at - quote.at);
  const seenAt = quotes.updated_at - ageAtWriting / Math.max(speed, 1e-9);
  const stale = ageAtWriting > maxAgeS * 1000 || now - quotes.updated_at > maxAgeS * 1000;
  return { price: quote.price, seenAt, stale };
}

/** A position at the newest price. Money in the account's currency. */
export function positionNow(position: Position, price: PriceNow): PositionNow {
  const gross = (price.price - position.entry_price) * position.quantity;
  const net = gross + position.realized_pnl - position.charges;
  const cost = Math.abs(position.entry_price * position.quantity);
  return { position, price, gross, net, netPct: cost > 0 ? (100 * net) / cost : 0, notional: Math.abs(price.price * position.quantity) };
}

export interface AccountNow {
  equity: number;
  /** Since the start of the day, after charges. */
  net: number;
  netPct: number;
  /** Symbols whose price is stale: every figure they feed says so. */
  stale: string[];
}

/**
 * The account at the newest prices: its last written equity with the unrealized part replaced.
 * Written and reckoned parts come from documents of the same second; a fill between them shows in the next one.
 */
export function accountNow(account: Account, positions: readonly PositionNow[] | undefined): AccountNow {
  // Positions not known yet are not "none": until they are, the written figure is the truest one.
  const unrealized = positions ? positions.reduce((sum, p) => sum + p.gross, 0) : account.unrealized_pnl;
  const equity = account.equity - account.unrealized_pnl + unrealized;
  const net = equity - account.start_equity_day;
  const netPct = account.start_equity_day ? (100 * net) / account.start_equity_day : 0;
  return { equity, net, netPct, stale: (positions ?? []).filter((p) => p.price.stale).map((p) => p.position.symbol) };
}

/** A bot's net of the day: what it realized, which is written after charges, with its open positions at the newest prices; null while those are not known. */
export function botNet(bot: Bot, positions: readonly PositionNow[] | undefined): { net: number; open: number; stale: string[] } | null {
  if (!positions) return null;
  const mine = positions.filter((p) => p.position.bot_id === bot.id);
  const unrealized = mine.reduce((sum, p) => sum + p.gross, 0);
  const net = (bot.status?.realized_pnl_day ?? 0) + unrealized;
  return { net, open: mine.length, stale: mine.filter((p) => p.price.stale).map((p) => p.position.symbol) };
}
