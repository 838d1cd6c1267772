"""The relay: moves records from the journal to the store, one commit in flight. Driven by a thread of runtime.

    journal --pending--> intake --> backlog --batch--> store.commit --delivered--> journal

Theory of operation. `step` does one thing and says when to come again; all state is here, in the backlog and in the
waiters, so a test is a list of steps. The store either answers or is silent. While it is silent an empty commit asks
for it, with the back-off of one policy between two tries, and no record is blamed. A commit that fails is followed by
such an empty one: if that fails too, the store is silent. If it passes, the trouble is with the batch.

    of several documents -> they are suspects: they go apart from the others, in commits of half as many
    of one document      -> it is parked, with a back-off of its own; everything else goes on
    of several records of it, refused some times -> half of them go next
    of one record, refused often enough (verdict.py), or too large to send at all -> a dead letter; others of it go on

An empty commit writes the lease, so once it has passed, no commit before it can still arrive: what was given back may
then go in other company, in other order between documents, and as a newer state. Within a document the order of rows
holds throughout. There is no window: while one commit is under way the next batch grows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.domain.effects import PublishRecord
from engine.domain.errors import Fenced, JournalFailed, OperatingError, TooLarge
from engine.domain.instant import instant_of
from engine.domain.records import DeadLetterRecord
from engine.outbox.awaited import Waiters
from engine.outbox.backlog import HURRY_S, Backlog
from engine.outbox.backoff import Backoff
from engine.outbox.dead_letter import letter_for
from engine.outbox.intake import Intake
from engine.outbox.journal import Journal
from engine.outbox.lane import Document, document_of
from engine.outbox.last_written import LastWritten
from engine.outbox.store_health import StoreHealth
from engine.outbox.throughput import Throughput
from engine.ports import Clock, Grant, Pending, RecordStore

STATE_PACE_S = 1.0
LOOK_AGAIN_S = 1.0  # a stop is seen, and a lost wake-up made good, within this


class Relay:
    """One account's. `pace_s` is the least time between two writes of one state document.

    `waiters` is the door for who must know a record in the store before acting; `wake` ends the wait that `run` was
    given, so that they are served at once.
    """

    def __init__(
        self,
        journal: Journal,
        store: RecordStore,
        grant: Grant,
        clock: Clock,
        backoff: Backoff,
        *,
        pace_s: float = STATE_PACE_S,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._store = store
        self._grant = grant
        self._clock = clock
        self._backoff = backoff
        self._backlog = Backlog(pace_s)
        self._intake = Intake(journal, self._backlog, grant.delivered_sequence)
        self.waiters = Waiters(journal, wake)
        self._health = StoreHealth()
        self._last_written = LastWritten()
        self._throughput = Throughput()
        self._failed_at = self._not_before = 0.0
        self._ping_at = 0.0
        self._noted_per_s = 0.0
        self._fenced: Fenced | None = None
        self.attempts = 0
        self.delivered = 0

    @property
    def store_state(self) -> str:
        """`healthy`, `degraded` or `down`."""
        return self._health.state

    @property
    def held(self) -> int:
        """How many records are in memory: read from the journal, not delivered."""
        return self._backlog.count

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
        first = self._attend()
        now = self._clock.monotonic()
        not_before = min(self._not_before, self._failed_at + HURRY_S) if first else self._not_before
        if now < not_before:
            return not_before - now
        if self._health.failures:
            return self._failed(silent) if (silent := self._ask()) else 0.0
        read_all = self._intake.fill()
        batch = self._backlog.next_batch(now, first)
        if not batch:
            return self._rest(now, first) if read_all else 0.0
        batch = self._changed(batch)
        rest_s = self._send(batch) if batch else 0.0
        if first:
            self.waiters.settle(self._intake.fetch_ahead, self._backlog.is_through)
        return rest_s

    def _attend(self) -> frozenset[Document]:
        """Fetch what somebody awaits, tell who need not wait any more; the documents that go first."""
        if not self.waiters.documents():
            return frozenset()
        self.waiters.settle(self._intake.fetch_ahead, self._backlog.is_through)
        self._intake.fill()
        self.waiters.settle(self._intake.fetch_ahead, self._backlog.is_through)
        return self.waiters.documents()

    def _changed(self, batch: list[Pending]) -> list[Pending]:
        """Without the states that the store holds as they are: those count as delivered, and cost no write."""
        unchanged = [item for item in batch if self._last_written.is_unchanged(item)]
        if not unchanged:
            return batch
        self._journal.mark_delivered([item.row for item in unchanged])
        self._backlog.need_no_write(unchanged)
        rows = {item.row for item in unchanged}
        return [item for item in batch if item.row not in rows]

    def _rest(self, now: float, first: frozenset[Document]) -> float | None:
        """Nothing may go. An ailing store is asked how it is meanwhile, so that it need not wait for a record."""
        if self._noted_per_s != self._throughput.per_s(now):
            self._note(now)
        due_s = self._backlog.next_due_s(now, first)
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
            self._commit(batch)
        except Fenced:
            raise
        except OperatingError as error:
            self._last_written.forget(batch)
            self._backlog.give_back(batch)
            self.waiters.troubled(error, batch)
            silent = None if isinstance(error, TooLarge) else self._ask()  # too large: the store was not even called
            return self._blame(batch, error) if silent is None else self._failed(silent)
        now = self._clock.monotonic()
        self._journal.mark_delivered([item.row for item in batch])
        self._backlog.arrived(batch, now)
        self._last_written.arrived(batch)
        self._throughput.add(len(batch), now)
        self.delivered += len(batch)
        self._succeeded()
        return 0.0

    def _ask(self) -> OperatingError | None:
        """Whether the store takes an empty commit: None, or why it does not."""
        try:
            self._commit([])
        except Fenced:
            raise
        except OperatingError as error:
            return error
        self._succeeded()
        return None

    def _blame(self, batch: list[Pending], error: OperatingError) -> float:
        """The store answers, and did not take these."""
        documents = {document_of(item) for item in batch}
        if len(documents) > 1:
            self._backlog.part(documents)
            return 0.0
        (document,) = documents
        tries = self._backlog.refused(batch, error)
        unsent = isinstance(error, TooLarge)
        if len(batch) > 1 and (unsent or tries.parts_bundle):
            self._backlog.part_bundle(document)
        elif len(batch) == 1 and (unsent or tries.enough):
            self._set_aside(batch[0], error, tries.total)
        else:
            self._backlog.park(document, self._clock.monotonic(), self._backoff.rest_s(tries.total))
        self._note(self._clock.monotonic())
        return 0.0

    def _commit(self, batch: Sequence[Pending]) -> None:
        self.attempts += 1
        try:
            self._store.commit(replace(self._grant, delivered_sequence=self._delivered_once_in()), batch)
        except Fenced as error:
            self._fenced = error
            self.waiters.fenced(error)
            raise

    def _delivered_once_in(self) -> int:
        """The sequence up to which everything is in the store once what was taken out of the backlog is."""
        lowest = self._backlog.lowest_sequence()
        return self._intake.sequence if lowest is None else min(lowest - 1, self._intake.sequence)

    def _set_aside(self, item: Pending, error: OperatingError, tries: int) -> None:
        self._journal.bury(item.row, str(error), tries)
        self._backlog.drop(item)
        self.waiters.buried(item, error)
        if isinstance(item.record, DeadLetterRecord):
            return  # one that can't be written is counted by the journal, not announced by another
        letter = letter_for(item, self._grant.account_id, str(error), tries, instant_of(self._clock.now()))
        try:
            self._journal.put((PublishRecord(item.sequence, letter),))
        except JournalFailed:
            return  # the journal says so itself, and still counts the letter

    def _succeeded(self) -> None:
        self._health.succeeded()
        self._not_before = 0.0
        self._note(self._clock.monotonic())

    def _failed(self, error: OperatingError) -> float:
        """The store is silent. Whatever the code: it is the store's trouble, and may pass."""
        self._health.failed()
        self.waiters.troubled(error)
        rest_s = self._backoff.rest_s(self._health.failures)
        self._failed_at = self._clock.monotonic()
        self._not_before = self._failed_at + rest_s
        self._note(self._failed_at)
        return rest_s

    def _note(self, now: float) -> None:
        self._noted_per_s = self._throughput.per_s(now)
        self._journal.note_store(self.attempts, self._health.state, self._backlog.parked, self._noted_per_s)
