"""The durable way out on this machine: an Outbox kept in one SQLite file. Fed by dispatch; read by the relay.

`put` only queues (writer.py has the thread that writes), so no caller ever waits for the disk. Reading goes through a
second connection, which sees what is durable. `encode` and `decode` are outbox/codec's, handed in by bootstrap.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from engine.adapters.queue import opening, schema
from engine.adapters.queue.file_lock import FileLock
from engine.adapters.queue.writer import Writer
from engine.domain.effects import PublishRecord
from engine.domain.errors import JournalFailed, PermanentFailure
from engine.domain.records import BotForgotten, DeadLetterGone, PositionFlat, Record, SetAside
from engine.ports import Clock, Pending, QueueStatus

HISTORY_MAX = 500_000
QUEUED_BATCHES_MAX = 100_000  # a disk that hangs this long has failed
_SETTLE_S = 30.0
_log = logging.getLogger(__name__)


class FileJournal:
    """See ports.Outbox and outbox/relay.Journal. One process holds it, from birth to `close`."""

    def __init__(
        self,
        path: Path,
        encode: Callable[[Record], bytes],
        decode: Callable[[bytes], Record],
        clock: Clock,
        *,
        on_durable: Callable[[], None] = lambda: None,
        history_max: int = HISTORY_MAX,
    ) -> None:
        """Open or create the journal. Raises JournalFailed when another process holds it or the file is no journal.

        `on_durable` is called on the writer's thread whenever records have reached the disk. `history_max` bounds the
        rows that nothing goes on from; only delivered ones are dropped, oldest first.
        """
        self.path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._decode = decode
        self._clock = clock
        self._reading = Lock()
        self._closed = False
        self._delivered = 0
        self._store = (0, "healthy")
        try:
            connection, self._reader, self.journal_id = opening.open_journal(path)
            self._connection = connection
            self._writer = Writer(connection, encode, lambda: clock.now().timestamp(), on_durable, history_max)
        except BaseException:
            self._lock.release()
            raise

    @property
    def name(self) -> str:
        """What a lease calls this journal: its path, and its own id, which no other file has."""
        return f"{self.path}#{self.journal_id}"

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """See ports.Outbox. A batch is durable whole or not at all."""
        if self._writer.failure is not None:
            raise self._writer.failure
        if self._writer.queue.qsize() > QUEUED_BATCHES_MAX:
            raise JournalFailed(f"{self.path}: {QUEUED_BATCHES_MAX} batches wait for a disk that does not answer")
        self._writer.queue.put(tuple(batch))

    def flush(self, timeout_s: float) -> bool:
        """See ports.Outbox. Raises JournalFailed when what was put can't be written."""
        return self._writer.barrier(timeout_s)

    @property
    def last_sequence(self) -> int:
        """See ports.Outbox."""
        return self._writer.last_sequence

    def newest_states(self) -> Iterable[Record]:
        """See ports.Outbox. Finished orders and commands are history and left out.

        Raises JournalFailed for a state that can't be read: going on without it would forget a position.
        """
        newest: dict[tuple[str, str, str], Record] = {}
        for row, collection, document_id, slot, payload in self._read(schema.NEWEST_STATES):
            try:
                newest[collection, document_id, slot] = self._decode(payload)
            except PermanentFailure as error:
                raise JournalFailed(f"{self.path}, row {row}, {collection}/{document_id}: {error}") from error
        gone = (PositionFlat, BotForgotten, DeadLetterGone)
        return [record for record in newest.values() if not isinstance(record, gone)]

    def status(self) -> QueueStatus:
        """See ports.Outbox."""
        ((depth,),) = self._read(schema.DEPTH)
        oldest = self._read(schema.OLDEST)
        ((dead,),) = self._read(schema.DEAD_LETTERS)
        age_s = max(0.0, self._clock.now().timestamp() - oldest[0][0]) if oldest else 0.0
        attempts, state = self._store
        return QueueStatus(depth, age_s, dead, self._delivered, attempts, state)

    def pending(self, after_row: int, limit: int, byte_limit: int) -> Sequence[Pending]:
        """See outbox/relay.Journal. A record that can't be read becomes a dead letter and is left out."""
        while True:
            found = self._read(schema.TAKE, (after_row, limit))
            batch: list[Pending] = []
            size = 0
            for row, sequence, payload in found:
                size += len(payload)
                if batch and size > byte_limit:
                    break
                try:
                    batch.append(Pending(row, sequence, self._decode(payload), len(payload)))
                except PermanentFailure as error:
                    _log.error("row %s of %s becomes a dead letter: %s", row, self.path, error)
                    self.bury(row, str(error), 0)
                after_row = row
            if batch or not found:
                return batch

    def mark_delivered(self, rows: Sequence[int]) -> None:
        """See outbox/relay.Journal."""
        self._delivered += len(rows)
        self._writer.queue.put(partial(_mark_delivered, rows))

    def bury(self, row: int, error: str, attempts: int) -> None:
        """See outbox/relay.Journal."""
        self._writer.queue.put(partial(_bury, row, error, attempts, self._clock.now().timestamp()))

    def requeue_after(self, delivered_sequence: int) -> int:
        """Send again whatever the store may lack: every kept record with a higher sequence. Returns how many.

        For the start, with the lease's `delivered_sequence`: a store that was put back to an earlier state has an
        earlier lease.
        """
        return self._settled(partial(_requeue, delivered_sequence))

    def dead(self) -> Sequence[SetAside]:
        """See runtime/dead_letters.LetterJournal."""
        return [
            SetAside(row, collection, document_id, slot, bool(fact), error, attempts, int(first_at * 1_000_000), size)
            for row, collection, document_id, slot, fact, error, attempts, first_at, size in self._read(schema.DEAD)
        ]

    def send_again(self, row: int) -> bool:
        """See runtime/dead_letters.LetterJournal. Waits for the disk."""
        return self._settled(partial(_send_again, row, self._clock.now().timestamp())) > 0

    def discard(self, row: int) -> None:
        """See runtime/dead_letters.LetterJournal. Waits for the disk."""
        self._settled(partial(_discard, row))

    def _settled(self, change: Callable[[list[int], sqlite3.Connection], None]) -> int:
        """Have the writer make a change, and wait until it is on disk; the number of rows it says it changed."""
        changed: list[int] = []
        self._writer.queue.put(partial(change, changed))
        if not self._writer.barrier(_SETTLE_S):
            raise JournalFailed(f"{self.path}: the disk did not answer within {_SETTLE_S:.0f} s")
        return changed[0]

    def note_store(self, attempts: int, state: str) -> None:
        """See outbox/relay.Journal."""
        self._store = (attempts, state)

    def close(self) -> None:
        """Write what is queued, end the thread, let go of the file. A second call does nothing."""
        if not self._closed:
            self._closed = True
            self._writer.barrier(_SETTLE_S, stops=True)
            self._reader.close()
            self._connection.close()
            self._lock.release()

    def _read(self, statement: str, arguments: tuple[int, ...] = ()) -> list[Any]:
        with self._reading:
            try:
                return self._reader.execute(statement, arguments).fetchall()
            except sqlite3.Error as error:
                raise JournalFailed(f"{self.path} can't be read: {error}") from error


