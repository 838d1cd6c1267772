"""The engine's one door in: a queue of events in the order they came. Filled by feed, control and broker threads.

Market events wait for room, so that a quick replay can't outrun memory; what people and brokers say never waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from engine.domain.events import Event, MarketEvent

CAPACITY = 10_000  # market events: half a minute of a busy account's ticks


class Inbox:
    """Safe to fill from any thread; one thread takes."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._events: deque[Event] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, event: Event) -> None:
        """Add an event at once."""
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def put_market(self, event: MarketEvent, stop: Callable[[], bool]) -> None:
        """Add a market event once there is room for it, or at once when `stop()` is true: no price is ever left out."""
        with self._changed:
            while len(self._events) >= self._capacity and not stop():
                self._changed.wait(0.1)
            self._events.append(event)
            if len(self._events) == 1:
                self._changed.notify_all()

    def take(self, timeout_s: float) -> list[Event]:
        """Everything that waits, in order; empty when nothing came in time or the inbox is closed."""
        with self._changed:
            if not self._events and not self._closed:
                self._changed.wait(timeout_s)
            events = list(self._events)
            self._events.clear()
            self._changed.notify_all()
            return events

    def close(self) -> None:
        """Wake whoever takes; nothing more is expected."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._events)
