"""What a start sends again, on a full disk too. Asked by journal.py for the start and for the relay.

Delivered rows behind the lease's mark wait again: a store that was put back lacks them. The file says so from then on;
where the disk has no room for that, they wait in memory for this life, and until they are through the writer drops none
of them to make room. Nothing is lost by that: the next start finds the same rows by the same mark.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from itertools import islice
from threading import Event
from typing import Any

from engine.adapters.queue import changes, schema
from engine.adapters.queue.writer import ALL, Afterwards, Writer

Read = Callable[..., list[Any]]


class Again:
    """`read` is the journal's way to its file. As long as it says how many rows, some wait in memory."""

    def __init__(self, writer: Writer, read: Read) -> None:
        self._writer = writer
        self._read = read
        self._rows: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def begin(self, delivered_sequence: int, within_s: float) -> int | None:
        """Have every delivered row with a higher sequence wait again; how many. None where the disk does not answer.

        Raises JournalFailed for a disk that fails.
        """
        changed: list[int] = []
        given_up = Event()

        def change(connection: sqlite3.Connection) -> None:
            if not given_up.is_set():
                changes.requeue(delivered_sequence, changed, connection)

        self._writer.droppable_up_to = delivered_sequence
        self._writer.queue.put(Afterwards(change))
        if self._writer.barrier(within_s, unless_full=True):
            self._writer.droppable_up_to = ALL
            return changed[0]
        if self._writer.state != "full":
            return None
        given_up.set()  # noted later, when the relay is past them, they would wait for good
        self._rows = dict.fromkeys(row for (row,) in self._read(schema.DELIVERED_AFTER, (delivered_sequence,)))
        self.settled(())
        return len(self._rows)

    def settled(self, rows: Iterable[int]) -> None:
        """The relay is done with these."""
        for row in rows:
            self._rows.pop(row, None)
        if not self._rows:
            self._writer.droppable_up_to = ALL

    def take(self, after_row: int, limit: int, of: tuple[str, str] | None) -> list[Any]:
        """What waits behind a row, or of it what is `of` a document; these rows are among it."""
        document = () if of is None else of
        if not self._rows:
            return self._read(schema.TAKE if of is None else schema.TAKE_OF, (*document, after_row, limit))
        behind = (row for row in self._rows if row > after_row)
        own = json.dumps(list(behind if of else islice(behind, limit)))
        taken = schema.TAKE_AGAIN if of is None else schema.TAKE_AGAIN_OF
        return self._read(taken, (own, *document, after_row, limit))
