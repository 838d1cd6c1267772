"""Puts a part's rows where they belong in a store, beside what is there already. Fed by importing and downloading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.domain.errors import DataError
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import BarColumns, DayNumbers, TickColumns, day_numbers, rows_of
from engine.market_data.store.joining import Conflict, Joined, join_bars, join_ticks
from engine.market_data.store.layout import SeriesKey
from engine.market_data.store.partition import Columns, Source, read_partition, series_of, write_partition
from engine.market_data.store.place import Place

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Imported:
    """What became of the rows, by series; files that held no prices; columns that were not used."""

    rows: dict[SeriesKey, Joined] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)
    files: list[Source] = field(default_factory=list)

    def count(self, key: SeriesKey, joined: Joined) -> None:
        """Add what became of a partition's rows."""
        before = self.rows.get(key, Joined(None))
        self.rows[key] = Joined(
            None, before.added + joined.added, before.same + joined.same, before.replaced + joined.replaced
        )

    def entry(self, at: str) -> dict[str, Any]:
        """The line of the store's journal that tells of it."""
        rows = {str(key): [joined.added, joined.same, joined.replaced] for key, joined in sorted(self.rows.items())}
        return {"at": at, "files": [[file.name, file.digest] for file in self.files], "added_same_replaced": rows}


Refuse: TypeAlias = Callable[[int, str], DataError]


def file_part(part: Columns, source: Source, place: Place, done: Imported, prefer_new: bool, refuse: Refuse) -> None:
    """Join a part's rows to those of its series, and put what is new of each period aside.

    `refuse(row, reason)` makes the error for a row of the part that contradicts the store.
    """
    key = series_of(part)
    for period, first, piece in _pieces(part):
        name = key.partition(period)
        there = next((path for path in (place.aside / name, place.root / name) if path.exists()), None)
        sources: tuple[Source, ...] = (source,)
        joined = Joined(piece, added=len(piece))
        if there is not None:
            old, label = read_partition(there)
            found = _joined(old, piece, prefer_new)
            if isinstance(found, Conflict):
                told = f"{found.reason}; --prefer new takes the new one, nothing was changed"
                raise refuse(first + found.row, told)
            joined = found
            if joined.columns is not None and len(joined.columns) > len(piece):
                sources = _sources(label.sources, source, changed=joined.replaced > 0)
        done.count(key, joined)
        if joined.columns is not None:
            write_partition(place.aside / name, joined.columns, sources)


def _pieces(part: Columns) -> Iterator[tuple[str, int, Columns]]:
    """A part by the store's periods, each with the number of its first row: bars by years, ticks by days."""
    calendar = calendar_for(part.instrument.venue)
    is_bars = isinstance(part, BarColumns)
    times = part.open_at if isinstance(part, BarColumns) else part.place
    periods, traded = (_periods(days, is_bars) for days in (day_numbers(times, calendar), part.days))
    for period in np.unique(periods).tolist():
        where = np.flatnonzero(periods == period)  # without a hole: times and places ascend
        rows = slice(int(where[0]), int(where[-1]) + 1)
        yield period, rows.start, rows_of(part, rows, part.days[traded == period])


def _periods(days: DayNumbers, is_bars: bool) -> npt.NDArray[np.str_]:
    """The year, or the date, of each day."""
    length = len("2021") if is_bars else len("2021-04-28")
    unique, which = np.unique(days, return_inverse=True)
    names = [date.fromordinal(_EPOCH_ORDINAL + day).isoformat()[:length] for day in unique.tolist()]
    return np.array(names, dtype=np.str_)[which]


def _joined(old: Columns, new: Columns, prefer_new: bool) -> Joined | Conflict:
    if isinstance(old, BarColumns) and isinstance(new, BarColumns):
        return join_bars(old, new, prefer_new)
    assert isinstance(old, TickColumns)
    assert isinstance(new, TickColumns)
    return join_ticks(old, new, prefer_new)


def _sources(before: tuple[Source, ...], source: Source, changed: bool) -> tuple[Source, ...]:
    """What the joined rows come from. Where some gave way, which file came later matters, and is part of the digest."""
    if changed:
        said = "".join(other.digest for other in before)
        source = Source(source.name, sha256(f"{source.digest} over {said}".encode()).hexdigest())
    return tuple(sorted({*before, source}))
