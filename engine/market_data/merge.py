"""Many files' rows as one stream in the order of market time. Fed by readers; feeds backtests and the replay feed.

The order is (place, bar closes before bar opens before ticks, symbol, row), the same on every machine. Rows keep their
file's order within a symbol, dirty ones too: a row's place is the running maximum of its file's plausible times.

A day's session opens behind the bars that close at its first row's place, before that row.

Two ways to take the stream: `merged_events`, an event at a time, and `pieces`, whole runs of rows as columns with the
sessions between them, for drivers that pace, skip or count. Merging goes a day at a time, so that a year of a hundred
symbols needs no second copy of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.domain.events import InstrumentListed, MarketEnded, MarketEvent, SessionOpened
from engine.domain.instant import DAY, Instant
from engine.domain.timeframe import timeframe_us
from engine.market_data.calendar import Calendars
from engine.market_data.columns import BarColumns, Instants, MarketData, TickColumns, day_numbers
from engine.market_data.runs import BarRun, Codes, Piece, Run, TickRun

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def merged_events(data: MarketData, calendars: Calendars | None = None) -> Iterator[MarketEvent]:
    """Everything as events: the instruments, then sessions and prices by market time, MarketEnded last."""
    for instrument in data.instruments:
        yield InstrumentListed(instrument)
    for piece in pieces(data, calendars):
        if isinstance(piece, SessionOpened):
            yield piece
        else:
            yield from piece.events()
    yield MarketEnded(at=ended_at(data))


def ended_at(data: MarketData) -> Instant:
    """The place of the last row."""
    ends = [int(part.open_at[-1]) + timeframe_us(part.timeframe) for part in data.bars]
    return max([int(part.place[-1]) for part in data.ticks] + ends)


def pieces(data: MarketData, calendars: Calendars | None = None) -> Iterator[Piece]:
    """The stream in runs as long as possible; a SessionOpened comes before the first row of its venue's day.

    `calendars` None: the data's own.
    """
    streams = _streams(data)
    sessions = _sessions(data, calendars or data.calendars)
    opened = 0
    while True:
        heads = [stream.head for stream in streams if stream.head is not None]
        if not heads:
            return
        until = min(heads) // DAY * DAY + DAY
        # Days that hold nothing but ticks are merged by who needs them merged.
        day = _Ticks.of(streams, until, data.symbols) or _Day.of(streams, until, data.symbols)
        start = 0
        while opened < len(sessions) and sessions[opened][0] <= day.place[-1]:
            first_place, session = sessions[opened]
            cut = day.begin(first_place)
            yield from day.runs(start, cut)
            yield session
            start, opened = cut, opened + 1
        yield from day.runs(start, len(day.place))


@dataclass(slots=True)
class _Stream:
    """The closes of a part's bars, their opens, or a part's ticks, by place. `taken` rows are merged already.

    A row's place is `placed` and `later` (microseconds): a year's closes are the opens' column, not another one.
    """

    part: TickColumns | BarColumns
    placed: Instants
    closes: bool = False
    later: int = 0
    taken: int = 0

    @property
    def head(self) -> Instant | None:
        """The place of the first row not taken yet."""
        return int(self.placed[self.taken]) + self.later if self.taken < len(self.placed) else None

    def take(self, until: Instant) -> slice:
        """The rows before `until`, which now count as taken."""
        start = self.taken
        self.taken = start + int(np.searchsorted(self.placed[start:], until - self.later))
        return slice(start, self.taken)


def _streams(data: MarketData) -> list[_Stream]:
    """Every part's streams in the order that decides ties: closes, opens, ticks; each by symbol, then by file."""
    return [
        *(_Stream(part, part.open_at, closes=True, later=timeframe_us(part.timeframe)) for part in data.bars),
        *(_Stream(part, part.open_at) for part in data.bars),
        *(_Stream(part, part.place) for part in data.ticks),
    ]


@dataclass(frozen=True, slots=True)
class _Ticks:
    """The rows of a UTC day that holds ticks alone."""

    run: TickRun

    @staticmethod
    def of(streams: Sequence[_Stream], until: Instant, symbols: tuple[str, ...]) -> _Ticks | None:
        """Take the rows before `until` from the streams; None, and nothing taken, where there are bars among them."""
        if any(isinstance(one.part, BarColumns) and one.head is not None and one.head < until for one in streams):
            return None
        parts = []
        for stream in streams:
            rows, part = stream.take(until), stream.part
            if isinstance(part, TickColumns) and rows.stop > rows.start:
                code = symbols.index(part.instrument.symbol)
                parts.append((code, part.place[rows], part.at[rows], part.price[rows], part.quantity[rows]))
        return _Ticks(TickRun.of(symbols, parts))

    @property
    def place(self) -> Instants:
        return self.run.place

    def begin(self, at: Instant) -> int:
        """The first row of what begins at an instant."""
        return int(np.searchsorted(self.place, at))

    def runs(self, start: int, end: int) -> Iterator[Run]:
        """The rows from `start` to before `end`."""
        if start < end:
            yield self.run.part(start, end)


