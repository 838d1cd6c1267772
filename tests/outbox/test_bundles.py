"""Records of one document that were in one commit of unknown outcome: apart, they would take the document back."""

from engine.domain.errors import OutcomeUnknown
from engine.domain.records import AccountRecord, BarRecord
from engine.outbox.lane import BATCH_MAX
from engine.outbox.verdict import BUNDLE_TRIES_MAX
from tests.outbox.sample_records import sample
from tests.outbox.way_by_hand import Way, alerts, bars, bars_in

UNKNOWN = OutcomeUnknown("INTERNAL")


def test_records_of_one_document_whose_commit_may_have_got_in_go_together_until_that_is_known() -> None:
    way = Way()
    facts = [record for number in range(1, 6) for record in (*bars(number), *alerts(number))]
    way.store.lost_replies = 3
    way.put(1, *facts)
    way.settle()
    sent = [[record.slot for record in tried if isinstance(record, BarRecord)] for tried in way.store.tried]
    assert {tuple(slots) for slots in sent if slots} == {tuple(f"slot-{number}" for number in range(1, 6))}
    assert len(way.store.batches) > 2
    way.store.poison = lambda record: UNKNOWN if record in bars(7) else False
    before = len(way.store.tried)
    way.put(11, *bars(6, 7, 8))
    way.settle()
    tried = [records for records in way.store.tried[before:] if records and isinstance(records[0], BarRecord)]
    assert tried[: BUNDLE_TRIES_MAX + 1] == [bars(6, 7, 8)] * BUNDLE_TRIES_MAX + [bars(6)]
    assert bars_in(way)[-2:] == ["slot-6", "slot-8"]


def test_an_outage_does_not_part_what_went_together_though_more_is_due_after_it() -> None:
    way = Way(chance=lambda: 1.0)
    way.put(1, sample(AccountRecord, name="first"))
    way.relay.step()
    way.put(2, sample(AccountRecord, name="rests a second"), *alerts(*range(1, BATCH_MAX - 4)), *bars(*range(1, 6)))
    way.store.lost_replies = 1
    way.store.troubles.extend([None, OutcomeUnknown("UNAVAILABLE")])
    way.relay.step()
    assert len(way.store.batches[-1]) == BATCH_MAX
    way.settle()
    with_bars = [batch for batch in way.store.batches if any(isinstance(record, BarRecord) for record in batch)]
    assert [[record for record in batch if isinstance(record, BarRecord)] for batch in with_bars] == [
        bars(*range(1, 6))
    ] * 2
