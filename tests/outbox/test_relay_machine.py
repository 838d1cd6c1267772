"""Whatever the store does: every record gets in, in the order of its document, or is a dead letter that deserves it.

Hypothesis puts records on a few documents, poisons some, has the store refuse, lose replies, apply late or be silent,
restarts the relay and lets time pass, in any order. The store's fence is that of the real one: once a commit has
passed, none sent before it can still get in.
"""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown, PermanentFailure, TooLarge
from engine.domain.records import AccountRecord, BarRecord, DeadLetterRecord, HealthRecord, Record, slot_of
from engine.outbox.awaited import Expected
from engine.outbox.backoff import Backoff
from engine.outbox.lane import Document
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.outbox.verdict import PASSING_TRIES_MAX, PERMANENT_TRIES_MAX
from engine.ports import Grant, Pending
from engine.simulation.clock import ManualClock
from tests.outbox.sample_records import published, sample

NEVER, LATER, UNKNOWN = PermanentFailure("INVALID"), BackPressure("EXHAUSTED"), OutcomeUnknown("INTERNAL")
ERRORS = st.sampled_from([NEVER, LATER, UNKNOWN])
NUMBERS = st.integers(1, 3)
Key = tuple[str, str, str]


class Store:
    """`down`: what every call meets; `faults`: what the next commits of records meet, one each."""

    def __init__(self) -> None:
        self.down: OperatingError | None = None
        self.faults: list[tuple[str, OperatingError]] = []
        self.late: list[list[Record]] = []
        self.poison: list[tuple[Record, OperatingError]] = []
        self.applied: list[Record] = []

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        records = [item.record for item in batch]
        if self.down is not None:
            raise self.down
        how, error = self.faults.pop(0) if records and self.faults else ("pass", NEVER)
        if how == "refuse":
            raise error
        for poisoned, reason in self.poison:
            if poisoned in records:
                raise reason
        if how == "late":
            self.late.append(records)
            raise error
        self.late.clear()
        self.applied += records
        if how == "lose":
            raise error

    def ping(self) -> None:
        if self.down is not None:
            raise self.down


