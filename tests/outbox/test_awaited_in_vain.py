"""A wait for a record that will not get in ends with the reason, and nobody is told that it is in."""

import pytest

from engine.domain.errors import Fenced, JournalFailed, OperatingError, OutcomeUnknown, PermanentFailure, TooLarge
from engine.domain.records import AccountRecord, OrderRecord
from tests.outbox.sample_records import published, sample
from tests.outbox.way_by_hand import Way, alerts, expected, put_and_wait

INTENT = sample(OrderRecord, 7)


def test_a_lost_lease_ends_the_wait() -> None:
    way = Way()
    waits = expected(way, 1, INTENT)
    way.store.troubles.append(Fenced("epoch 2 has it"))
    with pytest.raises(Fenced):
        way.relay.step()
    with pytest.raises(Fenced, match="epoch 2 has it"):
        waits.wait(0)
    with pytest.raises(Fenced):
        put_and_wait(way, published(2, *alerts(1)), 60)


@pytest.mark.parametrize("error", [PermanentFailure("INVALID_ARGUMENT"), TooLarge("1.5 MB")])
def test_a_dead_letter_ends_the_wait(error: OperatingError) -> None:
    way = Way()
    way.store.poison = lambda record: error if isinstance(record, OrderRecord) else False
    waits = expected(way, 1, INTENT)
    way.settle()
    with pytest.raises(PermanentFailure, match=str(error)):
        waits.wait(0)


def test_a_record_buried_before_anybody_could_wait_ends_the_wait_too() -> None:
    way = Way()
    way.store.poison = lambda record: TooLarge("1.5 MB")
    batch = published(1, INTENT)
    waits = way.relay.waiters.expect(batch)
    way.journal.put(batch)
    way.relay.step()
    with pytest.raises(PermanentFailure, match=r"1\.5 MB"):
        waits.wait(0)


def test_a_record_that_the_journal_itself_sets_aside_is_not_taken_for_delivered() -> None:
    way = Way()
    waits = expected(way, 1, INTENT)
    way.journal.bury(1, "a frame fails its checksum", 0)
    way.relay.step()
    with pytest.raises(PermanentFailure, match="checksum"):
        waits.wait(0)


def test_what_is_in_the_store_is_not_held_up_by_a_disk_that_fails_after_it() -> None:
    way = Way()
    waits = expected(way, 1, INTENT)
    way.relay.step()
    way.journal.failure = JournalFailed("the disk is gone")
    waits.wait(0)


def test_where_anything_was_set_aside_meanwhile_the_disk_says_what_it_was() -> None:
    way = Way()
    waits = expected(way, 1, INTENT)
    way.relay.step()
    way.journal.bury(99, "another's", 0)
    way.journal.failure = JournalFailed("the disk is gone")
    with pytest.raises(JournalFailed):
        waits.wait(0)


def test_an_older_dead_letter_of_the_document_does_not_concern_who_waits_now() -> None:
    way = Way()
    way.store.poison = lambda record: isinstance(record, AccountRecord) and record.name == "poison"
    way.put(1, sample(AccountRecord, name="poison"))
    way.settle()
    waits = expected(way, 2, sample(AccountRecord, name="sound"))
    way.relay.step()
    waits.wait(0)


def test_a_journal_that_does_not_take_it_ends_the_wait_before_it_begins() -> None:
    way = Way()
    way.journal.failure = JournalFailed("disk full")
    with pytest.raises(JournalFailed):
        put_and_wait(way, published(1, INTENT), 60)
    assert way.relay.waiters.documents() == frozenset()


def test_who_gave_up_waiting_does_not_go_first_any_more() -> None:
    way = Way()
    waits = expected(way, 2, INTENT)
    with pytest.raises(OutcomeUnknown, match="no failure"):
        waits.wait(0)
    assert way.relay.waiters.documents() == frozenset()
