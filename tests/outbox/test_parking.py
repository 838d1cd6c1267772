"""A record that the store does not take holds up its own document alone, and is a dead letter in the end."""

import itertools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown, PermanentFailure, TooLarge
from engine.domain.records import AccountRecord, AlertRecord, DeadLetterRecord, HealthRecord, Record
from engine.outbox.verdict import PASSING_TRIES_MAX, PERMANENT_TRIES_MAX
from engine.ports import Grant, Pending
from tests.outbox.sample_records import sample
from tests.outbox.way_by_hand import Way, alerts, bars, bars_in

NEVER, LATER, UNKNOWN = (
    PermanentFailure("INVALID_ARGUMENT"),
    BackPressure("RESOURCE_EXHAUSTED"),
    OutcomeUnknown("INTERNAL"),
)


def poisoned_by(*records: Record, error: OperatingError = NEVER) -> Callable[[Record], bool | OperatingError]:
    """What makes a store refuse these, and every commit they are in."""
    return lambda record: error if record in records else False


def letters_in(way: Way) -> list[DeadLetterRecord]:
    return [record for record in way.store.records if isinstance(record, DeadLetterRecord)]


@given(st.sets(st.integers(1, 120), max_size=12), st.sampled_from([NEVER, LATER, UNKNOWN, TooLarge("1.5 MB")]))
@settings(max_examples=40, deadline=None)
def test_poisoned_records_are_set_aside_and_all_others_arrive_once(poisoned: set[int], error: OperatingError) -> None:
    way = Way()
    facts = alerts(*range(1, 121))
    bad = [facts[number - 1] for number in poisoned]
    way.store.poison = poisoned_by(*bad, error=error)
    way.put(1, *facts)
    way.settle()
    arrived = [record for record in way.store.records if isinstance(record, AlertRecord)]
    assert sorted(arrived, key=facts.index) == [record for record in facts if record not in bad]
    assert {letter.of_document_id for letter in letters_in(way)} == {record.alert_id for record in bad}
    assert all(letter.error == str(error) for letter in letters_in(way))
    assert (way.journal.status().dead_letters, way.journal.status().parked) == (len(poisoned), 0)


@pytest.mark.parametrize("error", [LATER, UNKNOWN, NEVER])
def test_everything_else_is_in_before_the_poisoned_record_is_tried_again(error: OperatingError) -> None:
    way = Way()
    facts = alerts(*range(1, 401))
    way.store.poison = poisoned_by(facts[100], error=error)
    way.put(1, *facts)
    while len(way.store.records) < 399:
        assert way.relay.step() == 0.0
    assert way.clock.monotonic() == 0.0
    assert facts[100] not in way.store.records
    way.relay.step()
    assert (way.journal.status().parked, way.journal.status().store_state) == (1, "healthy")


def test_while_a_culprit_is_looked_for_fresh_records_go_every_other_time() -> None:
    way = Way()
    facts = alerts(*range(1, 201))
    way.store.poison = poisoned_by(facts[77], error=UNKNOWN)
    way.put(1, *facts)
    way.relay.step()
    for number in itertools.count(1000):
        if way.journal.status().parked:
            break
        way.put(number, *alerts(number))
        way.relay.step()
        way.relay.step()
        assert alerts(number) in way.store.batches[-2:]


def test_later_facts_of_a_parked_document_wait_and_go_on_in_order_behind_its_letter() -> None:
    way = Way()
    facts = bars(*range(1, 31))
    way.store.poison = poisoned_by(facts[4])
    way.put(1, *facts[:10])
    while not way.journal.status().parked:
        way.relay.step()
    way.put(20, *facts[10:], *alerts(1))
    assert way.relay.step() == 0.0
    assert way.store.records == alerts(1)
    way.settle()
    assert bars_in(way) == [f"slot-{number}" for number in range(1, 31) if number != 5]
    assert [letter.attempts for letter in letters_in(way)] == [PERMANENT_TRIES_MAX]


def test_what_comes_after_a_single_parked_fact_is_fetched_when_its_turn_comes() -> None:
    way = Way()
    way.store.poison = lambda record: UNKNOWN
    way.put(1, *bars(1))
    way.relay.step()
    way.put(2, *bars(2, 3))
    way.relay.step()
    assert (way.journal.status().parked, way.relay.held) == (1, 1)
    way.store.poison = lambda record: False
    way.settle()
    assert bars_in(way) == ["slot-1", "slot-2", "slot-3"]


@pytest.mark.parametrize(
    ("error", "tries", "longest_s"),
    [
        (NEVER, PERMANENT_TRIES_MAX, 1 + 2),
        (LATER, PASSING_TRIES_MAX, 31 + 4 * 32),
        (UNKNOWN, PASSING_TRIES_MAX, 31 + 4 * 32),
    ],
)
def test_a_record_is_given_up_after_so_many_refusals_spread_over_its_rests(
    error: OperatingError, tries: int, longest_s: float
) -> None:
    way = Way(chance=lambda: 1.0)
    way.store.poison = poisoned_by(*alerts(1), error=error)
    way.put(1, *alerts(1))
    while not way.journal.status().dead_letters:
        way.clock.advance(way.relay.step() or 0.0)
    assert way.clock.monotonic() == longest_s
    assert way.store.tried.count(alerts(1)) == tries
    way.settle()
    assert [letter.attempts for letter in letters_in(way)] == [tries]


