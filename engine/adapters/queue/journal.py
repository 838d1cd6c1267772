"""The durable way out on this machine: an Outbox kept in one SQLite file. Fed by dispatch; read by the relay.

`put` only queues (writer.py has the thread that writes), so no caller ever waits for the disk. Reading goes through a
second connection, which sees what is durable. `encode` and `decode` are outbox/codec's, handed in by bootstrap.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from engine.adapters.queue import changes, schema
from engine.adapters.queue.again import Again
from engine.adapters.queue.file_lock import FileLock
from engine.adapters.queue.opening import open_journal
from engine.adapters.queue.rows import is_history
from engine.adapters.queue.writer import Afterwards, Writer
from engine.domain.effects import PublishRecord
from engine.domain.errors import JournalFailed, PermanentFailure
from engine.domain.records import BotForgotten, DeadLetterGone, PositionFlat, Record, SetAside, slot_of, told_of
from engine.ports import Clock, Pending, QueueStatus

HISTORY_MAX = 500_000
QUEUED_BATCHES_MAX = 100_000  # a disk that hangs this long has failed
_SETTLE_S = 30.0
_LETTER_S = 3.0  # asked for on the thread that hears of halts, which wait meanwhile
_DIGEST_BYTES = 16
_log = logging.getLogger(__name__)


class FileJournal:
    """See ports.Outbox and outbox/journal.Journal. One process holds it, from birth to `close`."""

    def __init__(
        self,
        path: Path,
        encode: Callable[[Record], bytes],
        decode: Callable[[bytes], Record],
        clock: Clock,
        *,
        on_durable: Callable[[], None] = lambda: None,
        history_max: int = HISTORY_MAX,
        queued_max: int = QUEUED_BATCHES_MAX,
    ) -> None:
        """Open or create the journal. Raises JournalFailed when another process holds it or the file is no journal.

        A damaged one is replaced by what is whole of it, see `salvaged`. `cut_bytes` is what was left out of a last
        write that had been cut short, and so never acknowledged. `on_durable` is called on the writer's thread whenever
        records have reached the disk. `history_max` bounds the rows that nothing goes on from, `queued_max` the batches
        that wait for the disk; of the rows only delivered ones are dropped, oldest first.
        """
        self.path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._encode = encode
        self._decode = decode
        self._clock = clock
        self._reading = Lock()
        self._closed = False
        self._delivered = 0
        self.buried = 0
        self._queued_max = queued_max
        self._on_durable = on_durable
        self._store = (0, "healthy", 0, 0.0)
        try:
            opened = open_journal(path, decode, self._lock.noted_row, self._now())
            self._connection, self._reader, self.journal_id = opened.writer, opened.reader, opened.journal_id
            self.salvaged = opened.salvage
            self.cut_bytes = opened.cut_bytes
            self._lock.note(self.last_row)
            self._writer = Writer(path, self._connection, encode, self._now, self._durable, history_max)
            self._again = Again(self._writer, self._read)
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
        if self._writer.waiting >= self._queued_max:
            why = self._writer.detail or "the disk does not answer"
            raise JournalFailed(f"{self.path}: {self._queued_max} batches wait, and no more are taken: {why}")
        self._writer.queue.put(tuple(batch))

    def flush(self, timeout_s: float) -> bool:
        """See ports.Outbox. Raises JournalFailed when what was put can't be written."""
        return self._writer.barrier(timeout_s)

    @property
    def last_sequence(self) -> int:
        """See ports.Outbox."""
        return self._writer.last_sequence

    @property
    def last_row(self) -> int:
        """See outbox/journal.Journal."""
        ((row,),) = self._read(schema.LAST_ROW)
        return int(row)

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
        return [record for record in newest.values() if not isinstance(told_of(record), gone)]

    def status(self) -> QueueStatus:
        """See ports.Outbox."""
        ((depth,),) = self._read(schema.DEPTH)
        oldest = self._read(schema.OLDEST)
        ((dead,),) = self._read(schema.DEAD_LETTERS)
        age_s = max(0.0, self._now() - oldest[0][0]) if oldest else 0.0
        written = (self._writer.state, self._writer.detail)
        return QueueStatus(depth + len(self._again), age_s, dead, self._delivered, *self._store, *written)

    def pending(
        self, after_row: int, limit: int, byte_limit: int, *, of: tuple[str, str] | None = None
    ) -> Sequence[Pending]:
        """See outbox/journal.Journal. A record that can't be read becomes a dead letter and is left out."""
        while True:
            found = self._again.take(after_row, limit, of)
            batch: list[Pending] = []
            size = 0
            for row, sequence, payload in found:
                size += len(payload)
                if batch and size > byte_limit:
                    break
                try:
                    record = self._decode(payload)
                    digest = b"" if record.fact else blake2b(payload, digest_size=_DIGEST_BYTES).digest()
                    batch.append(Pending(row, sequence, record, len(payload), digest))
                except PermanentFailure as error:
                    _log.error("row %s of %s becomes a dead letter: %s", row, self.path, error)
                    self.bury(row, str(error), 0)
                after_row = row
            if batch or not found:
                return batch

    def mark_delivered(self, rows: Sequence[int]) -> None:
        """See outbox/journal.Journal."""
        self._delivered += len(rows)
        self._again.settled(rows)
        self._writer.queue.put(partial(changes.mark_delivered, rows))

    def bury(self, row: int, error: str, attempts: int) -> None:
        """See outbox/journal.Journal."""
        self.buried += 1
        self._again.settled((row,))
        self._writer.queue.put(partial(changes.bury, row, error, attempts, self._now()))

    def requeue_after(self, delivered_sequence: int) -> int:
        """Send again whatever the store may lack: every kept record with a higher sequence. Returns how many.

        For the start, with the lease's `delivered_sequence`: a store that was put back to an earlier state has an
        earlier lease. On a full disk they wait in memory: what has been decided still reaches the screens.
        """
        found = self._again.begin(delivered_sequence, _SETTLE_S)
        if found is None:
            raise self._silent(_SETTLE_S)
        return found

    def merge(self, records: Iterable[Record], sequence: int, delivered_sequence: int) -> None:
        """See ports.Outbox."""
        states = [
            (record.collection, record.document_id, slot_of(record), self._encode(record))
            for record in records
            if not record.fact and not is_history(record)
        ]
        self._settled(partial(changes.merge, states, sequence, delivered_sequence, self._now()))
        self._writer.last_sequence = max(self._writer.last_sequence, sequence, delivered_sequence)

    def made_whole(self) -> None:
        """See ports.Outbox."""
        if self.salvaged is not None:
            self.salvaged = None
            self._writer.queue.put(Afterwards(changes.forget_salvage))

    def dead(self) -> Sequence[SetAside]:
        """See runtime/dead_letters.LetterJournal."""
        return [
            SetAside(row, collection, document_id, slot, bool(fact), error, attempts, int(first_at * 1_000_000), size)
            for row, collection, document_id, slot, fact, error, attempts, first_at, size in self._read(schema.DEAD)
        ]

    def send_again(self, row: int) -> bool:
        """See runtime/dead_letters.LetterJournal. Waits for the disk."""
        return self._settled(partial(changes.send_again, row, self._now()), _LETTER_S) > 0

    def discard(self, row: int) -> None:
        """See runtime/dead_letters.LetterJournal. Waits for the disk."""
        self._settled(partial(changes.discard, row), _LETTER_S)

    def _settled(self, change: Callable[[list[int], sqlite3.Connection], None], within_s: float = _SETTLE_S) -> int:
        """Have the writer make a change, and wait until it is on disk; the number of rows it says it changed. One that
        is not there in time, or on a full disk, is not taken back: it is made once the disk takes it.
        """
        changed: list[int] = []
        self._writer.queue.put(Afterwards(partial(change, changed)))
        if not self._writer.barrier(within_s, unless_full=True):
            raise self._silent(within_s)
        return changed[0]

    def _silent(self, within_s: float) -> JournalFailed:
        return JournalFailed(self._writer.detail or f"{self.path}: the disk did not answer within {within_s:.0f} s")

    def note_store(self, attempts: int, state: str, parked: int = 0, delivered_per_s: float = 0.0) -> None:
        """See outbox/journal.Journal."""
        self._store = (attempts, state, parked, delivered_per_s)

    def close(self) -> None:
        """Write what is queued, end the thread, let go of the file. A second call does nothing."""
        if not self._closed:
            self._closed = True
            self._writer.barrier(_SETTLE_S, stops=True)
            self._reader.close()
            self._connection.close()
            self._lock.release()

    def _durable(self, last_row: int) -> None:
        self._lock.note(last_row)
        self._on_durable()

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _read(self, statement: str, arguments: tuple[int | str, ...] = ()) -> list[Any]:
        with self._reading:
            try:
                return self._reader.execute(statement, arguments).fetchall()
            except sqlite3.Error as error:
                raise JournalFailed(f"{self.path} can't be read: {error}") from error
