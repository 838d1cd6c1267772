"""The relay, a step at a time: order, pace, outages, poisoned records, the fence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.errors import BackPressure, Fenced, OperatingError, OutcomeUnknown, PermanentFailure
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    DeadLetterRecord,
    PositionFlat,
    PositionRecord,
    QuotesRecord,
)
from engine.outbox.relay import BATCH_MAX
from tests.outbox.sample_records import sample
from tests.outbox.way_by_hand import Way, alerts


def test_facts_go_at_once_in_order_and_in_batches() -> None:
    way = Way()
    facts = alerts(*range(1, 2 * BATCH_MAX + 51))
    way.put(1, *facts)
    way.settle()
    assert way.store.records == facts
    assert [len(batch) for batch in way.store.batches] == [BATCH_MAX, BATCH_MAX, 50]
    assert way.clock.monotonic() == 0
    assert way.store.delivered_sequence == len(facts)
    assert way.journal.status().depth == 0


def test_a_batch_is_bounded_in_bytes_but_a_large_record_still_goes() -> None:
    way = Way()
    large = [sample(AlertRecord, number, text="x" * 600_000) for number in (1, 2, 3)]
    way.put(1, *large)
    way.settle()
    assert [len(batch) for batch in way.store.batches] == [1, 1, 1]


def test_a_state_document_is_written_once_a_second_with_its_newest_value() -> None:
    way = Way()
    for number in range(1, 31):
        way.put(number, sample(QuotesRecord, 1, market_at=number))
        way.relay.step()
        way.clock.advance(0.125)
    way.settle()
    assert [record.market_at for record in way.store.records if isinstance(record, QuotesRecord)] == [1, 9, 17, 25, 30]
    assert way.store.times == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_facts_do_not_wait_for_a_state_that_rests() -> None:
    way = Way()
    way.put(1, sample(AccountRecord, 1))
    way.settle()
    way.put(2, sample(AccountRecord, 1, name="later"), *alerts(1))
    assert way.relay.step() == 0.0
    assert way.store.batches[-1] == alerts(1)
    assert way.store.delivered_sequence == 1  # the account's state of sequence 2 still waits


def test_an_unknown_outcome_is_repeated_as_it_was_until_it_is_known() -> None:
    way = Way()
    way.store.lost_replies = 1
    way.store.troubles.extend([None, OutcomeUnknown("UNAVAILABLE"), BackPressure("RESOURCE_EXHAUSTED")])
    way.put(1, *alerts(1, 2))
    way.settle()
    assert way.store.batches == [alerts(1, 2), alerts(1, 2)]
    assert way.store.times == [0.0, 0.5 + 1.0 + 2.0]  # half of 1, 2 and 4 s
    assert way.journal.status().attempts == 4


def test_nothing_new_overtakes_a_batch_of_unknown_outcome() -> None:
    way = Way()
    way.store.troubles.append(OutcomeUnknown("UNAVAILABLE"))
    way.put(1, sample(PositionRecord, 1, state="OPEN"))
    way.relay.step()
    way.put(2, PositionFlat("bot-id-1", "SBIN"))
    way.settle()
    assert [type(record) for record in way.store.records] == [PositionRecord, PositionFlat]


@given(st.sets(st.integers(1, 120), max_size=12))
@settings(max_examples=40, deadline=None)
def test_poisoned_records_are_set_aside_and_everything_else_flows_in_order(poisoned: set[int]) -> None:
    way = Way()
    facts = {number: sample(AlertRecord, number) for number in range(1, 121)}
    bad = {facts[number].alert_id for number in poisoned}
    way.store.poison = lambda record: isinstance(record, AlertRecord) and record.alert_id in bad
    way.put(1, *facts.values())
    way.settle()
    arrived = [record for record in way.store.records if isinstance(record, AlertRecord)]
    letters = [record for record in way.store.records if isinstance(record, DeadLetterRecord)]
    assert arrived == [facts[number] for number in facts if number not in poisoned]
    assert {letter.of_document_id for letter in letters} == bad
    assert all(letter.error.startswith("INVALID_ARGUMENT") for letter in letters)
    assert way.journal.status().dead_letters == len(poisoned)


def test_later_records_of_a_poisoned_document_go_on() -> None:
    way = Way()
    way.store.poison = lambda record: isinstance(record, AccountRecord) and record.name == "poison"
    way.put(1, sample(AccountRecord, 1, name="poison"))
    way.settle()
    way.put(2, sample(AccountRecord, 1, name="sound"))
    way.settle()
    assert [record.name for record in way.store.records if isinstance(record, AccountRecord)] == ["sound"]


def test_a_store_that_takes_nothing_buries_nothing() -> None:
    way = Way()
    way.store.troubles.extend([PermanentFailure("PERMISSION_DENIED")] * 40)
    way.put(1, *alerts(1, 2, 3))
    way.settle()
    assert way.store.records == alerts(1, 2, 3)
    assert way.journal.status().dead_letters == 0


def test_a_dead_letter_that_cannot_be_written_makes_no_other() -> None:
    way = Way()
    way.store.poison = lambda record: True
    way.put(1, *alerts(1))
    way.settle()
    assert way.journal.status().dead_letters == 2
    assert way.store.records == []


def test_a_fenced_relay_stops_for_good() -> None:
    way = Way()
    way.store.troubles.append(Fenced("another epoch"))
    way.put(1, *alerts(1))
    with pytest.raises(Fenced):
        way.relay.run(stop=lambda: False, wait=way.clock.wait)
    with pytest.raises(Fenced):
        way.relay.step()
    assert way.store.batches == []
    assert way.journal.status().depth == 1


def test_the_store_counts_as_healthy_again_after_three_good_answers() -> None:
    way = Way()
    troubles: list[OperatingError] = [OutcomeUnknown("UNAVAILABLE")] * 3
    way.store.troubles.extend(troubles)
    way.put(1, *alerts(1))
    states = []
    while way.relay.store_state != "healthy" or not states:
        states.append(way.relay.store_state)
        way.clock.advance(way.relay.step() or 0.0)
    assert states == ["healthy", "degraded", "degraded", "down", "degraded", "degraded"]
    assert way.store.pings == 2  # the commit was the first good answer, two pings the others
    assert way.journal.status().store_state == "healthy"


def test_run_sends_what_is_there_and_waits_for_more() -> None:
    way = Way()
    way.put(1, *alerts(1, 2))
    waits: list[float] = []
    way.relay.run(stop=lambda: bool(waits), wait=waits.append)
    assert way.store.records == alerts(1, 2)
    assert waits == [1.0]
