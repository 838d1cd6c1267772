"""What each channel of the sockets says: its snapshot, and its updates. Fed by market and desk; feeds the sockets.

Events as recorded from the real feed in 2026. `level2` arrives under the name l2_data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.candles import candle_rows
from tests.brokers.coinbase.market import LEVELS, Market, Quote, Trade
from tests.brokers.coinbase.orders import Order
from tests.brokers.coinbase.words import iso, text

TICKER, TRADES, HEARTBEATS, CANDLES = "ticker", "market_trades", "heartbeats", "candles"
LEVEL2, STATUS, USER = "level2", "status", "user"
MARKET_CHANNELS = frozenset({TICKER, TRADES, HEARTBEATS, CANDLES, LEVEL2, STATUS, USER})
USER_CHANNELS = frozenset({HEARTBEATS, USER})
ARRIVES_AS = {LEVEL2: "l2_data"}
SNAPSHOT, UPDATE = "snapshot", "update"
CANDLES_SHOWN, CANDLE_MINUTES, TRADES_SHOWN, ORDERS_SHOWN = 100, 5, 100, 50

Event = dict[str, Any]
Levels = dict[tuple[str, Decimal], Decimal]  # size by side and price


def snapshots(channel: str, quotes: Sequence[Quote], market: Market, at: datetime) -> list[Event]:
    """What a subscription is answered with: an event, a message of its own, for each product."""
    if channel == TRADES:
        return [trades_event(SNAPSHOT, list(quote.trades)[:TRADES_SHOWN]) for quote in quotes]
    if channel == TICKER:
        return [ticker_event(SNAPSHOT, quote) for quote in quotes]
    if channel == CANDLES:
        return [candles_event(SNAPSHOT, quote, market, at, CANDLES_SHOWN) for quote in quotes]
    if channel == LEVEL2:
        return [book_event(SNAPSHOT, quote, levels_of(quote), at) for quote in quotes]
    return [status_event(quotes)] if channel == STATUS else []


def trades_event(kind: str, trades: Iterable[Trade]) -> Event:
    """Newest first."""
    return {"type": kind, "trades": [trade.row() for trade in trades]}


def ticker_event(kind: str, quote: Quote) -> Event:
    """The price, the day and the best of the book."""
    (bid, bid_size), (ask, ask_size) = quote.book(1)[0][0], quote.book(1)[1][0]
    gain = 100 * (quote.last - quote.product.price) / quote.product.price
    said = {
        "type": "ticker",
        "product_id": quote.product.product_id,
        "price": text(quote.last),
        "volume_24_h": text(quote.volume),
        "low_24_h": text(quote.low),
        "high_24_h": text(quote.high),
        "low_52_w": text(quote.low),
        "high_52_w": text(quote.high),
        "price_percent_chg_24_h": text(round(gain, 14)),
        "best_bid": text(bid),
        "best_ask": text(ask),
        "best_bid_quantity": text(bid_size),
        "best_ask_quantity": text(ask_size),
    }
    return {"type": kind, "tickers": [said]}


def candles_event(kind: str, quote: Quote, market: Market, at: datetime, count: int) -> Event:
    """The last so many of five minutes, the one that is not over among them; oldest first in a snapshot."""
    last_s = int(at.timestamp())
    rows = candle_rows(market, quote, last_s - 60 * CANDLE_MINUTES * count, last_s, CANDLE_MINUTES)[:count]
    name = quote.product.product_id
    return {"type": kind, "candles": [{**row, "product_id": name} for row in reversed(rows)]}


def levels_of(quote: Quote) -> Levels:
    """The book as it stands."""
    bids, asks = quote.book(LEVELS)
    return {**{("bid", price): size for price, size in bids}, **{("offer", price): size for price, size in asks}}


def book_event(kind: str, quote: Quote, levels: Levels, at: datetime) -> Event:
    """Levels with their new sizes; 0 is a level that is gone."""
    updates = [
        {"side": side, "event_time": iso(at), "price_level": text(price), "new_quantity": text(size)}
        for (side, price), size in levels.items()
    ]
    return {"type": kind, "product_id": quote.product.product_id, "updates": updates}


def moved(before: Levels, now: Levels) -> Levels:
    """What turns one book into the other."""
    gone = {level: Decimal(0) for level in before if level not in now}
    return {**gone, **{level: size for level, size in now.items() if before.get(level) != size}}


def status_event(quotes: Iterable[Quote]) -> Event:
    """What may be traded. The real one sends it on an interval; this one when asked, and when something changed."""
    return {"type": SNAPSHOT, "products": [_status_row(quote) for quote in quotes]}


def heartbeat_event(at: datetime, counter: int) -> Event:
    """The server's clock in the form of its language, and a counter that rises by one."""
    words = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f000 +0000 UTC")
    return {"current_time": f"{words} m=+{counter}.000000000", "heartbeat_counter": counter}


def orders_events(orders: Sequence[Order]) -> list[Event]:
    """Open orders, fifty an event; an event without any where there are none."""
    rows = [order.told_row() for order in orders]
    parts = range(0, max(len(rows), 1), ORDERS_SHOWN)
    return [{"type": SNAPSHOT, "orders": rows[first : first + ORDERS_SHOWN]} for first in parts]


def _status_row(quote: Quote) -> dict[str, str]:
    product = quote.product
    return {
        "product_type": "SPOT",
        "id": product.product_id,
        "base_currency": product.base,
        "quote_currency": product.quote,
        "base_increment": text(product.base_increment),
        "quote_increment": text(product.price_increment),
        "display_name": f"{product.base}/{product.quote}",
        "status": product.status,
        "status_message": "",
        "min_market_funds": text(product.quote_min_size),
    }
