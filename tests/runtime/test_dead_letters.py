"""A person's word about a dead letter, from the command's document to the store: sent again, discarded, told again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.errors import JournalFailed
from engine.domain.events import CommandReceived
from engine.domain.records import AlertRecord, CommandResult, DeadLetterGone, DeadLetterRecord, PositionRecord, Record
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.ports import Grant
from engine.runtime.control_watch import ControlWatch
from engine.runtime.dead_letters import DISCARD, FOLLOWED, MAY_HAPPEN, NOT_HELD, RETRY, DeadLetterDesk
from engine.runtime.inbox import Inbox
from engine.simulation.clock import ManualClock
from tests.outbox.sample_records import published, sample
from tests.outbox.scripted_store import ScriptedStore
from tests.runtime.world import Household

ALERT, POSITION = sample(AlertRecord), sample(PositionRecord)


@dataclass
class Counter:
    """A desk with a journal, a relay, and a store that refuses `poison`."""

    poison: list[Record] = field(default_factory=list)
    make_journal: type[MemoryJournal] = MemoryJournal

    def __post_init__(self) -> None:
        clock = ManualClock()
        self.clock = clock
        self.journal = self.make_journal(clock)
        self.store = ScriptedStore(clock)
        self.store.poison = lambda record: record in self.poison
        self.relay = Relay(self.journal, self.store, Grant("paper-test", "here", 1, 0), clock, Backoff(lambda: 0.5))
        self.desk = DeadLetterDesk(self.journal, "paper-test")
        self.commands = 0

    def put(self, *records: Record) -> Counter:
        """Put records and send what may go."""
        self.journal.put(published(self.journal.last_sequence + 1, *records))
        self.settle()
        return self

    def settle(self) -> None:
        while (rest_s := self.relay.step()) is not None or self.journal.status().depth:
            self.clock.advance(1.0 if rest_s is None else rest_s)

    def decide(self, kind: str, letter_id: str) -> CommandResult:
        """Give the command, send what may go; the result that reached the store."""
        self.commands += 1
        assert self.desk.carry_out(CommandReceived(f"c{self.commands}", kind, {"dead_letter_id": letter_id}))
        self.settle()
        result = self.sent(CommandResult)[-1]
        assert result.command_id == f"c{self.commands}"
        return result

    def sent(self, kind: type) -> list:  # type: ignore[type-arg]  # of that kind
        return [record for record in self.store.records if isinstance(record, kind)]

    @property
    def letter(self) -> str:
        """The newest letter in the store."""
        return str(self.sent(DeadLetterRecord)[-1].letter_id)


def test_a_record_sent_again_arrives_and_its_letter_goes() -> None:
    counter = Counter([ALERT]).put(ALERT)
    counter.poison.clear()
    result = counter.decide(RETRY, counter.letter)
    assert (result.state, result.result) == ("done", {"queued": "1"})
    assert counter.sent(AlertRecord) == [ALERT]
    assert counter.sent(DeadLetterGone) == [DeadLetterGone(counter.letter)]
    assert counter.journal.status().dead_letters == 0


def test_a_record_that_is_refused_again_has_its_letter_again() -> None:
    counter = Counter([POSITION]).put(POSITION)
    before = counter.letter
    assert counter.decide(RETRY, before).state == "done"
    letters = [record for record in counter.store.records if record.collection == "dead_letters"]
    assert isinstance(letters[-1], DeadLetterRecord), "not the order that ends with the letter gone"
    assert letters[-1].letter_id == before
    assert counter.journal.status().dead_letters == 1


def test_a_discarded_record_never_arrives_and_its_letter_goes() -> None:
    counter = Counter([ALERT]).put(ALERT)
    counter.poison.clear()
    result = counter.decide(DISCARD, counter.letter)
    assert (result.state, result.result) == ("done", {"discarded": "1"})
    assert counter.sent(AlertRecord) == []
    assert counter.sent(DeadLetterGone) == [DeadLetterGone(counter.letter)]
    assert counter.journal.status().dead_letters == 0


def test_only_the_record_that_the_letter_names_moves() -> None:
    other = sample(AlertRecord, 2)
    counter = Counter([ALERT, other]).put(ALERT)
    first = counter.letter
    counter.put(other)
    counter.poison.clear()
    counter.decide(RETRY, first)
    assert counter.sent(AlertRecord) == [ALERT]
    assert [kept.document_id for kept in counter.journal.dead()] == [other.alert_id]


def test_an_old_state_is_not_written_over_a_newer_one() -> None:
    counter = Counter([POSITION]).put(POSITION)
    newer = sample(PositionRecord, state="REDUCING")
    counter.put(newer)
    counter.poison.clear()
    result = counter.decide(RETRY, counter.letter)
    assert (result.state, result.result) == ("done", {"queued": "0", "reason": FOLLOWED})
    assert counter.sent(PositionRecord) == [newer]


def test_sending_again_what_the_journal_does_not_hold_fails_and_keeps_the_letter() -> None:
    counter = Counter()
    result = counter.decide(RETRY, "LETTER")
    assert (result.state, result.result) == ("failed", {"reason": NOT_HELD})
    assert counter.sent(DeadLetterGone) == []


@pytest.mark.parametrize("kind", [RETRY, DISCARD])
def test_a_disk_that_does_not_answer_is_the_commands_result_and_the_letter_stays(kind: str) -> None:
    """Unanswered, the command would be carried out by the next engine, or never; the caller waits for an answer."""

    class Hanging(MemoryJournal):
        def send_again(self, row: int) -> bool:
            raise JournalFailed("the disk did not answer within 3 s")

        def discard(self, row: int) -> None:
            raise JournalFailed("the disk did not answer within 3 s")

    counter = Counter([ALERT], make_journal=Hanging).put(ALERT)
    result = counter.decide(kind, counter.letter)
    assert result.state == "failed"
    assert result.result == {"reason": f"the disk did not answer within 3 s; {MAY_HAPPEN}"}
    letters = [record for record in counter.store.records if record.collection == "dead_letters"]
    assert isinstance(letters[-1], DeadLetterRecord), "a person can decide about it again"
    assert counter.journal.status().dead_letters == 1


def test_a_letter_about_nothing_can_be_discarded() -> None:
    counter = Counter()
    result = counter.decide(DISCARD, "LETTER")
    assert (result.state, result.result) == ("done", {"discarded": "0", "reason": NOT_HELD})
    assert counter.sent(DeadLetterGone) == [DeadLetterGone("LETTER")]


def test_a_dead_record_without_a_letter_is_told_at_the_start_once() -> None:
    counter = Counter([ALERT]).put(ALERT)
    letter = counter.sent(DeadLetterRecord)[-1]
    counter.put(DeadLetterGone(letter.letter_id))  # and then the machine is gone, before the record moves
    counter.desk.tell_untold(counter.journal.newest_states())
    counter.desk.tell_untold(counter.journal.newest_states())
    counter.settle()
    assert counter.sent(DeadLetterRecord) == [letter, letter]
    counter.poison.clear()
    assert counter.decide(RETRY, letter.letter_id).result == {"queued": "1"}


def test_a_letter_that_could_not_be_written_is_told_by_no_other() -> None:
    counter = Counter()
    counter.store.poison = lambda record: True
    counter.put(ALERT)
    assert counter.journal.status().dead_letters == 2
    counter.desk.tell_untold(counter.journal.newest_states())
    assert counter.journal.status().depth == 0


def test_commands_about_letters_go_to_the_desk_and_all_others_to_the_engine() -> None:
    household = Household()
    counter, inbox = Counter([ALERT]).put(ALERT), Inbox()
    asked = {"state": "accepted", "requested_at": counter.clock.now()}
    household.write("commands", "c1", kind=RETRY, arguments={"dead_letter_id": counter.letter}, **asked)
    household.write("commands", "c2", kind="flatten", arguments={}, **asked)
    counter.poison.clear()
    watch = ControlWatch(
        household.control, household.spec, inbox, counter.clock, carry_out=counter.desk.carry_out
    )  # fmt: skip
    watch.look()
    household.write("controls", household.account_id, watched_until=None)
    watch.look()
    counter.settle()
    assert [event for event in inbox.take(0) if isinstance(event, CommandReceived)] == [
        CommandReceived("c2", "flatten", {})
    ]
    assert [result.command_id for result in counter.sent(CommandResult)] == ["c1"], "once, however often it is seen"
    assert counter.sent(AlertRecord) == [ALERT]


def test_a_record_longer_than_a_document_is_discarded_from_command_to_store() -> None:
    household, clock = Household(), ManualClock()
    journal = MemoryJournal(clock)
    lease = FirestoreLease(household.wire, clock)
    grant = lease.acquire(household.spec, "here", "journal", old_holder_dead=True)
    store = FirestoreRecordStore(household.wire, lease, clock, lambda symbol: 2)
    relay = Relay(journal, store, grant, clock, Backoff(lambda: 0.5))
    watch = ControlWatch(
        household.control,
        household.spec,
        Inbox(),
        clock,
        carry_out=DeadLetterDesk(journal, household.account_id).carry_out,
    )

    def settle() -> None:
        watch.look()
        while (rest_s := relay.step()) is not None:  # a letter's document rests a second between two writes
            clock.advance(rest_s)

    journal.put(published(1, sample(AlertRecord, text="x" * 2_000_000)))
    settle()
    (letter,) = _letters(household)
    asked = {"state": "accepted", "requested_at": clock.now(), "arguments": {"dead_letter_id": letter}}
    for command, kind in (("c1", RETRY), ("c2", DISCARD)):
        household.write("commands", command, kind=kind, **asked)
        settle()
        done = household.documents.get("commands", command)
        assert done is not None
        assert done["state"] == "done", done
        asked["arguments"] = {"dead_letter_id": _letters(household)[0]} if kind == RETRY else {}
    assert _letters(household) == []
    assert journal.status().dead_letters == 0


def _of(household: Household) -> dict[str, str]:
    return {"user_id": household.spec.user_id, "account_id": household.account_id}


def _letters(household: Household) -> list[str]:
    return [letter["id"] for letter in household.documents.page("dead_letters", _of(household), None, 10, None).items]
