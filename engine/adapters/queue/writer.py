"""The journal's writer: one thread that owns the file for writing. Fed through a queue by any thread; wakes the relay.

Natural group commit: it takes whatever queued while its last commit ran, and commits that in one transaction. No timer:
a lone record is durable in one disk flush, a burst shares one. The thread lives here and not in runtime because SQLite
and the disk are this adapter's: whoever else waits on a disk flush, waits here.

A full disk is waited out: what did not fit stays in memory, in its order, and is tried again every second, in smaller
portions, after delivered history has been dropped. Any other failure is for good: a disk that failed once to flush
may have dropped what it was given, and a second try would say nothing about that.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeAlias

from engine.adapters.queue import schema
from engine.adapters.queue.changes import supersede
from engine.adapters.queue.room import drop_delivered_history, is_full
from engine.adapters.queue.rows import rows_of
from engine.domain.effects import PublishRecord
from engine.domain.errors import JournalFailed
from engine.domain.records import Record

GROUP_RECORDS_MAX = 20_000
RETRY_S = 1.0
ALL = 2**63 - 1
_log = logging.getLogger(__name__)

Batch: TypeAlias = tuple[PublishRecord, ...]
Change: TypeAlias = Callable[[sqlite3.Connection], None]
Item: TypeAlias = "Batch | Change | Afterwards | Barrier"


@dataclass(slots=True)
class Afterwards:
    """A change of what was put before it; the others are of rows that were durable when they were asked for."""

    change: Change


@dataclass(slots=True)
class Barrier:
    """Reached once all before it is on disk; with `unless_full` where there is no room too, `written` not set then."""

    reached: threading.Event
    stops: bool = False  # the thread ends there
    unless_full: bool = False
    written: bool = True


class Writer:
    """`now` is wall time in seconds; `on_durable(row)` is called on this thread after every commit that held records,
    with the highest row on disk.

    `state` is `writing`, `full` or `failed`, `detail` says why. Above the sequence `droppable_up_to` none is dropped.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        encode: Callable[[Record], bytes],
        now: Callable[[], float],
        on_durable: Callable[[int], None],
        history_max: int,
    ) -> None:
        self._path = path
        self._connection = connection
        self._encode = encode
        self._now = now
        self._on_durable = on_durable
        self._history_max = history_max
        self._prune_every = max(1, history_max // 20)
        self._since_prune = 0
        self.last_sequence: int = connection.execute(schema.LAST_SEQUENCE).fetchone()[0]
        self.failure: JournalFailed | None = None
        self.state, self.detail = "writing", ""
        self.droppable_up_to = ALL
        self.queue: SimpleQueue[Item] = SimpleQueue()
        self._batches: deque[Batch] = deque()
        self._changes: list[Change] = []
        self._afterwards: list[Change] = []
        self._barriers: list[Barrier] = []
        self._portion_max = GROUP_RECORDS_MAX
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Batches that are not on disk yet, about."""
        return self.queue.qsize() + len(self._batches)

    def barrier(self, timeout_s: float, *, stops: bool = False, unless_full: bool = False) -> bool:
        """Wait until everything queued is on disk, or with `unless_full` cannot be. Raises JournalFailed."""
        mark = Barrier(threading.Event(), stops, unless_full)
        self.queue.put(mark)
        if stops:
            self._stopping.set()
        reached = mark.reached.wait(timeout_s)
        if self.failure is not None and not stops:
            raise self.failure
        if stops:
            self._thread.join(timeout_s)
        return reached and (stops or mark.written)

    def _run(self) -> None:
        while True:
            if self.state == "full":
                self._stopping.wait(RETRY_S)
                self._take_in(bounded=False)
            else:
                self._take_in(first=self.queue.get())
            if self.failure is None:
                try:
                    self._write()
                except Exception as error:  # noqa: BLE001  a journal that can't write must say so, whatever the cause
                    self._fail(error)
            stops = any(barrier.stops for barrier in self._barriers)
            for barrier in [each for each in self._barriers if stops or self.state != "full" or each.unless_full]:
                barrier.written = self.state != "full"
                barrier.reached.set()
                self._barriers.remove(barrier)
            if stops:
                if self.state == "full":
                    _log.error("%s: closed with %s batches that never fitted on the disk", self._path, self.waiting)
                return

    def _take_in(self, *, first: Item | None = None, bounded: bool = True) -> None:
        """What queued since the last commit, up to a bound; a stop is the last thing taken."""
        records = 0
        item = first
        while True:
            if isinstance(item, tuple):
                self._batches.append(item)
                records += len(item)
            elif isinstance(item, Barrier):
                self._barriers.append(item)
                if item.stops:
                    return
            elif isinstance(item, Afterwards):
                self._afterwards.append(item.change)
            elif item is not None:
                self._changes.append(item)
            if bounded and records >= GROUP_RECORDS_MAX:
                return
            try:
                item = self.queue.get_nowait()
            except Empty:
                return

    def _write(self) -> None:
        """Commit all that was taken in; where there is no room for it, note that and keep the rest."""
        while self._batches or self._changes or self._afterwards:
            if not self._batches and not self._changes:
                self._changes, self._afterwards = self._afterwards, []
            portion = self._portion()
            try:
                self._commit(portion, self._changes)
            except sqlite3.Error as error:
                if not is_full(error, self._path):
                    raise
                self._portion_max = max(1, sum(len(batch) for batch in portion) // 2)
                if not self._made_room():
                    self._note_full(error)
                    return
        if self.state == "full":
            _log.warning("%s: there is room on the disk again, and all that had waited is written", self._path)
        self.state, self.detail, self._portion_max = "writing", "", GROUP_RECORDS_MAX

    def _portion(self) -> list[Batch]:
        """The first batches that wait, as many as fit the bound, one at least."""
        portion: list[Batch] = []
        records = 0
        for batch in self._batches:
            records += len(batch)
            if portion and records > self._portion_max:
                break
            portion.append(batch)
        return portion

    def _commit(self, portion: Sequence[Batch], changes: Sequence[Change]) -> None:
        """Write it whole or not at all; what is written waits no more."""
        rows, keys, last_sequence = rows_of(portion, self.last_sequence, self._now(), self._encode)
        with self._connection:  # commits, or rolls all of it back
            self._connection.execute("BEGIN IMMEDIATE")
            for change in changes:  # they are of rows that were durable before: a letter is set aside, then superseded
                change(self._connection)
            supersede(keys, self._connection)
            self._connection.executemany(schema.ADD, rows)
            self._prune(rows)
        self.last_sequence = last_sequence
        self._changes.clear()
        for _ in portion:
            self._batches.popleft()
        if portion:
            self._on_durable(self._connection.execute(schema.LAST_ROW).fetchone()[0])

    def _made_room(self) -> bool:
        """Whether delivered history could be dropped. What waits is marked first: more of it is history then."""
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                for change in self._changes:
                    change(self._connection)
                dropped = drop_delivered_history(self._connection, self.droppable_up_to)
            self._changes.clear()
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            if not is_full(error, self._path):
                raise
            return False
        return dropped > 0

    def _prune(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._since_prune += len(rows)
        if self._since_prune < self._prune_every:
            return
        self._since_prune = 0
        ((history,),) = self._connection.execute(schema.COUNT_HISTORY)
        if history > self._history_max:
            self._connection.execute(schema.DROP_OLDEST, (self.droppable_up_to, history - self._history_max))

    def _note_full(self, error: sqlite3.Error) -> None:
        waiting = f"{self.waiting} {'batch waits' if self.waiting == 1 else 'batches wait'}"
        self.detail = (
            f"The disk with {self._path} is full ({error}): {waiting} in memory, tried again every second. "
            "Nothing that was written before is lost. Free some space there"
        )
        if self.state != "full":
            _log.error("%s", self.detail)
        self.state = "full"

    def _fail(self, error: Exception) -> None:
        self.detail = f"the journal can't be written any more: {error}"
        self.state, self.failure = "failed", JournalFailed(self.detail)
        _log.error("%s: %s", self._path, self.detail)
        try:
            self._connection.rollback()
        except sqlite3.Error:
            return  # what was open is rolled back when the file is opened next
