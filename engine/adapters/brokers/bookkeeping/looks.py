"""When a broker's books are looked at beside its order socket, and what such a look tells. Run by the order streams.

A socket may stay silent, say things twice, or leave them out, and what it left out it never tells. So while an order of
ours may trade, the book is looked at every few seconds all the same, and at once where a message can't be read or
named; what the two say goes through one memory (order_news.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from engine.adapters.brokers.bookkeeping.order_news import OrderNews, Seen, Traded
from engine.adapters.brokers.bookkeeping.rows import FillSeen, OrderSeen
from engine.domain.errors import OperatingError
from engine.domain.events import BrokerEvent
from engine.ports import Clock

EVERY_S = 5.0  # at the orders, while something works
SOON_S = 1.0
REST_MAX_S = 30.0
_log = structlog.get_logger()

Tell = Callable[[BrokerEvent], None]
SeenOut = TypeVar("SeenOut", bound=OrderSeen, covariant=True)
TradedOut = TypeVar("TradedOut", bound=FillSeen, covariant=True)


class Books(Protocol[SeenOut, TradedOut]):
    """The broker's, pulled when asked. Both raise an OperatingError."""

    def orders(self) -> tuple[Sequence[SeenOut], Counter[str]]: ...

    def trades_of(self, numbers: Collection[str]) -> Sequence[TradedOut]:
        """At least the fills of these orders."""

    def any_watched(self) -> bool:
        """Whether an order of ours may trade."""


class Looks(Generic[Seen, Traded]):
    """Used by the stream's thread; `soon` by any."""

    def __init__(self, books: Books[Seen, Traded], news: OrderNews[Seen, Traded], clock: Clock) -> None:
        self._books, self._news, self._clock = books, news, clock
        self._at = clock.monotonic()
        self._failures = 0

    @property
    def for_anything(self) -> bool:
        """Whether an order of ours may trade, or lacks fills."""
        return bool(self._news.lacking) or self._books.any_watched()

    def at_once(self) -> None:
        """Something happened that the socket did not tell, or not in words that can be read."""
        self._at = min(self._at, self._clock.monotonic())

    def soon(self) -> None:
        """Somebody else has looked, and may have seen what was not told yet. Any thread."""
        self._at = self._clock.monotonic()

    def hear(self, row: Seen, tell: Tell) -> None:
        """Tell what is new by a row of the socket."""
        for event in self._news.of_row(row):
            tell(event)
        if self._news.lacking:
            self.at_once()

    def take(self, tell: Tell) -> None:
        """Look, if it is time to. Raises nothing: a look that fails is made again, ever later."""
        now = self._clock.monotonic()
        if now < self._at or not self.for_anything:
            return
        try:
            self._look(tell)
            self._failures, rest = 0, SOON_S if self._news.lacking else EVERY_S
        except OperatingError as error:
            if not self._failures:
                _log.warning("the broker's books can't be looked at", error=str(error))
            self._failures += 1
            rest = min(SOON_S * 2.0 ** min(self._failures, 10), REST_MAX_S)
        self._at = self._clock.monotonic() + rest

    def _look(self, tell: Tell) -> None:
        rows, _ = self._books.orders()
        for row in rows:
            for event in self._news.of_row(row):
                tell(event)
        if self._news.lacking:
            for event in self._news.of_trades(self._books.trades_of(tuple(self._news.lacking))):
                tell(event)
