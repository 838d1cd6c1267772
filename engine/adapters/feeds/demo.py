"""The demo market as a feed: invented prices, always open, ten times as fast as life. Fed by simulation/demo_market
(handed in by bootstrap) and the clock; feeds runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from engine.domain.events import HistoryBar, InstrumentListed, MarketEvent, SessionOpened
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, TradingSession
from engine.market_data.pace import Pace, paced
from engine.market_data.runs import Piece, TickRun
from engine.ports import Clock

DEFAULT_SPEED = 10.0


class GeneratedMarket(Protocol):
    """A market that can be made a day at a time, days counted from 0; simulation/demo_market is one."""

    @property
    def starts_at(self) -> Instant:
        """Where it goes on the air the first time."""

    def instruments(self) -> Sequence[Instrument]:
        """What it carries."""

    def session(self, day: int) -> TradingSession:
        """A day's session."""

    def day_of(self, at: Instant) -> int:
        """The day that trades at an instant; out of hours, the next to trade."""

    def day(self, day: int) -> TickRun:
        """A day's ticks of all symbols, by time."""

    def bars(self, day: int, until: Instant | None = None) -> Sequence[Bar]:
        """A day's minute bars that close by `until`, by close and symbol."""


class DemoFeed:
    """Market time runs from session to session without closed hours between them, and never ends."""

    market = "demo"
    simulated = True

    def __init__(self, market: GeneratedMarket, clock: Clock, speed: float = DEFAULT_SPEED) -> None:
        self._market = market
        self._clock = clock
        self._speed = speed
        Pace(clock, speed)  # refuses a speed that can't be

    @property
    def speed(self) -> float:
        """Market seconds a wall second; 0 for as fast as possible."""
        return self._speed

    def instruments(self) -> Sequence[Instrument]:
        return self._market.instruments()

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """The instruments, the trading day before, and the present one up to `until` (None: the demo's own start)."""
        at = self._market.starts_at if until is None else until
        today = self._market.day_of(at)
        for instrument in self._market.instruments():
            yield InstrumentListed(instrument)
        for day in (today - 1, today):
            session = self._market.session(day)
            if session.open_at <= at:
                # Today's opens at the place: an account that was not marked yet is written down as having reached it.
                yield SessionOpened(session, at=at if day == today else session.open_at)
                for bar in self._market.bars(day, until=at):
                    yield HistoryBar(bar)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Ticks later than `since` (None: the demo's own start), day after day, until `stop()` is true.

        The session that is going on at `since` is not opened again: history has it.
        """
        at = self._market.starts_at if since is None else since
        yield from paced(self._pieces(at), Pace(self._clock, self._speed), stop, unpaced_until=at)

    def _pieces(self, at: Instant) -> Iterator[Piece]:
        day = self._market.day_of(at)
        if self._market.session(day).open_at <= at:
            rest = self._market.day(day).after(at)
            if len(rest):
                yield rest
            day += 1
        while True:
            session = self._market.session(day)
            yield SessionOpened(session, at=session.open_at)
            yield self._market.day(day)
            day += 1
