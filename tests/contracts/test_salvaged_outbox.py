"""What a journal promises of being completed by the store, after a salvage: facts stay, of states the newer counts."""

from collections.abc import Callable

from engine.domain.records import AccountRecord, BotStatusRecord, FillRecord, PositionFlat, PositionRecord
from tests.contracts.conftest import AnyJournal
from tests.outbox.sample_records import published, sample

Rows = Callable[[AnyJournal], list[int]]


def waiting(journal: AnyJournal) -> list[object]:
    assert journal.flush(60)
    return [item.record for item in journal.pending(0, 1000, 10_000_000)]


def test_a_state_that_the_store_has_had_gives_way_to_the_stores(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(AccountRecord, name="of the journal"), sample(PositionRecord)))
    journal.mark_delivered(rows_of(journal))
    journal.merge([sample(AccountRecord, name="of the store"), sample(BotStatusRecord)], 9, 2)
    assert set(map(repr, journal.newest_states())) == {
        repr(sample(AccountRecord, name="of the store")),
        repr(sample(BotStatusRecord)),  # and the position is gone there
    }
    assert waiting(journal) == []
    assert journal.requeue_after(2) == 0  # the store need not be told what it said


def test_a_state_ahead_of_the_store_stays_and_is_sent(journal: AnyJournal) -> None:
    journal.put(published(5, sample(AccountRecord, name="ahead"), PositionFlat("bot-id-1", "SBIN")))
    journal.merge([sample(AccountRecord, name="behind"), sample(PositionRecord)], 4, 4)
    assert list(journal.newest_states()) == [sample(AccountRecord, name="ahead")]
    assert waiting(journal) == [sample(AccountRecord, name="ahead"), PositionFlat("bot-id-1", "SBIN")]


def test_facts_stay_as_they_are(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, *(sample(FillRecord, number) for number in range(4))))
    journal.mark_delivered(rows_of(journal)[:2])
    journal.merge([sample(FillRecord, 9)], 100, 100)
    assert waiting(journal) == [sample(FillRecord, 2), sample(FillRecord, 3)]


def test_a_dead_letter_of_a_state_stays_what_the_engine_goes_on_from(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(PositionRecord, state="refused")))
    journal.bury(rows_of(journal)[0], "INVALID_ARGUMENT", 3)
    journal.merge([sample(PositionRecord, state="older")], 7, 7)
    assert list(journal.newest_states()) == [sample(PositionRecord, state="refused")]
    assert len(journal.dead()) == 1


def test_a_state_that_followed_a_dead_letter_is_not_forgotten_for_it(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(PositionRecord, state="refused")))
    journal.bury(rows_of(journal)[0], "INVALID_ARGUMENT", 3)
    journal.put(published(2, PositionFlat("bot-id-1", "SBIN")))
    journal.mark_delivered(rows_of(journal))
    journal.merge([], 7, 7)
    assert list(journal.newest_states()) == []


def test_sequences_go_on_above_all_that_either_side_has_given(journal: AnyJournal) -> None:
    journal.put(published(5, sample(FillRecord)))
    journal.merge([sample(AccountRecord)], 30, 20)
    assert journal.last_sequence == 30
    journal.put(published(31, sample(FillRecord, 2)))
    assert waiting(journal) == [sample(FillRecord), sample(FillRecord, 2)]
    assert journal.last_sequence == 31


def test_merging_twice_changes_nothing_more(journal: AnyJournal) -> None:
    journal.put(published(5, sample(AccountRecord, name="ahead"), sample(FillRecord)))
    store = [sample(AccountRecord, name="behind"), sample(PositionRecord)]
    journal.merge(store, 4, 4)
    once = (list(journal.newest_states()), waiting(journal), journal.last_sequence)
    journal.merge(store, 4, 4)
    assert (list(journal.newest_states()), waiting(journal), journal.last_sequence) == once


def test_a_journal_that_was_never_salvaged_can_be_called_whole(journal: AnyJournal) -> None:
    journal.put(published(1, sample(FillRecord)))
    journal.made_whole()
    assert journal.salvaged is None
    assert waiting(journal) == [sample(FillRecord)]
