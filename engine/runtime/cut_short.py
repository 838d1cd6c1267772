"""Calls of the start that no wish to end waits for: to a market or a broker, each of which may take its own long time.

Used by bootstrap/engine. Such a call is made in a thread of its own; when the end is asked for meanwhile, it is left to
itself, and to the end of the process. So nothing may be given to it here whose half would do harm.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from engine.domain.events import MarketEvent
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.ports import MarketFeed
from engine.runtime.ending import Ended, EndWish

T = TypeVar("T")

LOOK_S = 0.1
AT_ONCE = 256  # events of the past: a thread is made for so many, and a wish to end is heard after so many


def unless_ended(call: Callable[[], T], end: EndWish) -> T:
    """What the call returns or raises; raises Ended once the end is asked for, however long the call lasts."""
    returned: list[T] = []
    raised: list[BaseException] = []
    over = threading.Event()

    def make() -> None:
        try:
            returned.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the call was asked for
            raised.append(error)
        over.set()

    threading.Thread(target=make, name="start-call", daemon=True).start()
    while not over.wait(LOOK_S):
        if end.asked:
            raise Ended("asked to end while starting")
    if raised:
        raise raised[0]
    return returned[0]


class CutShortFeed:
    """A market's feed whose past is read unless the end is asked for. All else is the feed's own."""

    def __init__(self, feed: MarketFeed, end: EndWish) -> None:
        self._feed, self._end = feed, end

    @property
    def market(self) -> str:
        """See MarketFeed."""
        return self._feed.market

    @property
    def speed(self) -> float:
        """See MarketFeed."""
        return self._feed.speed

    @property
    def simulated(self) -> bool:
        """See MarketFeed."""
        return self._feed.simulated

    def instruments(self) -> Sequence[Instrument]:
        """See MarketFeed."""
        return self._feed.instruments()

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """See MarketFeed. Raises Ended."""
        past = unless_ended(lambda: iter(self._feed.history(until)), self._end)
        while some := unless_ended(lambda: list(islice(past, AT_ONCE)), self._end):
            yield from some

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """See MarketFeed."""
        return self._feed.events(since, stop)