def _mark_delivered(rows: Sequence[int], connection: sqlite3.Connection) -> None:
    connection.executemany(schema.MARK_DELIVERED, [(row,) for row in rows])


def _bury(row: int, error: str, attempts: int, at: float, connection: sqlite3.Connection) -> None:
    if connection.execute(schema.BURY, (row,)).rowcount:
        connection.execute(schema.FORGET_OLDER_DEAD, {"row": row})
        connection.execute(schema.ADD_LETTER, (row, error, attempts, at))
        connection.execute(schema.DROP_STRAY_LETTERS)


def _requeue(delivered_sequence: int, changed: list[int], connection: sqlite3.Connection) -> None:
    changed.append(connection.execute(schema.REQUEUE, (delivered_sequence,)).rowcount)


def _send_again(row: int, now: float, changed: list[int], connection: sqlite3.Connection) -> None:
    changed.append(connection.execute(schema.SEND_AGAIN, {"row": row, "now": now}).rowcount)
    connection.execute(schema.DROP_DEAD, {"row": row})
    connection.execute(schema.DROP_STRAY_LETTERS)


def _discard(row: int, changed: list[int], connection: sqlite3.Connection) -> None:
    dropped = connection.execute(schema.DROP_DEAD_FACT_OR_FOLLOWED, {"row": row}).rowcount
    changed.append(dropped + connection.execute(schema.KEEP_UNSENT, {"row": row}).rowcount)
    connection.execute(schema.DROP_STRAY_LETTERS)
