"""One symbol's rows of a run of bars, as the driver of skip_bars.py takes them: opens, closes, how far it has come.

Fed by skip_bars.py; what it takes in goes to the symbol's tape.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.core.past_bars import PastBar
from engine.core.state import State
from engine.core.tape import Tape
from engine.domain.events import BarClosed, BarOpened
from engine.domain.instant import Instant
from engine.domain.market import Bar, TradingSession
from engine.domain.timeframe import timeframe_us
from engine.market_data.runs import BarRun
from engine.research.foresight import StretchBars

Ints = npt.NDArray[np.int64]


_NEVER = 2**62  # a row that no run has


@dataclass(frozen=True, slots=True)
class _Touch:
    """The first bar, and the row it closes at, that touches these triggers, from where it was looked for on."""

    low: int
    high: int
    number: int | None
    row: int


class Lane:
    """The symbol's rows have numbers in the run (`rows`, ascending); its bars are numbered by their closes.

    `close_rows` are the rows of the closes. `cursor` is the first own row the tape has not taken in.
    """

    __slots__ = (
        "_kept",
        "_run",
        "_touch",
        "bars",
        "close",
        "close_at",
        "close_rows",
        "cursor",
        "high",
        "low",
        "next_row",
        "rows",
        "start_price",
        "symbol",
        "tape",
        "volume",
    )

    def __init__(self, run: BarRun, mine: Ints, tape: Tape) -> None:
        self.tape, self.symbol = tape, tape.symbol
        self.start_price = tape.last_price
        timeframe = run.timeframes[run.codes[mine[0]]]
        whole = mine[run.closes[mine]]
        self.close_at, self.close_rows = run.place[whole], whole
        self.high, self.low, self.close, self.volume = (
            run.high[whole],
            run.low[whole],
            run.close[whole],
            run.volume[whole],
        )
        self.bars = StretchBars(
            self.symbol, timeframe, self.close_at, timeframe_us(timeframe),
            (run.open[whole], self.high, self.low, self.close, self.volume),
        )  # fmt: skip
        self.rows: list[int] = mine.tolist()
        self._run = run
        self.cursor = 0
        self.next_row = self.rows[0] if self.rows else _NEVER
        self._kept = 0  # bars that the tape's history has, or will get from the engine
        self._touch: _Touch | None = None

    def pass_to(self, row: int) -> None:
        """Take in the rows before a row of the run."""
        if self.next_row < row:
            end = bisect_left(self.rows, row, self.cursor)
            if not self.tape.first_price:
                self.tape.first_price = self._print(self.next_row)[1]
            self.tape.accept(*self._print(self.rows[end - 1]))
            self._come_to(end)

    def _print(self, row: int) -> tuple[Instant, int]:
        """When the price of a row was there, and the price: of a close a moment before, as nothing follows it."""
        run = self._run
        if run.closes.item(row):
            return run.place.item(row) - 1, run.close.item(row)
        return run.place.item(row), run.open.item(row)

    def _come_to(self, own: int) -> None:
        self.cursor = own
        self.next_row = self.rows[own] if own < len(self.rows) else _NEVER

    def keep(self, state: State, end: int, session: TradingSession) -> None:
        """Bars before number `end` are closed, and nothing came of them."""
        if end > self._kept:
            self.tape.history.extend(Past(self.bars, self._kept, end, session))
            state.bars += end - self._kept
            self._kept = end

    def closed(self, state: State, number: int, session: TradingSession) -> BarClosed:
        """The close of a bar that the engine must look at; what comes before it is taken in."""
        row = int(self.close_rows[number])
        self.pass_to(row)
        self.keep(state, number, session)
        self._kept = number + 1
        self._come_to(self.cursor + 1)
        return BarClosed(self.bars[number])

    def opened(self, row: int, end: int) -> tuple[int, int] | None:
        """This symbol's next open among the rows from `row` to before `end`: its row in the run, its own number."""
        own = bisect_left(self.rows, row, self.cursor)
        if own == len(self.rows) or self.rows[own] >= end or self._run.closes.item(self.rows[own]):
            return None
        return self.rows[own], own

    def open(self, own: int) -> BarOpened:
        """An open that the venue must see; it counts as taken."""
        self.pass_to(self.rows[own])
        self._come_to(own + 1)
        return BarOpened(self.symbol, *self._print(self.rows[own]))

    def touch(self, row: int) -> int | None:
        """The first bar that closes at a row from `row` on and touches the tape's triggers, by its number."""
        low, high = self.tape.trigger_low, self.tape.trigger_high
        known = self._touch
        if known is None or known.low != low or known.high != high or known.row < row:
            first = int(self.close_rows.searchsorted(row))
            touched = (self.low[first:] <= low) | (self.high[first:] >= high)
            number = first + int(touched.argmax()) if touched.any() else None
            known = _Touch(low, high, number, _NEVER if number is None else int(self.close_rows[number]))
            self._touch = known
        return known.number


class Past(Sequence[PastBar]):
    """Bars of a lane that are closed, with their session."""

    __slots__ = ("_bars", "_end", "_session", "_start")

    def __init__(self, bars: StretchBars, start: int, end: int, session: TradingSession) -> None:
        self._bars, self._start, self._end, self._session = bars, start, end, session

    def __len__(self) -> int:
        return self._end - self._start

    def __getitem__(self, number: int) -> PastBar:  # type: ignore[override]
        return self._bars[self._start + number], self._session

    def __iter__(self) -> Iterator[PastBar]:
        for number in range(self._start, self._end):
            bar: Bar = self._bars[number]
            yield bar, self._session


def lanes_of(run: BarRun, state: State) -> list[Lane]:
    """A lane for each symbol of the run, by symbol."""
    order = np.argsort(run.codes, kind="stable")
    ends = np.cumsum(np.bincount(run.codes, minlength=len(run.symbols)))
    split = np.split(order, ends[:-1])
    return [Lane(run, mine, state.tapes[symbol]) for symbol, mine in zip(run.symbols, split, strict=True) if len(mine)]
