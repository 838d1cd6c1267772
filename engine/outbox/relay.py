"""The relay: moves records from the journal to the store, one commit in flight. Driven by a thread of runtime.

    journal --pending--> backlog --batch--> store.commit --delivered--> journal

Theory of operation. `step` does one thing and says when to come again; all state is here, so a test is a list of steps.
What goes out next is the top of a stack of batches. A batch that the store can never take is halved until the record at
fault is alone; that one is set aside as a dead letter, and everything else goes on. Whether it is the record's fault is
asked of the store first: an empty commit must pass, and the record be refused again. A batch whose outcome is unknown
stays on top and is sent again as it is. There is no window: while one commit is under way the next batch grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from engine.domain.effects import PublishRecord
from engine.domain.errors import BackPressure, Fenced, JournalFailed, OperatingError, PermanentFailure
from engine.domain.instant import instant_of
from engine.domain.records import DeadLetterRecord
from engine.outbox.backlog import Backlog
from engine.outbox.backoff import Backoff
from engine.outbox.dead_letter import letter_for
from engine.outbox.last_written import LastWritten
from engine.outbox.store_health import StoreHealth
from engine.ports import Clock, Grant, Pending, RecordStore

BATCH_MAX = 200
BATCH_BYTES_MAX = 1_000_000
STATE_PACE_S = 1.0
LOOK_AGAIN_S = 1.0  # a stop is seen, and a lost wake-up made good, within this


class Journal(Protocol):
    """What the relay needs of a journal; adapters/queue has the one on disk, outbox/memory its twin."""

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """See ports.Outbox."""

    def pending(self, after_row: int, limit: int, byte_limit: int) -> Sequence[Pending]:
        """Undelivered records with a higher row, in the order of rows: as many as fit, one at least if there is one."""

    def mark_delivered(self, rows: Sequence[int]) -> None:
        """These are in the store. Never raises: what is not noted is sent again."""

    def bury(self, row: int, error: str, attempts: int) -> None:
        """Set a record aside as a dead letter. Never raises."""

    def note_store(self, attempts: int, state: str) -> None:
        """For the journal's status: commits tried so far, and how the store is doing."""


