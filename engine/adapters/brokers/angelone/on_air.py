"""One session's connections, and the order in which their prices and the clock's own events come out. Made by feed.py
for each session; fed by the market lines, each on a thread of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from engine.adapters.brokers.angelone.market_line import Door, MarketLine
from engine.adapters.brokers.angelone.prints import Heard, Prints
from engine.adapters.brokers.angelone.silence import Patience
from engine.adapters.brokers.angelone.trading_day import GRACE_US, TradingDay
from engine.domain.events import MarketEvent
from engine.domain.instant import SECOND, Instant, instant_of
from engine.domain.market import Tick
from engine.ports import Clock

LOOK_S = 0.25  # the longest wait for an event
JOIN_S = 5.0


class OnAir:
    """`rest_s`: the one policy's wait after the n-th failure in a row of a connection."""

    def __init__(
        self,
        day: TradingDay,
        shares: Sequence[list[Heard]],
        door: Door,
        clock: Clock,
        rest_s: Callable[[int], float],
        patience: Patience | None = None,
    ) -> None:
        self.day = day
        self.lag_s: float | None = None  # our clock less the stamp of the last price, when that came
        self._clock = clock
        self._queue: SimpleQueue[MarketEvent] = SimpleQueue()
        self._price_s = -1.0  # when a price was given out last, monotonic
        self.lines = [
            MarketLine(
                number,
                Prints(heard, day.session.open_at),
                door,
                clock,
                self._queue.put,
                self._trading,
                rest_s,
                patience,
            )
            for number, heard in enumerate(shares, start=1)
        ]

    @contextmanager
    def connected(self, over: Callable[[], bool]) -> Iterator[None]:
        """Every connection is read until the block ends or `over()` is true."""
        ended = threading.Event()
        threads = [
            threading.Thread(
                target=line.run,
                args=(lambda: ended.is_set() or over(),),
                name=f"market-{line.view.number}",
                daemon=True,
            )
            for line in self.lines
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join(JOIN_S)

    def step(self) -> Iterator[MarketEvent]:
        """The next event with what the clock says before it; after a moment without one, that alone."""
        event: MarketEvent | None = None
        try:
            event = self._queue.get(timeout=LOOK_S)
        except Empty:
            pass
        now, now_s = self._now(), self._clock.monotonic()
        newest_at = event.at if isinstance(event, Tick) else 0
        quiet = event is None and now_s - self._price_s >= GRACE_US / SECOND
        yield from self.day.due(now, newest_at, quiet=quiet)
        if isinstance(event, Tick):
            self._price_s, self.lag_s = now_s, (now - event.at) / SECOND
            yield self.day.stamped(event, now)
        elif event is not None:
            yield event

    def heard(self) -> list[Heard]:
        """Every symbol on every connection."""
        return [one for line in self.lines for one in line.prints.heard]

    def _trading(self) -> bool:
        return self.day.trading(self._now())

    def _now(self) -> Instant:
        return instant_of(self._clock.now())
