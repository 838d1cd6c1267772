"""The new journal that a salvage fills: takes rows, one by one, and puts them in order. Fed by salvage.py.

What a record is, its own checksum says. Where it belongs comes out of the record itself, which the checksum covers; the
row's other columns are bounded, since nothing vouches for them.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from engine.adapters.queue import schema
from engine.adapters.queue.pages import Row, Value
from engine.adapters.queue.rows import is_history
from engine.domain.errors import Damaged, PermanentFailure
from engine.domain.records import Record, slot_of

_RECORD_COLUMNS, _LETTER_COLUMNS = 10, 4
_WAITING, _DEAD = 0, 2
_SEQUENCE_MAX = 2**62
_REASON_LOST = "why it was refused was lost with the damaged journal"


class Saving:
    """`lost` counts what was found and was not whole. `now`: wall time in seconds."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        decode: Callable[[bytes], Record],
        now: float,
    ) -> None:
        self._connection = connection
        self._decode = decode
        self._now = now
        self._letters: list[tuple[int, str, int, float]] = []
        self.kept = 0
        self.lost = 0

    def take(self, rows: Iterable[Row | None]) -> None:
        """Take what is whole of a page as it is now; None is a row that can't be read."""
        for row in rows:
            if row is None:
                self.lost += 1
            elif len(row.values) == _RECORD_COLUMNS:
                self.lost += not self._take_record(row, states=True)
            elif len(row.values) == _LETTER_COLUMNS:
                self._take_letter(row)

    def take_facts(self, rows: Iterable[Row | None]) -> None:
        """Take the facts of a page as it was before: one that was lost since may stand there."""
        for row in rows:
            if row is not None and len(row.values) == _RECORD_COLUMNS:
                self._take_record(row, states=False)

    def put_in_order(self) -> None:
        """At the end: of a state the newest alone, sequences that never go back, each dead record with a letter."""
        self._connection.execute(schema.DROP_SUPERSEDED)
        rows = self._connection.execute("SELECT row, sequence FROM records ORDER BY row").fetchall()
        in_order = non_decreasing([sequence for _, sequence in rows])
        changed = [(now, row) for (row, was), now in zip(rows, in_order, strict=True) if now != was]
        self._connection.executemany("UPDATE records SET sequence = ? WHERE row = ?", changed)
        self._connection.executemany(schema.ADD_LETTER, self._letters)
        self._connection.execute(schema.ADD_LOST_LETTERS, (_REASON_LOST, self._now))
        self._connection.execute(schema.DROP_STRAY_LETTERS)
        self.kept = len(rows)

    def _take_record(self, row: Row, *, states: bool) -> bool:
        """Whether the row holds a whole record; it is added, unless it is there or a state where none is wanted."""
        columns, payload = row.values[1:9], row.values[9]
        if not isinstance(payload, bytes):
            return False
        try:
            record = self._decode(payload)
        except Damaged:
            return False
        except PermanentFailure:  # whole, and of a version that this one can't read: kept as it is
            place, fact = columns[1:6], bool(columns[4])
        else:
            fact = record.fact
            place = (record.collection, record.document_id, slot_of(record), fact, is_history(record))
        if fact or states:
            values = (_bounded(columns[0]), *place, _state(columns[6]), self._queued_at(columns[7]), payload)
            self._add(row.rowid, values)
        return True

    def _add(self, number: int, values: tuple[Value, ...]) -> None:
        if number > 0 and self._connection.execute(schema.SAVE, (number, *values)).rowcount:
            return
        found = self._connection.execute("SELECT payload FROM records WHERE row = ?", (number,)).fetchone()
        if found is None or found[0] != values[-1]:  # its number was changed, into that of another
            self._connection.execute(schema.SAVE, (None, *values))

    def _take_letter(self, row: Row) -> None:
        _, error, attempts, at = row.values
        if isinstance(error, str) and isinstance(attempts, int) and isinstance(at, int | float):
            self._letters.append((row.rowid, error, attempts, float(at)))

    def _queued_at(self, value: Value) -> float:
        return float(value) if isinstance(value, int | float) and 0 < value < self._now else self._now


def _bounded(sequence: Value) -> int:
    return sequence if isinstance(sequence, int) and 0 <= sequence < _SEQUENCE_MAX else 0


def _state(value: Value) -> int:
    return value if isinstance(value, int) and _WAITING <= value <= _DEAD else _WAITING


def non_decreasing(values: Sequence[int]) -> list[int]:
    """The values with as few changed as can be for them never to go down: each changed one is the one before it.

    What stays is the longest non-decreasing subsequence, by patience sorting.
    """
    lowest: list[int] = []  # of the runs of each length, the lowest last value, and where that is
    ends: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        length = bisect_right(lowest, value)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [value]
        ends[length : length + 1] = [place]
    stays = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        stays.add(place)
        place = before[place]
    result: list[int] = []
    for place, value in enumerate(values):
        result.append(value if place in stays else (result[-1] if result else 0))
    return result
