"""Recorded market data as a feed, at a chosen speed. Fed by market_data/readers and the clock; feeds runtime.

What it emits, and in which order, is what a backtest on the same files sees; the clock sets the pace alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.domain.events import InstrumentListed, MarketEnded, MarketEvent
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.market_data.columns import MarketData
from engine.market_data.merge import ended_at, pieces
from engine.market_data.pace import Pace, paced
from engine.ports import Clock

DEFAULT_SPEED = 1.0


class ReplayFeed:
    """Plays files from their beginning to MarketEnded. Closed hours take no time, a hole in the data at most 5 s."""

    market = "replay"
    simulated = True

    def __init__(self, data: MarketData, clock: Clock, speed: float = DEFAULT_SPEED) -> None:
        self._data = data
        self._clock = clock
        self._speed = speed
        Pace(clock, speed)  # refuses a speed that can't be

    @property
    def speed(self) -> float:
        """Market seconds a wall second; 0 for as fast as possible."""
        return self._speed

    def instruments(self) -> Sequence[Instrument]:
        return self._data.instruments

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """The instruments alone: a replay begins with no past, as a backtest does."""
        for instrument in self._data.instruments:
            yield InstrumentListed(instrument)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Everything from the beginning: at once up to `since`, paced from there on; MarketEnded unless stopped."""
        yield from paced(pieces(self._data), Pace(self._clock, self._speed), stop, unpaced_until=since)
        if not stop():
            yield MarketEnded(at=ended_at(self._data))
