"""Prices of this broker: what last traded, best bid and ask, minutes since it began. Fed by control or the walk; feeds
desk, routes and channels.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.listings import FLAGS, Product
from tests.brokers.coinbase.words import iso, text

TRADES_KEPT, LEVELS = 100, 10
LEVEL_WORTH = Decimal(1000)  # of the quote currency, at the best; further levels are worth more
FIRST_TRADE = 1_000_000
BUY, SELL = "BUY", "SELL"

Level = tuple[Decimal, Decimal]  # price, size


@dataclass(frozen=True)
class Trade:
    """Somebody traded. `side` is the maker's, as the API tells it."""

    number: int
    product_id: str
    price: Decimal
    size: Decimal
    at: datetime
    side: str

    def row(self) -> dict[str, str]:
        """As messages have it."""
        return {
            "product_id": self.product_id,
            "trade_id": str(self.number),
            "price": text(self.price),
            "size": text(self.size),
            "time": iso(self.at),
            "side": self.side,
        }


@dataclass
class Minute:
    """A candle of one minute."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Quote:
    """One product's market. `flags` say what may be done with it now."""

    def __init__(self, product: Product, first: int) -> None:
        self.product, tick = product, product.price_increment
        self.numbered = first  # the number of its last trade; each product counts its own, without holes
        self.last = self.high = self.low = product.price
        self.bid, self.ask = product.price - tick, product.price
        self.volume = Decimal(0)
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT)  # newest first
        self.minutes: dict[int, Minute] = {}  # since the broker began, by the epoch's minute
        self.flags = {**dict.fromkeys(FLAGS, False), **product.flags}

    def took(self, trade: Trade, bid: Decimal | None, ask: Decimal | None) -> None:
        """Prices stand around a trade: at it on the maker's side, a tick away on the other, unless told otherwise."""
        tick, price = self.product.price_increment, trade.price
        self.ask = ask or (price if trade.side == SELL else (bid or price) + tick)
        self.bid = bid or (price if trade.side == BUY else self.ask - tick)
        self.last, self.high, self.low = price, max(self.high, price), min(self.low, price)
        self.volume += trade.size
        self.trades.appendleft(trade)
        minute = self.minutes.setdefault(
            int(trade.at.timestamp()) // 60, Minute(price, price, price, price, Decimal(0))
        )
        minute.high, minute.low, minute.close = max(minute.high, price), min(minute.low, price), price
        minute.volume += trade.size

    def book(self, levels: int = LEVELS) -> tuple[list[Level], list[Level]]:
        """Bids and asks, best first."""
        tick, least = self.product.price_increment, self.product.base_increment
        size = max(LEVEL_WORTH / self.product.price // least, Decimal(1)) * least
        bids = [(self.bid - level * tick, (level + 1) * size) for level in range(levels)]
        asks = [(self.ask + level * tick, (level + 1) * size) for level in range(levels)]
        return bids, asks

    def row(self) -> dict[str, Any]:
        """As the products routes have it."""
        gain = 100 * (self.last - self.product.price) / self.product.price
        return {
            **self.product.row(),
            **self.flags,
            "price": text(self.last),
            "price_percentage_change_24h": text(round(gain, 14)),
            "volume_24h": text(self.volume),
            "volume_percentage_change_24h": "0",
            "approximate_quote_24h_volume": text(round(self.volume * self.last, 2)),
            "high_24h": text(self.high),
            "low_24h": text(self.low),
        }


class Market:
    """A quote a product; before anybody trades it stands at its first price."""

    def __init__(self, products: Iterable[Product], at: datetime) -> None:
        self.began_at = at
        self.quotes = {one.product_id: Quote(one, place * FIRST_TRADE) for place, one in enumerate(products, 1)}
        self._delisted: dict[str, Quote] = {}

    def trade(
        self, product_id: str, price: Decimal, size: Decimal, at: datetime, *, side: str = SELL,
        bid: Decimal | None = None, ask: Decimal | None = None,
    ) -> Trade:  # fmt: skip
        """Somebody traded; in a book that others share, theirs as well. Raises KeyError for what is not listed."""
        book = self.quotes[self.quotes[product_id].product.book]
        book.numbered += 1
        made = Trade(book.numbered, book.product.product_id, price, size, at, side)
        for quote in self.sharing(made.product_id):
            quote.took(made, bid, ask)
        return made

    def delist(self, product_id: str, *, back: bool = False) -> None:
        """Take a product off the list, or put it there again. Raises KeyError for what can't be."""
        of, to = (self._delisted, self.quotes) if back else (self.quotes, self._delisted)
        to[product_id] = of.pop(product_id)

    def sharing(self, product_id: str) -> list[Quote]:
        """All whose book this is."""
        return [quote for quote in self.quotes.values() if quote.product.book == product_id]

    def books(self) -> dict[str, str]:
        """The book of each product, by name."""
        return {name: quote.product.book for name, quote in self.quotes.items()}


class Walk:
    """Prices that wander by about a ten-thousandth, in whole increments, the same for the same seed."""

    def __init__(self, market: Market, seed: int) -> None:
        self._market, self._chance = market, random.Random(seed)

    def step(self, at: datetime) -> list[Trade]:
        """One trade in every book that trades."""
        quotes = self._market.quotes.values()
        return [self._one(one, at) for one in quotes if not one.flags["trading_disabled"] and not one.product.alias]

    def _one(self, quote: Quote, at: datetime) -> Trade:
        product = quote.product
        stride = max(product.price // 10_000 // product.price_increment, Decimal(1)) * product.price_increment
        price = max(quote.last + self._chance.choice((-2, -1, 0, 0, 1, 2)) * stride, product.price_increment)
        size = self._chance.randint(1, 200) * max(product.base_increment, round(10 / product.price, 8))
        side = self._chance.choice((BUY, SELL))
        size = size // product.base_increment * product.base_increment
        return self._market.trade(product.product_id, price, size, at, side=side)
