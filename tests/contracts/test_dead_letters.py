"""What a journal promises about records set aside: they are told, sent again in their place, or given up."""

from collections.abc import Callable

from engine.domain.records import AccountRecord, AlertRecord, PositionRecord
from tests.contracts.conftest import AnyJournal
from tests.outbox.sample_records import published, sample

Rows = Callable[[AnyJournal], list[int]]


def buried(journal: AnyJournal, rows_of: Rows, *records: object) -> list[int]:
    """The rows of records put and set aside."""
    journal.put(published(journal.last_sequence + 1, *records))
    rows = rows_of(journal)
    for row in rows:
        journal.bury(row, f"INVALID_ARGUMENT {row}", 9)
    assert journal.flush(60)
    return rows


def waiting(journal: AnyJournal) -> list[object]:
    assert journal.flush(60)
    return [item.record for item in journal.pending(0, 1000, 10_000_000)]


def test_what_is_set_aside_is_told_with_its_reason(journal: AnyJournal, rows_of: Rows) -> None:
    first, second = buried(journal, rows_of, sample(AlertRecord, 1), sample(PositionRecord))
    alert, position = journal.dead()
    assert (alert.row, alert.collection, alert.document_id, alert.fact) == (first, "alerts", "alert-id-1", True)
    assert (alert.error, alert.attempts) == (f"INVALID_ARGUMENT {first}", 9)
    assert (position.row, position.collection, position.fact, position.slot) == (second, "open_positions", False, "")
    assert alert.payload_bytes > 0
    assert alert.first_at > 1_600_000_000_000_000


def test_a_record_sent_again_comes_after_all_that_the_relay_has_taken_up(journal: AnyJournal, rows_of: Rows) -> None:
    (dead,) = buried(journal, rows_of, sample(AlertRecord, 1))
    journal.put(published(5, sample(AlertRecord, 2)))
    (taken,) = rows_of(journal)
    assert journal.send_again(dead)
    (again,) = journal.pending(taken, 10, 10_000)
    assert again.record == sample(AlertRecord, 1)
    assert again.sequence == journal.last_sequence == 5
    assert journal.status().dead_letters == 0
    assert journal.dead() == []


def test_a_record_is_sent_again_once(journal: AnyJournal, rows_of: Rows) -> None:
    (dead,) = buried(journal, rows_of, sample(AlertRecord, 1))
    assert journal.send_again(dead)
    assert not journal.send_again(dead)
    assert waiting(journal) == [sample(AlertRecord, 1)]


def test_a_record_that_waits_can_be_neither_sent_again_nor_discarded(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(AlertRecord, 1), sample(PositionRecord)))
    for row in rows_of(journal):
        assert not journal.send_again(row)
        journal.discard(row)
    assert waiting(journal) == [sample(AlertRecord, 1), sample(PositionRecord)]


def test_a_state_is_sent_again_while_none_has_followed(journal: AnyJournal, rows_of: Rows) -> None:
    (dead,) = buried(journal, rows_of, sample(PositionRecord))
    assert journal.send_again(dead)
    assert waiting(journal) == [sample(PositionRecord)]
    assert list(journal.newest_states()) == [sample(PositionRecord)]


def test_a_state_that_a_newer_one_followed_is_dropped_instead(journal: AnyJournal, rows_of: Rows) -> None:
    (dead,) = buried(journal, rows_of, sample(AccountRecord, name="old"))
    journal.put(published(2, sample(AccountRecord, name="new")))
    journal.mark_delivered(rows_of(journal))
    assert not journal.send_again(dead)
    assert waiting(journal) == []
    assert journal.status().dead_letters == 0
    assert list(journal.newest_states()) == [sample(AccountRecord, name="new")]


def test_a_discarded_fact_is_gone(journal: AnyJournal, rows_of: Rows) -> None:
    first, second = buried(journal, rows_of, sample(AlertRecord, 1), sample(AlertRecord, 2))
    journal.discard(first)
    assert [kept.row for kept in journal.dead()] == [second]
    assert journal.status().dead_letters == 1
    assert waiting(journal) == []
    assert journal.requeue_after(0) == 0


def test_a_discarded_state_is_still_what_the_engine_goes_on_from(journal: AnyJournal, rows_of: Rows) -> None:
    (dead,) = buried(journal, rows_of, sample(PositionRecord))
    journal.discard(dead)
    assert journal.status().dead_letters == 0
    assert waiting(journal) == []
    assert list(journal.newest_states()) == [sample(PositionRecord)]


def test_a_discarded_state_that_a_newer_one_followed_leaves_the_newer(journal: AnyJournal, rows_of: Rows) -> None:
    (dead,) = buried(journal, rows_of, sample(AccountRecord, name="old"))
    journal.put(published(2, sample(AccountRecord, name="new")))
    journal.discard(dead)
    assert journal.dead() == []
    assert waiting(journal) == [sample(AccountRecord, name="new")]
    assert list(journal.newest_states()) == [sample(AccountRecord, name="new")]
