"""Stands for the prices of a market until the account is ours. Made by a market's file; asked by engine and runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.domain.events import MarketEvent
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.ports import MarketFeed


class LateFeed:
    """The prices of a market whose session is opened once the account is ours: `open` makes the feed then."""

    market = "angelone"
    speed = 1.0
    simulated = False

    def __init__(self, instruments: Sequence[Instrument], opened: Callable[[], MarketFeed]) -> None:
        self._instruments, self._open = tuple(instruments), opened
        self._feed: MarketFeed | None = None

    def instruments(self) -> Sequence[Instrument]:
        """See MarketFeed: as the broker's list has them."""
        return self._instruments

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """See MarketFeed."""
        return self._opened().history(until)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """See MarketFeed."""
        return self._opened().events(since, stop)

    def _opened(self) -> MarketFeed:
        if self._feed is None:
            self._feed = self._open()
        return self._feed
