"""A market's connections, and the order in which their prices and the clock's own events come out. Made by a broker's
feed for as long as it listens. Whoever takes the events reads every connection; opening them is done on a thread each.
"""

from __future__ import annotations

import selectors
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from engine.adapters.brokers.live_prices.kept_line import KeptLine, Wire
from engine.adapters.brokers.live_prices.trading_day import GRACE_US
from engine.domain.events import MarketEvent, MarketStatus
from engine.domain.instant import SECOND, Instant, instant_of
from engine.domain.market import Tick
from engine.ports import Clock

LOOK_S = 0.25  # the longest wait for a message, and how often connections are looked after
JOIN_S = 5.0


class Days(Protocol):
    """What the clock says of the days that are listened through; trading_day.TradingDay is one."""

    @property
    def turns_at(self) -> Instant: ...
    def left(self, symbol: str) -> bool: ...
    def stamped(self, tick: Tick, now: Instant) -> Tick: ...
    def due(self, now: Instant, newest_at: Instant, *, quiet: bool) -> Iterator[MarketEvent]: ...


Line = TypeVar("Line", bound=KeptLine)


class OnAir(Generic[Line]):
    """Connections that are read together, by one clock."""

    def __init__(self, day: Days, lines: Sequence[Line], clock: Clock) -> None:
        self.day, self.lines = day, tuple(lines)
        self.lag_s: float | None = None  # our clock less the stamp of the last price, when that came
        self._clock = clock
        self._price_s = -1.0  # when a price was given out last, monotonic
        self._looked_s = -LOOK_S
        self._waiting: list[MarketEvent] = []
        self._failed: Exception | None = None  # what ended a connection's thread
        self._selector = selectors.DefaultSelector()
        self._read: dict[int, tuple[Wire, int]] = {}  # the wire that is waited for, and its number, by line

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Every connection is kept open until the block ends."""
        ended = threading.Event()
        threads = [
            threading.Thread(target=self._keep, args=(line, ended), name=f"market-{line.view.number}", daemon=True)
            for line in self.lines
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for line in self.lines:
                line.wake()
            for thread in threads:
                thread.join(JOIN_S)
            self._selector.close()

    def _keep(self, line: Line, ended: threading.Event) -> None:
        """What ends a connection's thread ends who listens: nobody else would ever hear of it, nor of a price."""
        try:
            line.keep(ended.is_set)
        except Exception as error:  # noqa: BLE001 - raised by `listen`
            self._failed = error

    def step(self) -> Iterator[MarketEvent]:
        """What has arrived, with what the clock says before it; after a moment without anything, that alone."""
        self.listen(LOOK_S)
        events, self._waiting = self._waiting, []
        # Prices of both days that come together: those of the day that ends are told before the other one begins.
        next_day = next((n for n, one in enumerate(events) if isinstance(one, Tick) and one.at >= self.day.turns_at), 0)
        if next_day:
            yield from self._told(events[:next_day])
        yield from self._told(events[next_day:])

    def _told(self, events: Sequence[MarketEvent]) -> Iterator[MarketEvent]:
        """What the clock says, and then these."""
        now, newest_at = self._now(), max((event.at for event in events if isinstance(event, Tick)), default=0)
        now_s = self._clock.monotonic()
        quiet = not newest_at and now_s - self._price_s >= GRACE_US / SECOND
        yield from self.day.due(now, newest_at, quiet=quiet)
        for event in events:
            if isinstance(event, Tick):
                self._price_s, self.lag_s = now_s, (now - event.at) / SECOND
                event = self.day.stamped(event, now)
            elif isinstance(event, MarketStatus) and self.day.left(event.symbol):
                continue
            yield event

    def listen(self, wait_s: float = 0.0) -> None:
        """Read what has arrived, after waiting for it, and look after the connections; the events wait for a step.

        Raises what ended a connection's thread.
        """
        if self._failed is not None:
            raise self._failed
        ready = [key.data for key, _ in self._selector.select(wait_s)]
        for line in ready:
            self._waiting += line.read()
        now_s = self._clock.monotonic()
        if not ready or now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            for line in self.lines:
                self._waiting += line.read()  # TLS may hold what no selector sees
                self._waiting += line.look()
        self._wait_for_open_ones()

    def _wait_for_open_ones(self) -> None:
        """Connections come and go: the selector waits for those that live. What number one leaves, another may get."""
        for place, (wire, number) in list(self._read.items()):
            if self.lines[place].wire is not wire:
                self._selector.unregister(number)
                del self._read[place]
        for place, line in enumerate(self.lines):
            opened = line.wire
            if place not in self._read and opened is not None and (number := opened.fileno()) >= 0:
                self._selector.register(number, selectors.EVENT_READ, line)
                self._read[place] = opened, number

    def _now(self) -> Instant:
        return instant_of(self._clock.now())
