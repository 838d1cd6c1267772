"""The relay, a step at a time: order, pace, outages, poisoned records, the fence."""

import pytest

from engine.domain.errors import BackPressure, Fenced, OperatingError, OutcomeUnknown, PermanentFailure
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    PositionFlat,
    PositionRecord,
    QuotesRecord,
)
from engine.outbox.lane import BATCH_MAX
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


def test_what_has_an_unknown_outcome_is_sent_again_once_the_store_answers() -> None:
    way = Way()
    way.store.lost_replies = 1
    way.store.troubles.extend([None, OutcomeUnknown("UNAVAILABLE"), BackPressure("RESOURCE_EXHAUSTED")])
    way.put(1, *alerts(1, 2))
    way.settle()
    assert way.store.batches == [alerts(1, 2), alerts(1, 2)]
    assert way.store.times == [0.0, 0.5 + 1.0]  # half of 1 and of 2 s
    assert way.journal.status().attempts == 5


def test_in_an_outage_the_store_is_asked_with_nothing_and_no_record_is_blamed() -> None:
    way = Way(chance=lambda: 1.0)
    way.put(1, *alerts(1, 2, 3))
    way.store.troubles.extend([OutcomeUnknown("UNAVAILABLE")] * 21)
    way.settle()
    assert [len(tried) for tried in way.store.tried] == [3] + [0] * 20 + [0, 3]
    assert way.store.times == [1 + 2 + 4 + 8 + 16 + 15 * 32]
    assert (way.journal.status().dead_letters, way.journal.status().parked) == (0, 0)


def test_a_newer_state_takes_the_place_of_one_of_unknown_outcome() -> None:
    way = Way()
    way.store.troubles.append(OutcomeUnknown("UNAVAILABLE"))
    way.put(1, sample(PositionRecord, 1, state="OPEN"))
    way.relay.step()
    way.put(2, PositionFlat("bot-id-1", "SBIN"))
    way.settle()
    assert [type(record) for record in way.store.records] == [PositionFlat]


def test_a_store_that_takes_nothing_buries_nothing() -> None:
    way = Way()
    way.store.troubles.extend([PermanentFailure("PERMISSION_DENIED")] * 40)
    way.put(1, *alerts(1, 2, 3))
    way.settle()
    assert way.store.records == alerts(1, 2, 3)
    assert way.journal.status().dead_letters == 0


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
    troubles: list[OperatingError] = [OutcomeUnknown("UNAVAILABLE")] * 4  # the commit, and the store asked three times
    way.store.troubles.extend(troubles)
    way.put(1, *alerts(1))
    states = []
    while way.relay.store_state != "healthy" or not states:
        states.append(way.relay.store_state)
        way.clock.advance(way.relay.step() or 0.0)
    assert states == ["healthy", "degraded", "degraded", "down", "degraded", "degraded"]
    assert way.store.pings == 1  # the first good answer was to an empty commit, the second to the commit
    assert way.journal.status().store_state == "healthy"


def test_run_sends_what_is_there_and_waits_for_more() -> None:
    way = Way()
    way.put(1, *alerts(1, 2))
    waits: list[float] = []
    way.relay.run(stop=lambda: bool(waits), wait=waits.append)
    assert way.store.records == alerts(1, 2)
    assert waits == [1.0]


def test_the_status_tells_how_much_is_delivered_and_forgets_it_after_a_minute() -> None:
    way = Way()
    way.put(1, *alerts(*range(1, 121)))
    way.settle()
    assert (way.journal.status().delivered, way.journal.status().delivered_per_s) == (120, 2.0)
    way.clock.advance(61)
    way.relay.step()
    assert way.journal.status().delivered_per_s == 0.0
