/** P&L at the newest prices: one function, the same sums as the books. */
import { describe, expect, it } from "vitest";
import type { Account, Bot, Position } from "./documents";
import type { Quotes } from "./marketDocuments";
import { accountNow, botNet, positionNow, priceNow } from "./pnl";

const NOW = 1_700_000_000_000;
const MARKET = 1_600_000_000_000;

const position = (more: Partial<Position> = {}): Position =>
  ({
    id: "b1_RELIANCE", bot_id: "b1", symbol: "RELIANCE", quantity: 124, entry_price: 2000.62, current_price: 2000,
    realized_pnl: 0, charges: 63.92, tranches: [], ...more,
  }) as Position;

const quotes = (price: number, more: { at?: number; written?: number } = {}): Quotes =>
  ({
    updated_at: more.written ?? NOW - 1000,
    market_at: MARKET,
    symbols: { RELIANCE: { price, at: more.at ?? MARKET } },
  }) as unknown as Quotes;

describe("a position at the newest price", () => {
  it("takes the quote's price, not the one of the last bar", () => {
    const p = position();
    const now = positionNow(p, priceNow(p, quotes(2000.75), 1, NOW));
    expect(now.gross).toBeCloseTo(16.12, 2);
    expect(now.net).toBeCloseTo(16.12 - 63.92, 2);
    expect(now.notional).toBeCloseTo(124 * 2000.75, 2);
  });
  it("gains on a falling price when it is short", () => {
    const p = position({ quantity: -10, entry_price: 100, charges: 0 });
    expect(positionNow(p, priceNow(p, quotes(95), 1, NOW)).gross).toBe(50);
  });
  it("counts what was realized on the way", () => {
    const p = position({ realized_pnl: 500, charges: 100, quantity: 10, entry_price: 100 });
    const now = positionNow(p, priceNow(p, quotes(101), 1, NOW));
    expect(now.net).toBe(410);
    expect(now.netPct).toBeCloseTo(41);
  });
  it("falls back to the books' price, and calls it stale, where no quote is", () => {
    const p = position({ symbol: "SBIN", current_price: 362.8 });
    expect(priceNow(p, quotes(1), 1, NOW)).toEqual({ price: 362.8, seenAt: null, stale: true });
    expect(priceNow(p, undefined, 1, NOW).stale).toBe(true);
  });
});

describe("a price's age", () => {
  it("is the quote's age in market time, brought to wall time, plus the document's", () => {
    const found = priceNow(position(), quotes(1, { at: MARKET - 20_000 }), 10, NOW);
    expect(found.seenAt).toBe(NOW - 1000 - 2000);
    expect(found.stale).toBe(false);
  });
  it("is stale past the limit in market time, however fast the clock runs", () => {
    expect(priceNow(position(), quotes(1, { at: MARKET - 31_000 }), 10, NOW).stale).toBe(true);
    expect(priceNow(position(), quotes(1, { at: MARKET - 31_000 }), 10, NOW, 60).stale).toBe(false);
  });
  it("is stale when the quotes document itself stopped coming", () => {
    expect(priceNow(position(), quotes(1, { written: NOW - 31_000 }), 1, NOW).stale).toBe(true);
  });
});

describe("the account and the bots", () => {
  const account = { equity: 1_000_100, unrealized_pnl: 100, start_equity_day: 1_000_000 } as Account;
  it("replaces the written unrealized part by the reckoned one", () => {
    const p = position({ quantity: 10, entry_price: 100, charges: 0 });
    const now = accountNow(account, [positionNow(p, priceNow(p, quotes(130), 1, NOW))]);
    expect(now.equity).toBe(1_000_300);
    expect(now.net).toBe(300);
    expect(now.netPct).toBeCloseTo(0.03);
  });
  it("keeps the written equity while the positions are not known", () => {
    expect(accountNow(account, undefined)).toMatchObject({ equity: 1_000_100, net: 100 });
  });
  it("tells no net of a bot whose positions are not known", () => {
    expect(botNet({ id: "b1", status: { realized_pnl_day: 40 } } as Bot, undefined)).toBeNull();
  });
  it("names the symbols whose price is stale", () => {
    const p = position();
    expect(accountNow(account, [positionNow(p, priceNow(p, undefined, 1, NOW))]).stale).toEqual(["RELIANCE"]);
  });
  it("sums a bot's day from its own positions only; what it realized is after charges already", () => {
    const mine = position({ quantity: 10, entry_price: 100 });
    const other = position({ bot_id: "b2", quantity: 10, entry_price: 100 });
    const at = (p: Position) => positionNow(p, priceNow(p, quotes(110), 1, NOW));
    const bot = { id: "b1", status: { realized_pnl_day: 50, charges_day: 20 } } as Bot;
    expect(botNet(bot, [at(mine), at(other)])).toEqual({ net: 150, open: 1, stale: [] });
  });
});
