"""Market time against a clock: lets each row of the merged stream out when it is due. Fed by merge or the demo market,
and by the clock it is handed; feeds the replay and demo feeds.

The clock moves nothing but the moment: what comes out, and in which order, is the stream's alone. A consumer that is
slow makes the stream fall behind; nothing is ever dropped, and it catches up as soon as it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from engine.domain.errors import InvalidValue
from engine.domain.events import MarketEvent, SessionOpened
from engine.domain.instant import NEVER, SECOND, Instant
from engine.market_data.runs import Piece, Run
from engine.ports import Clock

NAP_S = 0.1  # the longest wait at once; a stop is seen within twice that
GAP_MAX_S = 5.0  # nobody watching a replay waits longer than this for the next price
BATCH = 64  # rows let out between two looks at the clock and at `stop`


class Pace:
    """When market time is due: `speed` market seconds a wall second from the first instant it sees on.

    `speed` 0 is as fast as possible. Time that is skipped (closed hours, holes) takes no wall time.
    """

    def __init__(self, clock: Clock, speed: float) -> None:
        if not 0 <= speed <= 1_000_000:
            raise InvalidValue("speed", f"must be 0 (as fast as possible) to 1000000, is {speed:g}")
        self._clock = clock
        self._speed = speed
        self._origin: Instant | None = None
        self._began_s = 0.0
        self.last: Instant | None = None

    @property
    def gap_max(self) -> int:
        """The market time that may pass between two rows before it is cut short, microseconds."""
        return int(GAP_MAX_S * self._speed * SECOND) if self._speed else NEVER

    def begin(self, at: Instant) -> None:
        """Start the clock at a market instant, unless it runs already."""
        if self._origin is None:
            self._origin = self.last = at
            self._began_s = self._clock.monotonic()

    def skip(self, market_us: int) -> None:
        """Leave out that much market time."""
        if self._origin is not None:
            self._origin += market_us

    def due_until(self) -> Instant:
        """The market instant up to which everything is due now."""
        if not self._speed or self._origin is None:
            return NEVER
        return self._origin + int((self._clock.monotonic() - self._began_s) * self._speed * SECOND)

    def nap_before(self, at: Instant) -> float:
        """How long to wait for a market instant that is not due yet, at most NAP_S; seconds of wall time."""
        return min(NAP_S, max((at - self.due_until()) / (self._speed * SECOND), 0.0005))

    def nap(self, seconds: float) -> None:
        self._clock.wait(seconds)


def paced(
    pieces: Iterable[Piece], pace: Pace, stop: Callable[[], bool], unpaced_until: Instant | None
) -> Iterator[MarketEvent]:
    """The events of the pieces, each when it is due; ends early when `stop()` is true.

    What lies at or before `unpaced_until` comes at once, and the clock starts there; else it starts with the first row.
    """
    if unpaced_until is not None:
        pace.begin(unpaced_until)
    for piece in pieces:
        if stop():
            return
        if isinstance(piece, SessionOpened):
            _jump_to(pace, piece.at)
            yield piece
        else:
            yield from _paced_run(piece, pace, stop)


def _jump_to(pace: Pace, at: Instant) -> None:
    """A trading day begins: the closed hours before it take no time."""
    pace.begin(at)
    if pace.last is not None and at > pace.last:
        pace.skip(at - pace.last)
        pace.last = at


def _paced_run(run: Run, pace: Pace, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
    row, rows = 0, len(run)
    pace.begin(int(run.place[0]))
    while row < rows:
        if stop():
            return
        at = int(run.place[row])
        if pace.last is not None and at - pace.last > pace.gap_max:
            pace.skip(at - pace.last - pace.gap_max)
            pace.last = at - pace.gap_max
        due = pace.due_until()
        if at > due:
            pace.nap(pace.nap_before(at))
            continue
        end = min(row + BATCH, rows)
        end = row + int(np.searchsorted(run.place[row:end], due, side="right"))
        yield from run.events(row, end)
        pace.last = max(pace.last or 0, int(run.place[end - 1]))
        row = end