@dataclass(frozen=True, slots=True)
class _Day:
    """The rows of a UTC day in merged order. `source` numbers them in the order of the streams: bars first, then ticks.

    `bars` and `ticks` hold the values in that order: of row i, at `source[i]`, less the number of bar rows for ticks.
    """

    symbols: tuple[str, ...]
    timeframes: tuple[str, ...]
    place: Instants
    source: npt.NDArray[np.intp]
    codes: Codes
    closes: npt.NDArray[np.bool_]
    bars: Sequence[npt.NDArray[Any]]
    ticks: Sequence[npt.NDArray[Any]]

    @staticmethod
    def of(streams: Sequence[_Stream], until: Instant, symbols: tuple[str, ...]) -> _Day:
        """Take the rows before `until` from the streams."""
        taken = [(stream, rows) for stream in streams if (rows := stream.take(until)).stop > rows.start]
        bars = [(stream.part, rows) for stream, rows in taken if isinstance(stream.part, BarColumns)]
        ticks = [(stream.part, rows) for stream, rows in taken if isinstance(stream.part, TickColumns)]
        sizes = [rows.stop - rows.start for _, rows in taken]
        numbers = [symbols.index(stream.part.instrument.symbol) for stream, _ in taken]
        timeframes = {part.instrument.symbol: part.timeframe for part, _ in bars}
        place = np.concatenate([stream.placed[rows] + stream.later for stream, rows in taken])
        # Stable: rows of one place stay in the order of the streams, and of the file within a stream.
        order = np.argsort(place, kind="stable")
        return _Day(
            symbols=symbols,
            timeframes=tuple(timeframes.get(symbol, "") for symbol in symbols),
            place=place[order],
            source=order,
            codes=np.repeat(np.array(numbers, dtype=np.int64), sizes),
            closes=np.repeat(np.array([stream.closes for stream, _ in taken], dtype=np.bool_), sizes),
            bars=[_joined([getattr(part, name)[rows] for part, rows in bars]) for name in _BAR_VALUES],
            ticks=[_joined([getattr(part, name)[rows] for part, rows in ticks]) for name in _TICK_VALUES],
        )

    def begin(self, at: Instant) -> int:
        """The first row of what begins at an instant: a bar that closes then is of the time before, at a venue that
        never closes of the day before."""
        row, end = np.searchsorted(self.place, at), np.searchsorted(self.place, at, side="right")
        return int(row + self.closes[self.source[row:end]].sum())

    def runs(self, start: int, end: int) -> Iterator[Run]:
        """The rows from `start` to before `end`, cut where ticks and bars meet."""
        bar_rows = len(self.bars[0])
        is_tick = self.source[start:end] >= bar_rows
        edges = [start, *(np.flatnonzero(is_tick[1:] != is_tick[:-1]) + start + 1).tolist(), end]
        for low, high in pairwise(edges):
            if low == high:
                continue
            source, place = self.source[low:high], self.place[low:high]
            codes = self.codes[source]
            if source[0] >= bar_rows:
                at, price, quantity = (values[source - bar_rows] for values in self.ticks)
                yield TickRun(self.symbols, place, codes, at, price, quantity)
            else:
                values = [values[source] for values in self.bars]
                yield BarRun(self.symbols, self.timeframes, place, codes, self.closes[source], *values)


_BAR_VALUES = ("open_at", "open", "high", "low", "close", "volume")
_TICK_VALUES = ("at", "price", "quantity")


def _joined(arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64)


def _sessions(data: MarketData, calendars: Calendars) -> list[tuple[Instant, SessionOpened]]:
    """Each venue's trading days with the place of their first row, in the order in which they begin.

    A day counts where a row's own time carries the order forward into it; one that only appears after a later day
    began (a file out of order by whole days) gets no session, and its rows are the guard's.
    """
    first_places: dict[tuple[str, int], Instant] = {}
    for part in data.parts:
        calendar = calendars(part.instrument.venue)
        place = part.place if isinstance(part, TickColumns) else part.open_at
        for day in part.days.tolist():
            row = int(np.searchsorted(place, calendar.midnight(_date(day))))
            # The first row placed after midnight is there by its own time; it may be of a later day than this one.
            if row < len(place) and day_numbers(place[row : row + 1], calendar)[0] == day:
                key = (part.instrument.venue, day)
                first_places[key] = min(first_places.get(key, int(place[row])), int(place[row]))
    opened = []
    for (venue, day), first_place in first_places.items():
        session = calendars(venue).session_for_data(_date(day))
        opened.append((first_place, SessionOpened(session, at=session.open_at)))
    return sorted(opened, key=lambda entry: (entry[0], entry[1].session.open_at, entry[1].session.venue))


def _date(day: int) -> date:
    return date.fromordinal(_EPOCH_ORDINAL + day)
