"""What the relay remembers of the store: each state's last value, and no more of them than its bound."""

from engine.domain.records import AccountRecord, AlertRecord, BarRecord, HealthRecord, Record
from engine.outbox.last_written import LastWritten
from engine.ports import Pending
from tests.outbox.sample_records import sample


def item(record: Record, sequence: int = 1) -> Pending:
    return Pending(sequence, sequence, record, 100)


def test_nothing_is_unchanged_at_the_start() -> None:
    assert not LastWritten().is_unchanged(item(sample(AccountRecord)))


def test_another_sequence_makes_no_difference_and_another_value_does() -> None:
    memory = LastWritten()
    memory.arrived([item(sample(AccountRecord), 1)])
    assert memory.is_unchanged(item(sample(AccountRecord), 2))
    assert not memory.is_unchanged(item(sample(AccountRecord, name="other"), 2))


def test_the_slots_of_one_document_are_remembered_apart() -> None:
    memory = LastWritten()
    memory.arrived([item(sample(AccountRecord)), item(sample(HealthRecord))])
    assert memory.is_unchanged(item(sample(AccountRecord)))
    assert memory.is_unchanged(item(sample(HealthRecord)))


def test_facts_are_never_unchanged_and_take_no_room() -> None:
    memory = LastWritten()
    facts = [item(sample(AlertRecord)), item(sample(BarRecord))]
    memory.arrived(facts)
    assert not any(memory.is_unchanged(fact) for fact in facts)
    assert len(memory) == 0


def test_what_was_written_longest_ago_is_forgotten_first() -> None:
    memory = LastWritten(documents_max=2)
    first, second, third = (item(sample(AccountRecord, number)) for number in (1, 2, 3))
    memory.arrived([first, second])
    memory.arrived([first])
    memory.arrived([third])
    assert [memory.is_unchanged(one) for one in (first, second, third)] == [True, False, True]
    assert len(memory) == 2
