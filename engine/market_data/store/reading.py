"""Partitions of a store as parts of market data, by what is wanted of them. Fed by partition; feeds readers."""

from __future__ import annotations

from pathlib import Path

from engine.market_data.calendar import calendar_for
from engine.market_data.columns import BarColumns, day_numbers, rows_of
from engine.market_data.parts import Wanted
from engine.market_data.store.partition import Columns, read_label, read_partition


def stored_part(path: Path, wanted: Wanted, seen: dict[str, None]) -> Columns | None:
    """A partition's wanted rows; None where it has none. Its symbol joins those that were `seen`.

    Rows of a partition that nobody wants are not read.
    """
    symbol = read_label(path).key.symbol
    seen[symbol] = None
    if wanted.symbols is not None and symbol not in wanted.symbols:
        return None
    part, _ = read_partition(path)
    times = part.open_at if isinstance(part, BarColumns) else part.place
    kept = wanted.days_mask(day_numbers(times, calendar_for(part.instrument.venue)))
    if kept.all():
        return part
    return rows_of(part, kept, part.days[wanted.days_mask(part.days)]) if kept.any() else None
