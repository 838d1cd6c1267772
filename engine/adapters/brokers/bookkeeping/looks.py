"""When a broker's books are looked at beside its order socket, and what such a look tells. Run by the order streams.

A socket may stay silent, say things twice, or leave them out, and what it left out it never tells. So while an order of
ours may trade, the book is looked at every few seconds all the same, and at once where a message can't be read or
named; what the two say goes through one memory (order_news.py).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from math import inf
from typing import Generic, Protocol, TypeVar

import structlog

from engine.adapters.brokers.bookkeeping.order_news import OrderNews, Seen, Traded
from engine.adapters.brokers.bookkeeping.rows import FillSeen, OrderSeen
from engine.domain.errors import OperatingError
from engine.domain.events import BrokerEvent
from engine.ports import Clock

EVERY_S = 5.0  # at the orders, while something works
SOON_S = 1.0
SOON_TIMES = 10  # so often for fills that do not come, then ever less often: limits are for all that asks the broker
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
        self._lock = threading.Lock()
        self._at = clock.monotonic()
        self._failures = self._in_vain = 0
        self._wished = False  # once more, whether or not an order of ours may trade

    @property
    def for_anything(self) -> bool:
        """Whether an order of ours may trade, or lacks fills."""
        return bool(self._news.lacking) or self._books.any_watched()

    def at_once(self) -> None:
        """Something happened that the socket did not tell, or not in words that can be read."""
        with self._lock:
            self._at = min(self._at, self._clock.monotonic())

    def soon(self) -> None:
        """Somebody else has looked, and may have seen what was not told yet: of an order, too, that had ended by what
        was told. Any thread.
        """
        with self._lock:
            self._at, self._wished = self._clock.monotonic(), True

    def hear(self, row: Seen, tell: Tell) -> None:
        """Tell what is new by a row of the socket."""
        for event in self._news.of_row(row):
            tell(event)
        if self._news.lacking:
            self.at_once()

    def take(self, tell: Tell) -> None:
        """Look, if it is time to. Raises nothing: a look that fails is made again, ever later."""
        if self._clock.monotonic() < self._at or not (self._wished or self.for_anything):
            return
        rest_s = EVERY_S
        with self._lock:  # what is wished for from here on may be of something that this look came too early for
            self._at, self._wished = inf, False
        try:
            rest_s = self._look(tell)
            self._failures = 0
        except OperatingError as error:
            if not self._failures:
                _log.warning("the broker's books can't be looked at", error=str(error))
            self._failures += 1
            self._wished = True
            rest_s = min(SOON_S * 2.0 ** min(self._failures, 10), REST_MAX_S)
        finally:
            with self._lock:
                self._at = min(self._at, self._clock.monotonic() + rest_s)

    def _look(self, tell: Tell) -> float:
        """Tell what is new; in how many seconds to look again."""
        rows, _ = self._books.orders()
        events = [event for row in rows for event in self._news.of_row(row)]
        for event in events:
            tell(event)
        if not self._news.lacking:
            self._in_vain = 0
            return EVERY_S
        fills = self._news.of_trades(self._books.trades_of(tuple(self._news.lacking)))
        for event in fills:
            tell(event)
        self._in_vain = 0 if events or fills else self._in_vain + 1
        return self._rest_s()

    def _rest_s(self) -> float:
        """Before fills are looked for again that did not come."""
        if not self._news.lacking:
            return EVERY_S
        rest_s = SOON_S * 2.0 ** min(max(self._in_vain - SOON_TIMES, 0), 10)
        return min(rest_s, EVERY_S if self._books.any_watched() else REST_MAX_S)
