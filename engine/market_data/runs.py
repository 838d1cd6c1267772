"""Consecutive rows of the merged stream, as columns that turn into events. Made by merge and the demo market; taken by
drivers that pace, skip or count whole stretches at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.domain.events import BarClosed, BarOpened, SessionOpened
from engine.domain.instant import Instant
from engine.domain.market import Bar, Tick
from engine.market_data.columns import Instants, Mask, Quantities, Units

Codes: TypeAlias = npt.NDArray[np.int64]

_CHUNK = 65_536  # rows turned into Python objects at once: enough to be quick, little enough to stay small


@dataclass(frozen=True, slots=True)
class TickRun:
    """Ticks of all symbols with nothing else between them. `codes` index `symbols`; `place` is ascending."""

    symbols: tuple[str, ...]
    place: Instants
    codes: Codes
    at: Instants
    price: Units
    quantity: Quantities

    def __len__(self) -> int:
        return len(self.place)

    def after(self, at: Instant) -> TickRun:
        """The rows placed later than an instant."""
        rows = slice(int(np.searchsorted(self.place, at, side="right")), None)
        return TickRun(
            self.symbols, self.place[rows], self.codes[rows], self.at[rows], self.price[rows], self.quantity[rows]
        )

    def events(self, start: int = 0, end: int | None = None) -> Iterator[Tick]:
        """Fresh ticks of the rows from `start` to before `end`."""
        names = np.array(self.symbols, dtype=object)
        for rows in _chunks(start, len(self) if end is None else end):
            yield from map(
                Tick,
                names[self.codes[rows]].tolist(),
                self.at[rows].tolist(),
                self.price[rows].tolist(),
                self.quantity[rows].tolist(),
            )


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
