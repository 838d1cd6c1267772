"""One symbol's clean ticks of a run, and the minute bars they make, as the driver of skip_ticks.py takes them.

Fed by skip_ticks.py; what it takes in goes to the symbol's tape.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.core.indicators.stretch import Stretch
from engine.core.state import State
from engine.core.tape import Tape
from engine.domain.instant import MINUTE, NEVER, Instant
from engine.domain.market import Tick, TradingSession
from engine.market_data.columns import Quantities
from engine.market_data.runs import SymbolRows
from engine.research.bar_lanes import Past
from engine.research.clean_ahead import Rulings
from engine.research.foresight import StretchBars

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Touch:
    """The first tick from a row of the run on that touches these triggers, and its row; None where none does."""

    low: int
    high: int
    start: int
    found: int | None
    row: int


class TickLane:
    """`rows` are the ticks' rows in the run. Ticks and bars have numbers of their own.

    `starts[i]` is the first tick of bar i, and where the last bar ends comes after them; `close_at`, `close`, `high`,
    `low` are the bars', a column each. `start_price` is the tape's price before any of them.
    """

    __slots__ = (
        "_count",
        "_kept",
        "_places",
        "_rulings",
        "_touch",
        "at",
        "bars",
        "close",
        "close_at",
        "high",
        "low",
        "price",
        "quantity",
        "rows",
        "start_price",
        "starts",
        "symbol",
        "tape",
        "volume",
    )

    def __init__(self, tape: Tape, ruled: SymbolRows, end: int, rulings: Rulings) -> None:
        """Of the rows that were ruled on, those before row `end` of the run."""
        self.tape, self.symbol, self.start_price = tape, tape.symbol, tape.last_price
        self._rulings = rulings
        self._count = int(np.searchsorted(ruled.rows, end))
        taken = np.flatnonzero(rulings.taken[: self._count])
        self._places = taken
        if len(taken) == self._count:  # all of them, as nearly always
            self.rows, self.at = ruled.rows[: self._count], ruled.at[: self._count]
            self.price, self.quantity = ruled.price[: self._count], ruled.quantity[: self._count]
        else:
            self.rows, self.at = ruled.rows[taken], ruled.at[taken]
            self.price, self.quantity = ruled.price[taken], ruled.quantity[taken]
        minutes = self.at // MINUTE
        starts = np.flatnonzero(np.diff(minutes, prepend=-1))
        self.starts: list[int] = [*starts.tolist(), len(taken)]
        self.close_at = (minutes[starts] + 1) * MINUTE
        self.close = self.price[np.append(starts[1:], len(taken))[: len(starts)] - 1]
        self.high = np.maximum.reduceat(self.price, starts) if len(starts) else self.price
        self.low = np.minimum.reduceat(self.price, starts) if len(starts) else self.price
        self.volume = np.maximum(self._volumes(starts), 0.0)
        columns = (self.price[starts], self.high, self.low, self.close, self.volume)
        self.bars = StretchBars(self.symbol, "1m", self.close_at, MINUTE, columns)
        self._kept = 0  # bars that the tape's history has, or will get from the engine
        self._touch: _Touch | None = None

    def _volumes(self, starts: Numbers) -> Quantities:
        """Each bar's volume: sums of whole numbers are the same in any order, others are added up one by one."""
        if not len(starts):
            return self.quantity
        if bool((self.quantity == np.floor(self.quantity)).all()):
            sums: Quantities = np.add.reduceat(self.quantity, starts)
            return sums
        ends = zip(self.starts, self.starts[1:], strict=False)
        return np.array([np.add.accumulate(self.quantity[start:end])[-1] for start, end in ends])

    def stretch(self, opened_at: Instant) -> Stretch:
        """Its bars as indicators take them."""
        scale = self.tape.scale
        return Stretch(
            self.high / scale, self.low / scale, self.close / scale, self.volume, self.bars.close_at, opened_at
        )

    def close_to(self, state: State, at: Instant, session: TradingSession, *, closes: bool) -> bool:
        """Stand as when the clock comes to a minute; with `closes` a bar that closes then is left to the engine, still
        forming. Returns whether there is one.
        """
        bars = bisect_right(self.bars.close_at, at)
        self._accept(self.starts[bars])
        if closes and bars and self.bars.close_at[bars - 1] == at:
            self._keep(state, bars - 1, session)
            self._form(bars - 1, self.starts[bars])
            self._kept = bars
            return True
        self._keep(state, bars, session)
        return False

    def stand_before(self, row: int) -> None:
        """Stand as before a row of the run, but for the bar that is forming."""
        self._accept(int(self.rows.searchsorted(row)))

    def tick(self, state: State, number: int, session: TradingSession) -> Tick:
        """A tick that the engine must look at; everything stands as before it."""
        self._accept(number)
        bar = bisect_right(self.starts, number) - 1
        self._keep(state, bar, session)
        if self.starts[bar] < number:
            self._form(bar, number)
        self.remember(int(self._places[number]))
        return Tick(self.symbol, int(self.at[number]), int(self.price[number]), float(self.quantity[number]))

    def passed(self, tick: Tick) -> None:
        """The engine has looked at the tick; the bar that it formed is the lane's again."""
        tape = self.tape
        if (tape.last_at, tape.last_price) != (tick.at, tick.price):
            raise AssertionError(f"{self.symbol}: a tick of {tick.at} was foreseen to be taken, and is not")
        tape.until = -NEVER

    def end(self, state: State) -> None:
        """All of its rows have been: the guard has counted what it refused, and remembers what it would."""
        for rule, count in self._rulings.dropped(self._count).items():
            state.dropped[rule] = state.dropped.get(rule, 0) + count
        self.remember(self._count)

    def remember(self, place: int) -> None:
        """Let the guard remember of a jump what it would before the symbol's row `place`."""
        memory = self._rulings.memory(place)
        if memory is not None:
            self.tape.doubt(*memory)

    def touch(self, row: int) -> int | None:
        """The first tick from a row of the run on that touches the tape's triggers, by its number."""
        low, high, known = self.tape.trigger_low, self.tape.trigger_high, self._touch
        if known is None or known.low != low or known.high != high or not known.start <= row <= known.row:
            found = self._first_touch(int(self.rows.searchsorted(row)), low, high)
            known = _Touch(low, high, row, found, NEVER if found is None else int(self.rows[found]))
            self._touch = known
        return known.found

    def _first_touch(self, start: int, low: int, high: int) -> int | None:
        if start == len(self.rows):
            return None
        bar = bisect_right(self.starts, start) - 1
        found = self._touching(start, self.starts[bar + 1], low, high)
        if found is not None:
            return found
        wild = np.flatnonzero((self.low[bar + 1 :] <= low) | (self.high[bar + 1 :] >= high))
        if not len(wild):
            return None
        bar += 1 + int(wild[0])
        return self._touching(self.starts[bar], self.starts[bar + 1], low, high)

    def _touching(self, start: int, end: int, low: int, high: int) -> int | None:
        prices = self.price[start:end]
        found = np.flatnonzero((prices <= low) | (prices >= high))
        return start + int(found[0]) if len(found) else None

    def _accept(self, end: int) -> None:
        """The ticks before number `end` have been."""
        if end:
            tape = self.tape
            tape.first_price = tape.first_price or int(self.price[0])
            tape.accept(int(self.at[end - 1]), int(self.price[end - 1]))

    def _keep(self, state: State, end: int, session: TradingSession) -> None:
        """Bars before number `end` are closed, and nothing came of them."""
        if end > self._kept:
            self.tape.history.extend(Past(self.bars, self._kept, end, session))
            state.bars += end - self._kept
            self._kept = end

    def _form(self, bar: int, end: int) -> None:
        """Let a bar be forming, of its ticks before number `end`."""
        tape, start = self.tape, self.starts[bar]
        tape.until = self.bars.close_at[bar]
        tape.bar_open_at = tape.until - MINUTE
        tape.open = int(self.price[start])
        if end == self.starts[bar + 1]:
            tape.high, tape.low, volume = int(self.high[bar]), int(self.low[bar]), float(self.volume[bar])
        else:
            prices = self.price[start:end]
            tape.high, tape.low = int(prices.max()), int(prices.min())
            volume = float(np.add.accumulate(self.quantity[start:end])[-1])
        tape.volume = volume
