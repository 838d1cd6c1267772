"""A recorded day as the market: its ticks, when the clock comes to them. Fed by the readers; feeds the broker.

Rehearsing on a day that was: listings get the day's own prices for their previous closes, so that its prices lie in the
band, and symbols that the default master lacks get a token nobody has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from engine.domain.instant import Instant, instant_of, moment_of
from engine.market_data.columns import MarketData
from tests.brokers.angelone.listings import DEFAULT, Listing
from tests.brokers.angelone.scripted_clock import IST

BEFORE = timedelta(minutes=1)
TOKENS_FROM = 800_000

Print = tuple[Listing, int, int, datetime]  # price in paise, quantity


class Tape:
    """Every tick in order of time. `listings` is what it trades, `begins_at` a minute before its first tick."""

    def __init__(self, data: MarketData) -> None:
        columns = sorted(data.ticks, key=lambda ticks: ticks.instrument.symbol)
        self.listings = tuple(
            _listed(number, ticks.instrument.symbol, int(ticks.price[0])) for number, ticks in enumerate(columns)
        )
        at = np.concatenate([ticks.at for ticks in columns])
        order = np.argsort(at, kind="stable")
        self._at = at[order]
        self._whose = np.repeat(np.arange(len(columns)), [len(ticks.at) for ticks in columns])[order]
        self._price = np.concatenate([ticks.price for ticks in columns])[order]
        self._quantity = np.concatenate([ticks.quantity for ticks in columns])[order]
        self.begins_at = moment_of(int(self._at[0])).astimezone(IST) - BEFORE

    def upto(self, until: datetime, played: int) -> int:
        """How many ticks have come by then; never fewer than were played."""
        instant: Instant = instant_of(until)
        return max(played, int(np.searchsorted(self._at, instant, side="right")))

    def between(self, first: int, last: int) -> Iterator[Print]:
        """Those ticks, by their numbers."""
        for row in range(first, last):
            listing, price = self.listings[self._whose[row]], int(self._price[row])
            yield listing, price, int(self._quantity[row]), moment_of(int(self._at[row])).astimezone(IST)


def _listed(number: int, symbol: str, price: int) -> Listing:
    """The default listing of that name on NSE at the day's first price, or one of its own."""
    known: Sequence[Listing] = [one for one in DEFAULT if one.exchange == "NSE" and symbol in (one.symbol, one.name)]
    found = known[0] if known else Listing(str(TOKENS_FROM + number), f"{symbol}-EQ", "NSE", 5, price)
    return replace(found, previous_close=price)
