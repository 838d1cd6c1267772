"""A stretch of a venue's bars, never short unseen. Used by the downloader and by feeds that warm up on a venue's past.

A venue that gives fewer bars than were asked for says nothing of it. So each answer is held against the calendar: where
its beginning or end lacks more than half an hour of trading, the stretch is asked for again in halves, down to a day or
an hour. What is short then is short at the venue, and told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from engine.domain.errors import PermanentFailure
from engine.domain.instant import DAY, MINUTE, Instant, iso
from engine.domain.instrument import Instrument
from engine.domain.market import Bar
from engine.domain.timeframe import timeframe_us
from engine.market_data.columns import Instants
from engine.market_data.gaps import expected_opens

SHORT_US = 30 * MINUTE  # of trading that an answer may lack at an end: shares are not traded every minute

Stretch: TypeAlias = tuple[Instant, Instant]


@dataclass(frozen=True, slots=True)
class WholeCandles:
    """One series. `ask` makes one call and raises what it raises; `short` hears a sentence for what is not there.

    `window_us`: the longest stretch of one call.
    """

    instrument: Instrument
    timeframe: str
    window_us: int
    ask: Callable[[Stretch], Sequence[Bar]]
    short: Callable[[str], None]

    def fetch(self, stretch: Stretch) -> list[Bar]:
        """The bars of a stretch no longer than a call's, by time. Raises PermanentFailure for bars that can't be."""
        bars = [bar for bar in self.ask(stretch) if stretch[0] <= bar.open_at < stretch[1]]
        check_bars(bars, self.instrument.symbol)
        width = timeframe_us(self.timeframe)
        expected = expected_opens(self.instrument, self.timeframe, *stretch)
        if not is_short(bars, expected, width):
            return bars
        cut = _middle(stretch, self.window_us, width) if bars else None
        if cut is None:
            found = f"{len(bars)} of {len(expected)} bars" if bars else "no bars"
            self.short(f"{found} from {iso(stretch[0])} to {iso(stretch[1])}")
            return bars
        return [*self.fetch((stretch[0], cut)), *self.fetch((cut, stretch[1]))]


def is_short(bars: Sequence[Bar], expected: Instants, width: int) -> bool:
    """Whether an answer lacks so much of trading at its beginning or end that the venue may have cut it off."""
    if len(expected) == 0:
        return False
    if not bars:
        return True
    head = int(np.searchsorted(expected, bars[0].open_at))
    tail = len(expected) - int(np.searchsorted(expected, bars[-1].open_at, side="right"))
    return max(head, tail) * width > SHORT_US


def check_bars(bars: Sequence[Bar], symbol: str) -> None:
    """Raise PermanentFailure for what no market can have printed."""
    for bar in bars:
        if not (0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high) or bar.volume < 0:
            raise PermanentFailure(f"the venue gave a bar of {symbol} at {iso(bar.open_at)} that can't be: {bar}")
    for before, after in pairwise(bars):
        if after.open_at <= before.open_at:
            raise PermanentFailure(f"the venue gave bars of {symbol} out of order at {iso(after.open_at)}")


def _middle(stretch: Stretch, longest: int, width: int) -> Instant | None:
    """Where to cut a stretch in two: between days while it has several; None where it is too small to be cut."""
    length = stretch[1] - stretch[0]
    unit = DAY if longest >= DAY else width
    smallest = DAY if longest >= DAY else 2 * SHORT_US
    return None if length <= smallest else stretch[0] + max(length // 2 // unit, 1) * unit