def test_a_right_withdrawn_for_a_moment_buries_nothing_though_the_store_answers_between() -> None:
    way = Way()
    refusal = PermanentFailure("PERMISSION_DENIED")
    way.store.troubles.extend([refusal, None, refusal, None])  # twice the record, each time followed by a good answer
    way.put(1, *alerts(1))
    way.settle()
    assert way.store.records == alerts(1)
    assert way.journal.status().dead_letters == 0


def test_an_outage_counts_against_nobody() -> None:
    way = Way()
    way.put(1, *alerts(1))
    way.store.troubles.extend([LATER] * 60)
    while way.store.troubles:
        way.clock.advance(way.relay.step() or 0.0)
    way.store.troubles.extend([UNKNOWN, None] * (PASSING_TRIES_MAX - 1))
    way.settle()
    assert way.store.records == alerts(1)
    assert way.journal.status().dead_letters == 0


def test_a_record_too_large_to_send_is_buried_at_once_and_nobody_is_asked() -> None:
    way = Way()
    facts = alerts(*range(1, 9))
    way.store.poison = poisoned_by(facts[3], error=TooLarge("1.5 MB"))
    way.put(1, *facts)
    way.settle()
    assert way.store.asked == 0
    assert way.clock.monotonic() == 0.0
    assert [(letter.of_document_id, letter.attempts) for letter in letters_in(way)] == [("alert-id-4", 1)]


def test_a_newer_state_takes_the_place_of_a_parked_one_and_its_rest() -> None:
    way = Way(chance=lambda: 1.0)
    way.store.poison = lambda record: UNKNOWN if isinstance(record, AccountRecord) and record.name != "sound" else False
    way.put(1, sample(AccountRecord, name="bad 1"))
    way.relay.step()
    way.put(2, sample(AccountRecord, name="bad 2"))
    assert way.relay.step() == 1.0
    way.clock.advance(1.0)
    assert way.relay.step() == 0.0
    way.put(3, sample(AccountRecord, name="sound"))
    assert way.relay.step() == 2.0, "the rests go on doubling, whoever waits"
    way.settle()
    assert [record.name for record in way.store.records if isinstance(record, AccountRecord)] == ["sound"]
    assert [tried for tried in way.store.tried if tried] == [
        [sample(AccountRecord, name=name)] for name in ("bad 1", "bad 2", "sound")
    ]
    assert (way.clock.monotonic(), way.journal.status().dead_letters) == (1.0 + 2.0, 0)


def test_one_slot_of_a_document_may_fail_for_ever_while_the_other_is_written() -> None:
    way = Way()
    way.store.poison = poisoned_by(sample(AccountRecord), error=LATER)
    way.put(1, sample(AccountRecord), sample(HealthRecord, ticks=0))
    for number in range(1, 400):
        way.put(number + 2, sample(HealthRecord, ticks=number))
        way.relay.step()
        way.clock.advance(0.5)
    way.settle()
    assert way.journal.status().dead_letters == 1
    assert way.store.records[-1] == sample(HealthRecord, ticks=399) or letters_in(way)[-1] == way.store.records[-1]
    assert sample(HealthRecord, ticks=399) in way.store.records


def test_later_records_of_a_poisoned_document_go_on() -> None:
    way = Way()
    way.store.poison = poisoned_by(sample(AccountRecord, name="poison"))
    way.put(1, sample(AccountRecord, name="poison"))
    way.settle()
    way.put(2, sample(AccountRecord, name="sound"))
    way.settle()
    assert [record.name for record in way.store.records if isinstance(record, AccountRecord)] == ["sound"]


def test_a_dead_letter_that_cannot_be_written_makes_no_other() -> None:
    way = Way()
    way.store.poison = lambda record: True
    way.put(1, *alerts(1))
    way.settle()
    assert way.journal.status().dead_letters == 2
    assert way.store.records == []


def test_a_store_too_slow_for_large_commits_gets_smaller_ones() -> None:
    way = Way()
    commit = way.store.commit

    def slow(grant: Grant, batch: Sequence[Pending]) -> None:
        if len(batch) > 30:
            raise OutcomeUnknown("DEADLINE_EXCEEDED")
        commit(grant, batch)

    way.store.commit = slow  # type: ignore[method-assign]
    facts = alerts(*range(1, 1001))
    way.put(1, *facts)
    way.settle()
    assert sorted(way.store.records, key=facts.index) == facts
    assert max(map(len, way.store.batches)) == 25
    assert way.clock.monotonic() == 0.0, "nobody rests: the store answers"
    assert way.journal.status().dead_letters == 0


def test_what_is_delivered_is_never_told_beyond_a_parked_record() -> None:
    way = Way()
    facts = bars(*range(1, 6))
    way.store.poison = poisoned_by(facts[1], error=UNKNOWN)
    way.put(1, *facts, *alerts(1, 2, 3))
    while bars_in(way) != ["slot-1"]:
        way.clock.advance(way.relay.step() or 0.0)
    way.put(9, *alerts(4))
    way.relay.step()
    way.relay.step()
    assert way.store.records[-1] == sample(AlertRecord, 4)
    assert way.store.delivered_sequence == 1
    way.store.poison = lambda record: False
    way.settle()
    assert way.store.delivered_sequence == 9
