"""The journal's writer: one thread that owns the file for writing. Fed through a queue by any thread; wakes the relay.

Natural group commit: it takes whatever queued while its last commit ran, and commits that in one transaction. No timer:
a lone record is durable in one disk flush, a burst shares one. The thread lives here and not in runtime because SQLite
and the disk are this adapter's: whoever else waits on a disk flush, waits here.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeAlias

from engine.adapters.queue import schema
from engine.domain.effects import PublishRecord
from engine.domain.errors import JournalFailed
from engine.domain.order import OrderState
from engine.domain.records import CommandResult, DeadLetterGone, OrderRecord, Record, slot_of

GROUP_RECORDS_MAX = 20_000
_FINISHED = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.REFUSED}
)

Batch: TypeAlias = tuple[PublishRecord, ...]
Change: TypeAlias = Callable[[sqlite3.Connection], None]
Item: TypeAlias = "Batch | Change | Barrier"


@dataclass(slots=True)
class Barrier:
    """Reached once everything queued before it is on disk; `stops` ends the thread there."""

    reached: threading.Event
    stops: bool = False


class Writer:
    """`now` is wall time in seconds; `on_durable` is called on this thread after every commit that held records."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        encode: Callable[[Record], bytes],
        now: Callable[[], float],
        on_durable: Callable[[], None],
        history_max: int,
    ) -> None:
        self._connection = connection
        self._encode = encode
        self._now = now
        self._on_durable = on_durable
        self._history_max = history_max
        self._prune_every = max(1, history_max // 20)
        self._since_prune = 0
        last = connection.execute(schema.LAST_SEQUENCE).fetchone()
        self.last_sequence: int = 0 if last is None else last[0]
        self.failure: JournalFailed | None = None
        self.queue: SimpleQueue[Item] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def barrier(self, timeout_s: float, *, stops: bool = False) -> bool:
        """Wait until everything queued so far is on disk. Raises JournalFailed when it can't be."""
        mark = Barrier(threading.Event(), stops)
        self.queue.put(mark)
        reached = mark.reached.wait(timeout_s)
        if self.failure is not None and not stops:
            raise self.failure
        if stops:
            self._thread.join(timeout_s)
        return reached

    def _run(self) -> None:
        while True:
            batches, changes, barriers = self._gather(self.queue.get())
            if self.failure is None:
                try:
                    self._commit(batches, changes)
                except Exception as error:  # noqa: BLE001  a journal that can't write must say so, whatever the cause
                    self._fail(error)
                else:
                    if batches:
                        self._on_durable()
            for barrier in barriers:
                barrier.reached.set()
            if any(barrier.stops for barrier in barriers):
                return

    def _gather(self, first: Item) -> tuple[list[Batch], list[Change], list[Barrier]]:
        """What queued since the last commit, up to a bound; a stop is the last thing taken."""
        batches: list[Batch] = []
        changes: list[Change] = []
        barriers: list[Barrier] = []
        records = 0
        item = first
        while True:
            if isinstance(item, tuple):
                batches.append(item)
                records += len(item)
            elif isinstance(item, Barrier):
                barriers.append(item)
                if item.stops:
                    break
            else:
                changes.append(item)
            if records >= GROUP_RECORDS_MAX:
                break
            try:
                item = self.queue.get_nowait()
            except Empty:
                break
        return batches, changes, barriers

    def _commit(self, batches: Sequence[Batch], changes: Sequence[Change]) -> None:
        if not batches and not changes:
            return
        rows, keys, last_sequence = self._rows(batches)
        with self._connection:  # commits, or rolls all of it back
            self._connection.execute("BEGIN IMMEDIATE")
            for change in changes:  # they are of rows that were durable before: a letter is set aside, then superseded
                change(self._connection)
            self._connection.executemany(schema.SUPERSEDE, keys)
            self._connection.executemany(schema.ADD, rows)
            self._prune(rows)
        self.last_sequence = last_sequence

    def _rows(self, batches: Sequence[Batch]) -> tuple[list[tuple[object, ...]], list[tuple[str, str, str]], int]:
        """The rows to add, in order, each state once with its newest value; and the states that they supersede.

        Sequences never go back over rows: runtime's own records carry the engine's latest as they last saw it.
        """
        now = self._now()
        sequence = self.last_sequence
        kept: dict[object, tuple[object, ...]] = {}
        keys: list[tuple[str, str, str]] = []
        for batch in batches:
            for published in batch:
                record = published.record
                sequence = max(sequence, published.sequence)
                key = (record.collection, record.document_id, slot_of(record))
                place: object = len(kept) if record.fact else key
                if not record.fact:
                    keys.append(key)
                    kept.pop(place, None)  # the newest value takes its place at the end
                payload = self._encode(record)
                kept[place] = (sequence, *key, record.fact, _is_history(record), now, payload)
        return list(kept.values()), keys, sequence

    def _prune(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._since_prune += len(rows)
        if self._since_prune < self._prune_every:
            return
        self._since_prune = 0
        ((history,),) = self._connection.execute(schema.COUNT_HISTORY)
        if history > self._history_max:
            self._connection.execute(schema.DROP_OLDEST, (history - self._history_max,))

    def _fail(self, error: Exception) -> None:
        self.failure = JournalFailed(f"the journal can't be written any more: {error}")
        try:
            self._connection.rollback()
        except sqlite3.Error:
            return  # what was open is rolled back when the file is opened next


def _is_history(record: Record) -> bool:
    """Whether nothing goes on from it: facts, finished orders, commands, letters that are gone.

    History is kept up to a bound, oldest dropped first.
    """
    if isinstance(record, OrderRecord):
        return record.state in _FINISHED
    return record.fact or isinstance(record, (CommandResult, DeadLetterGone))
