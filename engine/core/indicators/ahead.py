"""What a set of indicators says after each bar of a stretch taken ahead of the clock. Made and asked by kept.py.

A driver that knows the bars beforehand lets the set take them all at once. When the engine's own clock comes to one of
them, the set's values stand where they stood at that bar.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from engine.core.indicators.stretch import Column
from engine.domain.instant import Instant


class Ahead:
    """Columns by key, a value a bar; `close_at` ascending."""

    __slots__ = ("_close_at", "_items", "columns")

    def __init__(self, close_at: list[Instant], columns: Mapping[tuple[str, *tuple[int | float, ...]], Column]) -> None:
        self._close_at = close_at
        self.columns = columns
        self._items = [(key, column.item) for key, column in columns.items()]

    def stand(self, close_at: Instant, values: dict[tuple[str, *tuple[int | float, ...]], float | None]) -> bool:
        """Make the values those at the bar that closed then; False where it is none of these bars."""
        times = self._close_at
        if not times[0] <= close_at <= times[-1]:
            return False
        row = bisect_left(times, close_at)
        if times[row] != close_at:
            return False
        for key, item in self._items:
            value = item(row)
            values[key] = value if value == value else None
        return True
