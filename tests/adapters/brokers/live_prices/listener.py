"""Takes a live feed's events on a thread as runtime does, for tests of any broker's feed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

from engine.domain.events import MarketEvent
from engine.domain.market import Tick
from engine.ports import MarketFeed

WITHIN_S = 60.0


class Viewed(MarketFeed, Protocol):
    """A feed that says how it does."""

    def view(self) -> Any: ...


class Listener:
    """Started by `start`, which the test has to `end`. `events` are those that came, in order."""

    def __init__(self, feed: Viewed) -> None:
        self._feed = feed
        self.events: list[MarketEvent] = []
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)

    def start(self) -> None:
        """Begin to take events."""
        self._thread.start()

    def end(self) -> None:
        """Ask for the end and wait for it."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Until it is so; fails where it is not in a minute of the machine's time."""
        until = monotonic() + WITHIN_S
        with self._changed:
            while not what():
                assert monotonic() < until, (self._feed.view(), self.events[-5:])
                self._changed.wait(0.02)

    def ticks(self, symbol: str) -> list[Tick]:
        """Of a symbol."""
        return [event for event in self.events if isinstance(event, Tick) and event.symbol == symbol]

    def prices(self, symbol: str) -> list[int]:
        """Of its ticks."""
        return [tick.price for tick in self.ticks(symbol)]

    def told(self, kind: type[MarketEvent]) -> list[MarketEvent]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def _take(self) -> None:
        for event in self._feed.events(None, self._stop.is_set):
            with self._changed:
                self.events.append(event)
                self._changed.notify_all()
