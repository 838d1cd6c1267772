"""Prices of this broker: what last traded, and the day so far. Fed by control or the walk; feeds desk and frames."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.brokers.angelone.listings import INDEX, Listing

LEVELS = 5
SEQUENCE_FROM = 1_000_000


@dataclass
class Quote:
    """One instrument's day, in paise. `amount` is volume times price, for the average."""

    listing: Listing
    last: int
    last_quantity: int
    open: int
    high: int
    low: int
    volume: int
    amount: int
    traded_at: datetime
    sequence: int
    has_opened: bool = False

    @property
    def average(self) -> int:
        """The day's average price, paise."""
        return self.amount // self.volume if self.volume else 0

    def depth(self) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """Five buys and five sells around the last price: (price, quantity, orders), best first."""
        tick = self.listing.tick
        buys = [(self.last - level * tick, 100 * (level + 1), level + 1) for level in range(LEVELS)]
        sells = [(self.last + (level + 1) * tick, 100 * (level + 1), level + 1) for level in range(LEVELS)]
        return buys, sells

    def totals(self) -> tuple[int, int]:
        """All that is bid, all that is offered."""
        buys, sells = self.depth()
        return sum(level[1] for level in buys), sum(level[1] for level in sells)


class Market:
    """A quote an instrument; before its first trade of a day it stands at the previous close."""

    def __init__(self, listings: Iterable[Listing], at: datetime) -> None:
        self.quotes: dict[tuple[str, str], Quote] = {}
        self._sequence = SEQUENCE_FROM
        for listing in listings:
            price = listing.previous_close
            quote = Quote(listing, price, 0, price, price, price, 0, 0, at, SEQUENCE_FROM)
            self.quotes[listing.exchange, listing.token] = quote

    def find(self, exchange: str, token: str) -> Quote | None:
        """The quote of an instrument, if it is listed."""
        return self.quotes.get((exchange, token))

    def trade(self, exchange: str, token: str, price: int, quantity: int, at: datetime) -> Quote:
        """Somebody traded. Raises KeyError for what is not listed."""
        quote = self.quotes[exchange, token]
        if not quote.has_opened:
            quote.open = quote.high = quote.low = price
            quote.has_opened = True
        self._sequence += 1
        quote.last, quote.last_quantity, quote.traded_at, quote.sequence = price, quantity, at, self._sequence
        quote.high, quote.low = max(quote.high, price), min(quote.low, price)
        if quote.listing.kind != INDEX:
            quote.volume, quote.amount = quote.volume + quantity, quote.amount + quantity * price
        return quote

    def begin_day(self) -> None:
        """Volumes from zero; the last price stays until somebody trades."""
        for quote in self.quotes.values():
            quote.volume = quote.amount = quote.last_quantity = 0
            quote.has_opened = False


class Walk:
    """Prices that wander by whole ticks inside the band, the same for the same seed."""

    def __init__(self, market: Market, seed: int) -> None:
        self._market, self._chance = market, random.Random(seed)
        self._turn = 0

    def step(self, at: datetime) -> list[Quote]:
        """One trade of every instrument."""
        return self.some(len(self._market.quotes), at)

    def some(self, count: int, at: datetime) -> list[Quote]:
        """One trade of each of the next so many instruments, in turn."""
        moved, whose = [], list(self._market.quotes.items())
        for number in range(count):
            (exchange, token), quote = whose[(self._turn + number) % len(whose)]
            low, high = quote.listing.band
            price = quote.last + self._chance.choice((-2, -1, -1, 0, 0, 1, 1, 2)) * quote.listing.tick
            quantity = self._chance.randint(1, 200)
            moved.append(self._market.trade(exchange, token, min(max(price, low), high), quantity, at))
        self._turn = (self._turn + count) % len(whose)
        return moved
