"""Presence of a difference decides: no state is written that the store holds as it is, and every one that differs."""

from engine.domain.errors import OutcomeUnknown
from engine.domain.records import AccountRecord, PositionFlat, PositionRecord
from tests.outbox.sample_records import sample
from tests.outbox.way_by_hand import Way, alerts


def test_an_unchanged_state_is_not_written_again_and_waits_for_nothing() -> None:
    way = Way()
    for number in range(1, 6):
        way.put(number, sample(AccountRecord, 1))
        way.settle()
    assert way.store.records == [sample(AccountRecord, 1)]
    assert way.relay.attempts == 1
    assert way.journal.status().depth == 0
    assert way.journal.status().delivered == 5
    way.put(6, sample(AccountRecord, 1, name="changed"), sample(AccountRecord, 1))
    way.put(8, *alerts(1))
    way.settle()
    assert way.store.records[1:] == alerts(1), "the newest is what the store holds, however it got there"
    assert way.store.delivered_sequence == 8


def test_a_state_that_goes_back_to_an_earlier_value_is_written() -> None:
    way = Way()
    names = ["one", "two", "one"]
    for number, name in enumerate(names, 1):
        way.put(number, sample(AccountRecord, 1, name=name))
        way.settle()
    assert [record.name for record in way.store.records if isinstance(record, AccountRecord)] == names


def test_a_position_of_the_same_size_is_written_again_after_it_was_flat() -> None:
    way = Way()
    position = sample(PositionRecord)
    records = [position, PositionFlat(position.bot_id, position.symbol), position]
    for number, record in enumerate(records, 1):
        way.put(number, record)
        way.settle()
    assert way.store.records == records


def test_the_same_fact_twice_is_written_twice() -> None:
    way = Way()
    for number in (1, 2):
        way.put(number, *alerts(1))
        way.settle()
    assert way.store.records == alerts(1) * 2


def test_a_state_whose_write_has_an_unknown_outcome_is_written_until_it_is_known() -> None:
    way = Way()
    way.store.troubles.append(OutcomeUnknown("UNAVAILABLE"))
    way.put(1, sample(AccountRecord, 1))
    way.relay.step()
    way.put(2, sample(AccountRecord, 1))
    way.settle()
    assert way.store.records == [sample(AccountRecord, 1)]
    assert way.journal.status().depth == 0


def test_a_refused_state_is_not_taken_for_written() -> None:
    way = Way()
    sound, poison = sample(AccountRecord, 1), sample(AccountRecord, 1, name="poison")
    way.store.poison = lambda record: record == poison
    for number, record in enumerate((sound, poison, sound), 1):
        way.put(number, record)
        way.settle()
    written = [record for record in way.store.records if isinstance(record, AccountRecord)]
    assert written == [sound, sound], "a code that says no is no proof that nothing was written"
    way.store.poison = lambda record: False
    way.put(4, poison)
    way.settle()
    assert way.store.records[-1] == poison
