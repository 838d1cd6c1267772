"""Records that somebody waits for before acting: a live order's intent, a halt, the high-water mark.

Fed by any thread through the relay; the relay's thread settles them. A caller says what it expects before it puts it in
the journal, so that nothing that becomes of it can be missed; then it puts, and waits. While it waits, the documents
of its records go before all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Lock
from time import monotonic
from weakref import ref

from engine.domain.effects import PublishRecord
from engine.domain.errors import BackPressure, Fenced, OperatingError, OutcomeUnknown, PermanentFailure
from engine.domain.records import Record, slot_of
from engine.outbox.journal import Journal
from engine.outbox.lane import Document, document_of
from engine.ports import Pending

Key = tuple[str, str, str]


class Expected:
    """Some records on their way, as the one sees them who waits. Made by `Waiters.expect`."""

    def __init__(self, waiters: Waiters, journal: Journal, records: Sequence[Record]) -> None:
        self._waiters = waiters
        self._journal = journal
        self.keys = frozenset(_key(record) for record in records)
        self.documents: frozenset[Document] = frozenset(key[:2] for key in self.keys)
        self.after_row = journal.last_row
        self.buried_before = journal.buried
        self.through_row: int | None = None
        self.trouble: OperatingError | None = None
        self.end: OperatingError | None = None
        self.fetched = False
        self.settled = Event()

    def hurry(self, timeout_s: float) -> None:
        """From here on they go first. Call when they are put; returns once they are on disk.

        Raises OutcomeUnknown when the disk does not answer in time, JournalFailed when it can't take them.
        """
        if not self._journal.flush(timeout_s):
            raise OutcomeUnknown(f"{self._named()}: not on disk within {timeout_s:g} s")
        self.through_row = self._journal.last_row
        self._waiters.wake()

    def wait(self, timeout_s: float) -> None:
        """Block until all of them are known to be in the store. Not to be called on the relay's own thread.

        Raises Fenced when the lease is lost, PermanentFailure when one became a dead letter, and OutcomeUnknown or
        BackPressure when the time is up, the last failure of the store as its cause: they are sent on all the same.
        """
        until = monotonic() + timeout_s
        try:
            if self.through_row is None:
                self.hurry(timeout_s)
            if not self.settled.wait(max(0.0, until - monotonic())):
                raise self._late(timeout_s)
            if self.end is not None:
                raise type(self.end)(f"{self._named()}: {self.end}") from self.end
            self._none_is_dead(max(0.0, until - monotonic()))
        finally:
            self._waiters.forget(self)

    def holds(self, item: Pending) -> bool:
        """Whether a record of the journal is one of these."""
        return item.row > self.after_row and _key(item.record) in self.keys

    def _none_is_dead(self, timeout_s: float) -> None:
        """The journal itself sets a record aside that it can't read back: the relay never sees that one. Where none was
        set aside meanwhile, the disk is not waited for: an order that may leave would wait for it a second time.
        """
        if self._journal.buried == self.buried_before:
            return
        if not self._journal.flush(timeout_s):
            raise OutcomeUnknown(f"{self._named()}: the disk does not answer")
        for kept in self._journal.dead():
            if kept.row > self.after_row and (kept.collection, kept.document_id, kept.slot) in self.keys:
                raise PermanentFailure(f"{self._named()}: {kept.error}")

    def _late(self, timeout_s: float) -> OperatingError:
        trouble = self.trouble
        kind = BackPressure if isinstance(trouble, BackPressure) else OutcomeUnknown
        error = kind(
            f"{self._named()}: not known to be in the store within {timeout_s:g} s ({trouble or 'no failure'})"
        )
        error.__cause__ = trouble
        return error

    def _named(self) -> str:
        return ", ".join(sorted(f"{collection}/{document_id}" for collection, document_id in self.documents))


class Waiters:
    """All who wait. `wake` has the relay look at once. Where nothing else is said, a method is the relay's to call.

    What is expected is kept for as long as somebody has it who may still wait: an exit needs the disk alone.
    """

    def __init__(self, journal: Journal, wake: Callable[[], None]) -> None:
        self._journal = journal
        self._lock = Lock()
        self._expected: tuple[ref[Expected], ...] = ()  # replaced whole: the relay reads it without the lock
        self._fenced: Fenced | None = None
        self.wake = wake

    def expect(self, batch: Sequence[PublishRecord]) -> Expected:
        """Say that somebody is going to wait for these; call it before they are put. Any thread."""
        expected = Expected(self, self._journal, [published.record for published in batch])
        with self._lock:
            self._expected = (*map(ref, self._kept()), ref(expected))
            fenced = self._fenced
        if fenced is not None:
            _end(expected, fenced)
        return expected

    def forget(self, expected: Expected) -> None:
        """Nobody waits for these any more. Any thread."""
        with self._lock:
            self._expected = tuple(ref(other) for other in self._kept() if other is not expected)

    def documents(self) -> frozenset[Document]:
        """Those that go first: somebody waits, and what they wait for is on disk."""
        if not self._expected:
            return frozenset()
        return frozenset().union(*(one.documents for one in self._hurried()))

    def settle(self, fetch: Callable[[Document], None], is_through: Callable[[Document, str, int], bool]) -> None:
        """Have the documents of those who are new fetched ahead; tell those for whom nothing waits any more.

        Until a `fill` has fetched them `is_through` is false, so nobody is told too early.
        """
        for expected in self._hurried() if self._expected else ():
            if not expected.fetched:
                expected.fetched = True
                for document in expected.documents:
                    fetch(document)
            row = expected.through_row or 0
            if all(is_through((collection, document_id), slot, row) for collection, document_id, slot in expected.keys):
                expected.settled.set()

    def troubled(self, error: OperatingError, batch: Sequence[Pending] | None = None) -> None:
        """A commit failed: of this batch, or whatever was sent."""
        of = None if batch is None or not self._expected else {document_of(item) for item in batch}
        for expected in self._kept():
            if of is None or expected.documents & of:
                expected.trouble = error

    def buried(self, item: Pending, error: OperatingError) -> None:
        """A record became a dead letter."""
        for expected in self._kept():
            if expected.holds(item):
                _end(expected, PermanentFailure(str(error)))

    def fenced(self, error: Fenced) -> None:
        """The lease is lost for good."""
        with self._lock:
            self._fenced = error
            everybody = self._kept()
        for expected in everybody:
            _end(expected, error)

    def _hurried(self) -> list[Expected]:
        return [one for one in self._kept() if one.through_row is not None and not one.settled.is_set()]

    def _kept(self) -> tuple[Expected, ...]:
        return tuple(one for each in self._expected if (one := each()) is not None)


def _end(expected: Expected, error: OperatingError) -> None:
    expected.end = error
    expected.settled.set()


def _key(record: Record) -> Key:
    return record.collection, record.document_id, slot_of(record)
