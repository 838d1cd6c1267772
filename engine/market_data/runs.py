"""Consecutive rows of the merged stream, as columns that turn into events. Made by merge and the demo market; taken by
drivers that pace, skip or count whole stretches at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.domain.events import BarClosed, BarOpened, SessionOpened
from engine.domain.instant import Instant
from engine.domain.market import Bar, Tick
from engine.market_data.columns import Instants, Mask, Quantities, Units

Codes: TypeAlias = npt.NDArray[np.int64]
_Columns: TypeAlias = tuple[Codes, Instants, Units, Quantities]

_CHUNK = 65_536  # rows turned into Python objects at once: enough to be quick, little enough to stay small


@dataclass(frozen=True, slots=True)
class SymbolRows:
    """One symbol's rows of a run, in their order. `rows` are their numbers in the run, ascending as `place` is."""

    symbol: str
    rows: Codes
    place: Instants
    at: Instants
    price: Units
    quantity: Quantities

    def part(self, start: int, end: int) -> SymbolRows:
        """Those of the run's rows from `start` to before `end`."""
        low, high = np.searchsorted(self.rows, (start, end)).tolist()
        if (low, high) == (0, len(self.rows)):
            return self
        mine = slice(low, high)
        return SymbolRows(
            self.symbol, self.rows[mine], self.place[mine], self.at[mine], self.price[mine], self.quantity[mine]
        )


class TickRun:
    """Ticks of all symbols with nothing else between them. `codes` index `symbols`; `place` is ascending.

    One that is made of symbols has its columns made when somebody looks: who takes symbol by symbol never does.
    """

    __slots__ = ("_columns", "_merging", "place", "symbols")

    def __init__(
        self, symbols: tuple[str, ...], place: Instants, codes: Codes, at: Instants, price: Units, quantity: Quantities
    ) -> None:
        self.symbols, self.place = symbols, place
        self._columns: _Columns | None = (codes, at, price, quantity)
        self._merging: _Merging | None = None

    @staticmethod
    def of(symbols: tuple[str, ...], parts: Sequence[tuple[int, Instants, Instants, Units, Quantities]]) -> TickRun:
        """Parts of the stream as one run, each a symbol's code, places (ascending), times, prices and quantities.

        Rows of one place stay in the order of the parts.
        """
        place = np.concatenate([part[1] for part in parts])
        order = np.argsort(place, kind="stable")
        run = TickRun.__new__(TickRun)
        run.symbols, run.place, run._columns = symbols, place[order], None
        run._merging = _Merging(order, parts)
        return run

    @property
    def _values(self) -> _Columns:
        if self._columns is None:
            assert self._merging is not None
            self._columns = self._merging.columns()
        return self._columns

    @property
    def codes(self) -> Codes:
        return self._values[0]

    @property
    def at(self) -> Instants:
        return self._values[1]

    @property
    def price(self) -> Units:
        return self._values[2]

    @property
    def quantity(self) -> Quantities:
        return self._values[3]

    def by_symbol(self) -> list[SymbolRows]:
        """The rows of each symbol, one without any included, in the order of `symbols`."""
        if self._merging is not None and self._merging.alone:
            found = {rows.symbol: rows for rows in self._merging.by_symbol(self.symbols)}
            empty = np.empty(0, dtype=np.int64)
            none = (empty, empty, empty, empty, empty.astype(np.float64))
            return [found.get(symbol) or SymbolRows(symbol, *none) for symbol in self.symbols]
        codes, at, price, quantity = self._values
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(self.symbols)), side="right")
        return [
            SymbolRows(symbol, mine, self.place[mine], at[mine], price[mine], quantity[mine])
            for symbol, mine in zip(self.symbols, np.split(order, ends[:-1]), strict=True)
        ]

    def __len__(self) -> int:
        return len(self.place)

    def after(self, at: Instant) -> TickRun:
        """The rows placed later than an instant."""
        return self.part(int(np.searchsorted(self.place, at, side="right")), len(self))

    def part(self, start: int, end: int) -> TickRun:
        """The rows from `start` to before `end`."""
        if (start, end) == (0, len(self)):
            return self
        rows = slice(start, end)
        if self._columns is None and self._merging is not None:
            return TickRun(self.symbols, self.place[rows], *self._merging.columns(rows))
        codes, at, price, quantity = self._values
        return TickRun(self.symbols, self.place[rows], codes[rows], at[rows], price[rows], quantity[rows])

    def events(self, start: int = 0, end: int | None = None) -> Iterator[Tick]:
        """Fresh ticks of the rows from `start` to before `end`."""
        names = np.array(self.symbols, dtype=object)
        return chain.from_iterable(
            map(
                Tick,
                names[self.codes[rows]].tolist(),
                self.at[rows].tolist(),
                self.price[rows].tolist(),
                self.quantity[rows].tolist(),
            )
            for rows in _chunks(start, len(self) if end is None else end)
        )


