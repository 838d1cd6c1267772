"""The journal in memory: the twin of adapters/queue, for tests and simulations. Fed by dispatch; read by the relay.

Everything is durable at once and nothing survives the object. It passes the contract tests that the journal on disk
passes (tests/contracts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine.domain.effects import PublishRecord
from engine.domain.errors import JournalFailed
from engine.domain.instant import instant_of
from engine.domain.order import OrderState
from engine.domain.records import (
    BotForgotten,
    CommandResult,
    DeadLetterGone,
    OrderRecord,
    PositionFlat,
    Record,
    SetAside,
    slot_of,
    told_of,
)
from engine.outbox.codec import digest_of, encode
from engine.ports import Clock, Pending, QueueStatus, Salvage

_WAITING, _DELIVERED, _DEAD = range(3)
_FINISHED = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.REFUSED}
)


@dataclass(slots=True)
class _Row:
    item: Pending
    queued_at: float
    state: int = _WAITING
    letter: tuple[str, int, int] = ("", 0, 0)  # of a dead one: error, attempts, when (wall time, Instant)


@dataclass(slots=True)
class MemoryJournal:
    """See ports.Outbox and outbox/journal.Journal. `failure`, when set, is what `put` raises from then on."""

    clock: Clock
    on_durable: Callable[[], None] = lambda: None
    failure: JournalFailed | None = None
    salvaged: Salvage | None = None
    buried: int = 0
    _rows: dict[int, _Row] = field(default_factory=dict)
    _keys: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _last_row: int = 0
    _last_sequence: int = 0
    _delivered: int = 0
    _store: tuple[int, str, int, float] = (0, "healthy", 0, 0.0)

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """See ports.Outbox."""
        if self.failure is not None:
            raise self.failure
        for published in batch:
            self._add(published)
        self.on_durable()

    def flush(self, timeout_s: float) -> bool:
        """See ports.Outbox; there is never anything to wait for."""
        if self.failure is not None:
            raise self.failure
        return True

    @property
    def last_sequence(self) -> int:
        """See ports.Outbox."""
        return self._last_sequence

    @property
    def last_row(self) -> int:
        """See outbox/journal.Journal."""
        return self._last_row

    def newest_states(self) -> Iterable[Record]:
        """See ports.Outbox. Finished orders and commands are history and left out."""
        return [
            record
            for record in (self._rows[row].item.record for row in sorted(self._keys.values()))
            if not isinstance(told_of(record), (PositionFlat, BotForgotten, DeadLetterGone)) and not _is_history(record)
        ]

    def merge(self, records: Iterable[Record], sequence: int, delivered_sequence: int) -> None:
        """See ports.Outbox."""
        dead = {_key(row.item.record) for row in self._rows.values() if row.state == _DEAD}
        for key, number in list(self._keys.items()):
            item = self._rows[number].item
            if key not in dead and item.sequence <= delivered_sequence and not _is_history(item.record):
                del self._rows[number], self._keys[key]
        for record in records:
            if not record.fact and not _is_history(record) and _key(record) not in self._keys:
                self._add(PublishRecord(delivered_sequence, record))
                row = self._rows[self._last_row]
                row.item, row.state = replace(row.item, sequence=delivered_sequence), _DELIVERED
        self._last_sequence = max(self._last_sequence, sequence, delivered_sequence)

    def made_whole(self) -> None:
        """See ports.Outbox."""
        self.salvaged = None

    def status(self) -> QueueStatus:
        """See ports.Outbox."""
        waiting = [row.queued_at for row in self._rows.values() if row.state == _WAITING]
        oldest = min(waiting, default=None)
        age_s = 0.0 if oldest is None else max(0.0, self.clock.now().timestamp() - oldest)
        dead = len([row for row in self._rows.values() if row.state == _DEAD])
        return QueueStatus(len(waiting), age_s, dead, self._delivered, *self._store)

    def pending(
        self, after_row: int, limit: int, byte_limit: int, *, of: tuple[str, str] | None = None
    ) -> Sequence[Pending]:
        """See outbox/journal.Journal."""
        batch: list[Pending] = []
        size = 0
        for row in range(after_row + 1, self._last_row + 1):
            kept = self._rows.get(row)
            if kept is None or kept.state != _WAITING:
                continue
            item = kept.item
            if of is not None and of != _key(item.record)[:2]:
                continue
            size += item.size_bytes
            if batch and (len(batch) >= limit or size > byte_limit):
                break
            batch.append(item)
        return batch

    def mark_delivered(self, rows: Sequence[int]) -> None:
        """See outbox/journal.Journal."""
        for row in rows:
            if row in self._rows and self._rows[row].state == _WAITING:
                self._rows[row].state = _DELIVERED
        self._delivered += len(rows)

    def bury(self, row: int, error: str, attempts: int) -> None:
        """See outbox/journal.Journal."""
        self.buried += 1
        if row not in self._rows:
            return
        self._rows[row].state = _DEAD
        self._rows[row].letter = (error, attempts, instant_of(self.clock.now()))
        key = _key(self._rows[row].item.record)
        for older in [number for number, other in self._rows.items() if number < row and other.state == _DEAD]:
            if not self._rows[older].item.record.fact and _key(self._rows[older].item.record) == key:
                del self._rows[older]  # a state that fails again is one dead letter

    def requeue_after(self, delivered_sequence: int) -> int:
        """See adapters/queue.FileJournal."""
        lost = [
            row for row in self._rows.values() if row.state == _DELIVERED and row.item.sequence > delivered_sequence
        ]
        for row in lost:
            row.state = _WAITING
        return len(lost)

    def dead(self) -> Sequence[SetAside]:
        """See runtime/dead_letters.LetterJournal."""
        return [
            SetAside(number, *_key(row.item.record), row.item.record.fact, *row.letter, row.item.size_bytes)
            for number, row in self._rows.items()
            if row.state == _DEAD
        ]

    def send_again(self, row: int) -> bool:
        """See runtime/dead_letters.LetterJournal."""
        if not self._is_dead(row):
            return False
        record = self._rows.pop(row).item.record
        if not record.fact and self._keys.get(_key(record), row) != row:
            return False
        self._add(PublishRecord(self._last_sequence, record))
        self.on_durable()
        return True

    def discard(self, row: int) -> None:
        """See runtime/dead_letters.LetterJournal."""
        if not self._is_dead(row):
            return
        record = self._rows[row].item.record
        if record.fact or self._keys[_key(record)] != row:
            del self._rows[row]
        else:
            self._rows[row].state = _DELIVERED

    def _is_dead(self, row: int) -> bool:
        return row in self._rows and self._rows[row].state == _DEAD

    def note_store(self, attempts: int, state: str, parked: int = 0, delivered_per_s: float = 0.0) -> None:
        """See outbox/journal.Journal."""
        self._store = (attempts, state, parked, delivered_per_s)

    def _add(self, published: PublishRecord) -> None:
        record = published.record
        self._last_row += 1
        self._last_sequence = max(self._last_sequence, published.sequence)
        frame = encode(record)
        digest = b"" if record.fact else digest_of(frame)
        item = Pending(self._last_row, self._last_sequence, record, len(frame), digest)
        if not record.fact:
            key = _key(record)
            older = self._keys.get(key)
            if older in self._rows and self._rows[older].state != _DEAD:
                del self._rows[older]
            self._keys[key] = self._last_row
        self._rows[self._last_row] = _Row(item, self.clock.now().timestamp())


def _is_history(record: Record) -> bool:
    """See adapters/queue/rows."""
    told = told_of(record)
    if isinstance(told, OrderRecord):
        return told.state in _FINISHED
    return record.fact or isinstance(record, (CommandResult, DeadLetterGone))


def _key(record: Record) -> tuple[str, str, str]:
    return record.collection, record.document_id, slot_of(record)
