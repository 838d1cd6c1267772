"""What the relay holds in memory is bounded, however much is put for documents that the store does not take."""

from engine.domain.errors import OutcomeUnknown
from engine.domain.records import AlertRecord, BarRecord
from engine.outbox.intake import TAKEN_MAX
from engine.outbox.lane import BATCH_MAX
from tests.outbox.sample_records import sample
from tests.outbox.way_by_hand import Way, alerts, bars, bars_in

UNKNOWN = OutcomeUnknown("INTERNAL")


def test_a_poisoned_document_that_gets_500_facts_a_second_takes_no_memory_and_no_turn() -> None:
    way = Way(chance=lambda: 1.0)
    way.store.poison = lambda record: UNKNOWN if isinstance(record, BarRecord) else False
    held = []
    for second in range(30):
        way.put(1 + 1000 * second, *bars(*range(500 * second, 500 * second + 500)), *alerts(second))
        rest_s = way.relay.step()
        while rest_s == 0.0:
            rest_s = way.relay.step()
        held.append(way.relay.held)
        assert way.store.records[-1] == sample(AlertRecord, second), "the others flow"
        way.clock.advance(1.0)
    assert max(held) <= BATCH_MAX, "those that went together stay together for some tries"
    assert max(held[4:]) == 1
    assert way.journal.status().depth == 30 * 500
    way.store.poison = lambda record: False
    way.settle()
    assert bars_in(way) == [f"slot-{number}" for number in range(30 * 500)]


def test_what_is_held_in_memory_is_bounded_however_many_documents_are_parked() -> None:
    way = Way(chance=lambda: 1.0)
    way.store.poison = lambda record: isinstance(record, AlertRecord)
    way.put(1, *alerts(*range(1, TAKEN_MAX + 1001)))
    most = 0
    for _ in range(60_000):
        rest_s = way.relay.step()
        most = max(most, way.relay.held)
        if rest_s != 0.0:
            break
    assert TAKEN_MAX <= most < TAKEN_MAX + BATCH_MAX
    way.store.poison = lambda record: False
    way.settle()
    assert len([record for record in way.store.records if isinstance(record, AlertRecord)]) == TAKEN_MAX + 1000