class Relay:
    """One account's. `pace_s` is the least time between two writes of one state document."""

    def __init__(
        self,
        journal: Journal,
        store: RecordStore,
        grant: Grant,
        clock: Clock,
        backoff: Backoff,
        *,
        pace_s: float = STATE_PACE_S,
    ) -> None:
        self._journal = journal
        self._store = store
        self._grant = grant
        self._clock = clock
        self._backoff = backoff
        self._backlog = Backlog(pace_s)
        self._health = StoreHealth()
        self._last_written = LastWritten()
        self._stack: list[list[Pending]] = []
        self._refusals: Counter[int] = Counter()
        self._taken_row = 0
        self._taken_sequence = grant.delivered_sequence
        self._not_before = 0.0
        self._ping_at = 0.0
        self._fenced: Fenced | None = None
        self.attempts = 0
        self.delivered = 0

    @property
    def store_state(self) -> str:
        """`healthy`, `degraded` or `down`."""
        return self._health.state

    def run(self, stop: Callable[[], bool], wait: Callable[[float], None]) -> None:
        """Step until `stop()`. `wait(seconds)` returns early when the journal has more. Raises Fenced for good."""
        while not stop():
            rest_s = self.step()
            if rest_s != 0.0:
                wait(LOOK_AGAIN_S if rest_s is None else min(rest_s, LOOK_AGAIN_S))

    def step(self) -> float | None:
        """Send one batch, or find that there is none. Seconds until the next step; None: when the journal has more.

        Raises Fenced once another epoch has the lease, and from then on.
        """
        if self._fenced is not None:
            raise self._fenced
        now = self._clock.monotonic()
        if now < self._not_before:
            return self._not_before - now
        if not self._stack:
            self._refusals.clear()
            self._take_up()
            batch = self._backlog.next_batch(now, BATCH_MAX, BATCH_BYTES_MAX)
            if not batch:
                return self._rest(now)
            batch = self._changed(batch)
            if not batch:
                return 0.0
            self._stack.append(batch)
        return self._send(self._stack[-1])

    def _changed(self, batch: list[Pending]) -> list[Pending]:
        """Without the states that the store holds as they are: those count as delivered, and cost no write."""
        unchanged = {item.row for item in batch if self._last_written.is_unchanged(item)}
        if not unchanged:
            return batch
        self._journal.mark_delivered(sorted(unchanged))
        return [item for item in batch if item.row not in unchanged]

    def _take_up(self) -> None:
        while self._backlog.facts < BATCH_MAX:
            items = self._journal.pending(self._taken_row, BATCH_MAX, BATCH_BYTES_MAX)
            if not items:
                return
            self._taken_row = items[-1].row
            self._taken_sequence = max(self._taken_sequence, items[-1].sequence)
            self._backlog.take_up(items)

    def _rest(self, now: float) -> float | None:
        """Nothing may go. An ailing store is asked how it is meanwhile, so that it need not wait for a record."""
        due_s = self._backlog.next_due_s(now)
        if self._health.state == "healthy":
            return due_s
        if now >= self._ping_at:
            self._ping_at = now + LOOK_AGAIN_S
            try:
                self._store.ping()
            except OperatingError as error:
                return self._failed(error)
            self._succeeded()
        until_ping_s = self._ping_at - now
        return until_ping_s if due_s is None else min(due_s, until_ping_s)

    def _send(self, batch: list[Pending]) -> float:
        try:
            self._commit(batch, self._delivered_once_in())
        except Fenced:
            raise
        except PermanentFailure:
            self._refusals.update(item.row for item in batch)
            return self._halve(batch) if len(batch) > 1 else self._doubt(batch[0])
        except OperatingError as error:
            return self._failed(error)
        return self._arrived(batch)

    def _halve(self, batch: list[Pending]) -> float:
        self._stack.pop()
        middle = len(batch) // 2
        self._stack += [batch[middle:], batch[:middle]]
        return 0.0

    def _doubt(self, item: Pending) -> float:
        """A record was refused alone. Its fault, if the store takes an empty commit and then refuses it once more."""
        try:
            self._commit([], min(self._delivered_once_in(), item.sequence - 1))
        except Fenced:
            raise
        except OperatingError as error:
            return self._failed(error)
        try:
            self._commit([item], self._delivered_once_in())
        except Fenced:
            raise
        except PermanentFailure as error:
            self._stack.pop()
            self._set_aside(item, error)
            return 0.0
        except OperatingError as error:
            return self._failed(error)
        return self._arrived([item])

    def _arrived(self, batch: Sequence[Pending]) -> float:
        self._stack.pop()
        self._journal.mark_delivered([item.row for item in batch])
        self._backlog.sent(batch, self._clock.monotonic())
        self._last_written.arrived(batch)
        self.delivered += len(batch)
        self._succeeded()
        return 0.0

    def _commit(self, batch: Sequence[Pending], delivered_sequence: int) -> None:
        self.attempts += 1
        try:
            self._store.commit(replace(self._grant, delivered_sequence=delivered_sequence), batch)
        except Fenced as error:
            self._fenced = error
            raise

    def _delivered_once_in(self) -> int:
        """The sequence up to which everything is in the store once the batch on top is."""
        waiting = [item.sequence for batch in self._stack[:-1] for item in batch]
        lowest = self._backlog.lowest_sequence()
        waiting += [] if lowest is None else [lowest]
        return min(waiting) - 1 if waiting else self._taken_sequence

    def _set_aside(self, item: Pending, error: PermanentFailure) -> None:
        refusals = self._refusals[item.row] + 1
        self._journal.bury(item.row, str(error), refusals)
        if isinstance(item.record, DeadLetterRecord):
            return  # one that can't be written is counted by the journal, not announced by another
        letter = letter_for(item, self._grant.account_id, str(error), refusals, instant_of(self._clock.now()))
        try:
            self._journal.put((PublishRecord(item.sequence, letter),))
        except JournalFailed:
            return  # the journal says so itself, and still counts the letter

    def _succeeded(self) -> None:
        self._health.succeeded()
        self._not_before = 0.0
        self._journal.note_store(self.attempts, self._health.state)

    def _failed(self, error: OperatingError) -> float:
        self._health.failed()
        rest_s = self._backoff.decide(error, self._health.failures)
        if rest_s is None:  # not to be repeated, and no record to blame: it is the store's trouble, and may pass
            rest_s = self._backoff.decide(BackPressure(str(error)), self._health.failures) or 0.0
        self._not_before = self._clock.monotonic() + rest_s
        self._journal.note_store(self.attempts, self._health.state)
        return rest_s