class RelayMachine(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.journal = MemoryJournal(self.clock)
        self.store = Store()
        self.number = 0
        self.put_facts: dict[Document, list[BarRecord]] = {}
        self.newest: dict[Key, Record] = {}
        self.awaited: list[tuple[Expected, Record]] = []
        self.passing_left, self.permanent_left = PASSING_TRIES_MAX - 1, PERMANENT_TRIES_MAX - 1
        self.start()

    def start(self) -> None:
        grant = Grant("account-id-1", "here", 1, 0)
        self.relay = Relay(self.journal, self.store, grant, self.clock, Backoff(lambda: 0.5))

    @rule(of=NUMBERS, kind=st.sampled_from([BarRecord, AccountRecord, HealthRecord]), count=st.integers(1, 4),
          poison=st.none() | st.none() | ERRORS | st.just(TooLarge("1.5 MB")), waits=st.booleans())  # fmt: skip
    def put(self, of: int, kind: type, count: int, poison: OperatingError | None, waits: bool) -> None:
        for _ in range(count):
            record = self.make(kind, of)
            if poison is not None:
                self.store.poison.append((record, poison))
                poison = None
            batch = published(self.number, record)
            expected = self.relay.waiters.expect(batch) if waits else None
            self.journal.put(batch)
            if expected is not None:
                expected.hurry(0)
                self.awaited.append((expected, record))

    def make(self, kind: type, of: int) -> Record:
        self.number += 1
        given = {"slot": f"{self.number:06}"} if kind is BarRecord else {}
        given |= {"name": f"{self.number}"} if kind is AccountRecord else {}
        given |= {"ticks": self.number} if kind is HealthRecord else {}
        record = sample(kind, of, **given)
        if isinstance(record, BarRecord):
            self.put_facts.setdefault(key_of(record)[:2], []).append(record)
        else:
            self.newest[key_of(record)] = record
        return record

    @rule(error=ERRORS, how=st.sampled_from(["refuse", "lose", "late"]))
    def fault(self, error: OperatingError, how: str) -> None:
        permanent = isinstance(error, PermanentFailure)
        if self.passing_left and (self.permanent_left or not permanent):
            self.passing_left -= 1
            self.permanent_left -= permanent
            self.store.faults.append((how, error))

    @rule(error=ERRORS)
    def fall_silent(self, error: OperatingError) -> None:
        self.store.down = error

    @precondition(lambda self: self.store.down is not None)
    @rule()
    def answer_again(self) -> None:
        self.store.down = None

    @precondition(lambda self: self.store.late)
    @rule(which=st.integers(0, 9))
    def a_late_commit_gets_in(self, which: int) -> None:
        records = self.store.late[which % len(self.store.late)]
        self.store.late.clear()  # each wrote the lease: what was sent on the same condition is shut out
        self.store.applied += records

    @rule(steps=st.integers(1, 30))
    def step(self, steps: int) -> None:
        for _ in range(steps):
            rest_s = self.relay.step()
            self.clock.advance(0.05 if rest_s is None else rest_s)

    @rule(seconds=st.floats(0.1, 3.0))
    def let_time_pass(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def restart(self) -> None:
        self.awaited = []  # they waited in the process that is gone
        self.store.late.clear()  # taking the lease writes it
        self.start()

    @rule()
    def settle(self) -> None:
        self.store.down = None
        self.store.faults.clear()
        give_up_at = self.clock.monotonic() + 100_000
        while (rest_s := self.relay.step()) is not None or self.journal.status().depth:
            assert self.clock.monotonic() < give_up_at, "the relay did not come to rest"
            self.clock.advance(1.0 if rest_s is None else rest_s)
        self.passing_left, self.permanent_left = PASSING_TRIES_MAX - 1, PERMANENT_TRIES_MAX - 1
        self.check_at_rest()

    def check_at_rest(self) -> None:
        poisoned = [record for record, _ in self.store.poison]
        for records in self.put_facts.values():
            for record in records:
                assert (record in self.store.applied) is not (record in poisoned), record.slot
        for key, record in self.newest.items():
            in_store = [other for other in self.store.applied if key_of(other) == key]
            assert (bool(in_store) and in_store[-1] == record) is not (record in poisoned), key
        about = {(kept.collection, kept.document_id, kept.slot) for kept in self.journal.dead()}
        assert about <= {key_of(record) for record in poisoned}, "only what is poisoned is set aside"
        facts = [record for record in poisoned if isinstance(record, BarRecord)]
        assert len([kept for kept in self.journal.dead() if kept.fact]) == len(facts)
        status = self.journal.status()
        assert (status.depth, status.parked, self.relay.held) == (0, 0, 0)
        assert all(expected.settled.is_set() for expected, _ in self.awaited)

    @invariant()
    def states_never_go_back_and_facts_come_in_order(self) -> None:
        states: dict[Key, int] = {}
        facts: dict[Document, list[int]] = {}
        for record in self.ours():
            key, number = key_of(record), number_of(record)
            if not record.fact:
                assert number >= states.get(key, 0), f"{key}: {number} after {states[key]}"
                states[key] = number
            elif number not in facts.setdefault(key[:2], []):
                facts[key[:2]].append(number)
        for document, numbers in facts.items():
            assert numbers == sorted(numbers), f"{document}: {numbers}"

    @invariant()
    def who_is_told_that_it_is_in_is_told_the_truth(self) -> None:
        for expected, record in self.awaited:
            if not expected.settled.is_set():
                continue
            if expected.end is not None:
                assert isinstance(expected.end, PermanentFailure)
                continue
            numbers = [number_of(other) for other in self.ours() if key_of(other) == key_of(record)]
            newest = max(numbers, default=0)
            assert record in self.store.applied or (newest > number_of(record) and not record.fact), record

    def ours(self) -> list[Record]:
        """What got in, letters left out."""
        return [record for record in self.store.applied if not isinstance(record, DeadLetterRecord)]

    def teardown(self) -> None:
        self.settle()


def number_of(record: Record) -> int:
    """Which of the records put it was."""
    if isinstance(record, BarRecord):
        return int(record.slot)
    return int(record.name) if isinstance(record, AccountRecord) else record.ticks


def key_of(record: Record) -> Key:
    return record.collection, record.document_id, slot_of(record)


TestRelayMachine = RelayMachine.TestCase
TestRelayMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