class _Merging:
    """The parts that a run is made of, and which row of theirs, one part after the other, each of its rows is."""

    __slots__ = ("_order", "_parts", "_starts", "alone")

    def __init__(
        self, order: npt.NDArray[np.intp], parts: Sequence[tuple[int, Instants, Instants, Units, Quantities]]
    ) -> None:
        self._order, self._parts = order, parts
        self._starts = np.cumsum([0, *(len(part[1]) for part in parts)]).tolist()
        self.alone = len({part[0] for part in parts}) == len(parts)  # every symbol is one part

    def columns(self, rows: slice | None = None) -> _Columns:
        """Codes, times, prices and quantities of the run's rows, or of some."""
        order = self._order if rows is None else self._order[rows]
        codes = np.repeat(np.array([part[0] for part in self._parts], dtype=np.int64), np.diff(self._starts))
        at, price, quantity = (np.concatenate([part[number] for part in self._parts])[order] for number in (2, 3, 4))
        return codes[order], at, price, quantity

    def by_symbol(self, symbols: tuple[str, ...]) -> Iterator[SymbolRows]:
        """The parts with the numbers that their rows have in the run."""
        numbers = np.empty(len(self._order), dtype=np.int64)
        numbers[self._order] = np.arange(len(self._order))
        for start, (code, place, at, price, quantity) in zip(self._starts, self._parts, strict=False):
            yield SymbolRows(symbols[code], numbers[start : start + len(place)], place, at, price, quantity)


@dataclass(frozen=True, slots=True)
class BarRun:
    """Opens and closes of bars with nothing else between them.

    A row where `closes` is true is a whole bar, at its close; the others are a bar's open, where `open` alone counts.
    `codes` index `symbols` and `timeframes`; `place` is ascending.
    """

    symbols: tuple[str, ...]
    timeframes: tuple[str, ...]
    place: Instants
    codes: Codes
    closes: Mask
    open_at: Instants
    open: Units
    high: Units
    low: Units
    close: Units
    volume: Quantities

    def __len__(self) -> int:
        return len(self.place)

    def part(self, start: int, end: int) -> BarRun:
        """The rows from `start` to before `end`."""
        rows = slice(start, end)
        return BarRun(
            self.symbols, self.timeframes, self.place[rows], self.codes[rows], self.closes[rows], self.open_at[rows],
            self.open[rows], self.high[rows], self.low[rows], self.close[rows], self.volume[rows],
        )  # fmt: skip

    def events(self, start: int = 0, end: int | None = None) -> Iterator[BarOpened | BarClosed]:
        """Fresh events of the rows from `start` to before `end`."""
        names = np.array(self.symbols, dtype=object)
        timeframes = np.array(self.timeframes, dtype=object)
        for rows in _chunks(start, len(self) if end is None else end):
            for closes, at, symbol, timeframe, open_at, open_, high, low, close, volume in zip(
                self.closes[rows].tolist(),
                self.place[rows].tolist(),
                names[self.codes[rows]].tolist(),
                timeframes[self.codes[rows]].tolist(),
                self.open_at[rows].tolist(),
                self.open[rows].tolist(),
                self.high[rows].tolist(),
                self.low[rows].tolist(),
                self.close[rows].tolist(),
                self.volume[rows].tolist(),
                strict=True,
            ):
                if closes:
                    yield BarClosed(Bar(symbol, timeframe, open_at, at, open_, high, low, close, volume))
                else:
                    yield BarOpened(symbol, at, open_)


Run: TypeAlias = TickRun | BarRun
Piece: TypeAlias = SessionOpened | TickRun | BarRun


def _chunks(start: int, end: int) -> Iterator[slice]:
    for low in range(start, end, _CHUNK):
        yield slice(low, min(low + _CHUNK, end))
