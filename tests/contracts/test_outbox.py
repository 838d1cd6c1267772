"""What an Outbox promises: order, conflation of states, facts for ever, sending again what a store lost."""

from collections.abc import Callable

from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    BarRecord,
    BotForgotten,
    BotStatusRecord,
    CommandResult,
    DeadLetterGone,
    FillRecord,
    HealthRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
)
from tests.contracts.conftest import AnyJournal
from tests.outbox.sample_records import KINDS, published, sample

Rows = Callable[[AnyJournal], list[int]]


def waiting(journal: AnyJournal) -> list[object]:
    assert journal.flush(60)
    return [item.record for item in journal.pending(0, 1000, 10_000_000)]


def test_records_of_every_kind_come_out_as_they_went_in(journal: AnyJournal) -> None:
    records = [sample(kind) for kind in KINDS if kind not in (PositionFlat, BotForgotten, DeadLetterGone)]
    journal.put(published(1, *records))
    assert waiting(journal) == records
    assert journal.last_sequence == len(records)
    assert journal.status().depth == len(records)


def test_sequences_and_rows_never_go_back(journal: AnyJournal) -> None:
    journal.put(published(10, sample(FillRecord, 1), sample(FillRecord, 2)))
    journal.put(published(7, sample(HealthRecord)))  # runtime's own, with the sequence it last saw
    assert journal.flush(60)
    items = journal.pending(0, 10, 10_000)
    assert [item.sequence for item in items] == [10, 11, 11]
    assert [item.row for item in items] == sorted({item.row for item in items})
    assert journal.last_sequence == 11


def test_a_new_state_supersedes_the_older_one_that_waits(journal: AnyJournal) -> None:
    journal.put(published(1, sample(AccountRecord, name="first"), sample(FillRecord)))
    journal.put(published(3, sample(AccountRecord, name="second")))
    assert waiting(journal) == [sample(FillRecord), sample(AccountRecord, name="second")]


def test_slots_of_one_document_do_not_supersede_each_other(journal: AnyJournal) -> None:
    money, health = sample(AccountRecord), sample(HealthRecord)
    journal.put(published(1, money, health))
    assert waiting(journal) == [money, health]


def test_the_same_fact_twice_is_two_rows(journal: AnyJournal) -> None:
    journal.put(published(1, sample(FillRecord), sample(FillRecord)))
    assert waiting(journal) == [sample(FillRecord)] * 2


def test_a_position_that_ends_and_begins_again_ends_as_the_new_one(journal: AnyJournal) -> None:
    flat = PositionFlat("bot-id-1", "SBIN")
    journal.put(published(1, sample(PositionRecord, state="OPEN"), flat, sample(PositionRecord, state="BUILDING")))
    assert waiting(journal) == [sample(PositionRecord, state="BUILDING")]
    journal.put(published(4, flat))
    assert waiting(journal) == [flat]
    assert list(journal.newest_states()) == []


def test_newest_states_are_those_an_engine_goes_on_from(journal: AnyJournal) -> None:
    gone, kept = sample(BotStatusRecord, 1), sample(BotStatusRecord, 2)
    finished, working = sample(OrderRecord, 1, state=OrderState.FILLED), sample(OrderRecord, 2, state=OrderState.SENT)
    journal.put(published(1, gone, kept, finished, working, sample(CommandResult), sample(FillRecord)))
    journal.put(published(7, BotForgotten(gone.bot_id)))
    journal.flush(60)
    journal.mark_delivered([item.row for item in journal.pending(0, 1000, 10_000_000)])
    assert journal.flush(60)
    assert list(journal.newest_states()) == [kept, working]


def test_pending_goes_by_row_by_count_and_by_bytes(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, *(sample(FillRecord, number) for number in range(10))))
    rows = rows_of(journal)
    size = journal.pending(0, 1, 1)[0].size_bytes
    assert [item.row for item in journal.pending(0, 3, 10_000_000)] == rows[:3]
    assert [item.row for item in journal.pending(rows[4], 100, 10_000_000)] == rows[5:]
    assert [item.row for item in journal.pending(0, 100, 2 * size + 10)] == rows[:2]
    assert [item.row for item in journal.pending(0, 100, 1)] == rows[:1]  # however large, one goes


def test_pending_of_one_document_leaves_all_others_out(journal: AnyJournal, rows_of: Rows) -> None:
    bars = [sample(BarRecord, 1, slot=f"slot-{number}") for number in range(1, 5)]
    journal.put(published(1, sample(FillRecord, 1), *bars[:2], sample(FillRecord, 2), *bars[2:]))
    rows = rows_of(journal)
    document = (bars[0].collection, bars[0].document_id)
    found = journal.pending(0, 10, 10_000_000, of=document)
    assert [item.record for item in found] == bars
    assert [item.row for item in journal.pending(found[1].row, 1, 10_000_000, of=document)] == [found[2].row]
    journal.mark_delivered([found[0].row])
    journal.bury(found[1].row, "INVALID_ARGUMENT", 3)
    assert len(rows_of(journal)) == len(rows) - 2
    assert [item.record for item in journal.pending(0, 10, 10_000_000, of=document)] == bars[2:]
    assert journal.pending(0, 10, 10_000_000, of=("bars", "of nothing")) == []


def test_the_last_row_is_the_highest_there_ever_was(journal: AnyJournal, rows_of: Rows) -> None:
    assert journal.last_row == 0
    journal.put(published(1, sample(FillRecord), sample(AccountRecord, name="first")))
    rows = rows_of(journal)
    assert journal.last_row == rows[-1]
    journal.put(published(3, sample(AccountRecord, name="second")))
    last = rows_of(journal)[-1]
    assert journal.last_row == last
    journal.mark_delivered([last])
    assert journal.flush(60)
    assert journal.last_row == last


def test_what_is_delivered_waits_no_more_and_is_sent_again_after_a_lost_store(
    journal: AnyJournal, rows_of: Rows
) -> None:
    journal.put(published(1, *(sample(FillRecord, number) for number in range(1, 6))))
    journal.put(published(6, sample(AccountRecord)))
    rows = rows_of(journal)
    journal.mark_delivered(rows)
    assert rows_of(journal) == []
    assert journal.status().delivered == 6
    assert journal.requeue_after(3) == 3
    assert waiting(journal) == [sample(FillRecord, 4), sample(FillRecord, 5), sample(AccountRecord)]


def test_marking_a_superseded_state_delivers_nothing_newer(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(AccountRecord, name="sent")))
    on_its_way = rows_of(journal)
    journal.put(published(2, sample(AccountRecord, name="newer")))
    journal.flush(60)
    journal.mark_delivered(on_its_way)
    assert waiting(journal) == [sample(AccountRecord, name="newer")]


def test_a_dead_letter_is_counted_and_waits_no_more(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(AlertRecord, 1), sample(AlertRecord, 2)))
    first, second = rows_of(journal)
    journal.bury(first, "INVALID_ARGUMENT", 9)
    assert journal.buried == 1, "at once: who waits for a record asks before the disk has it"
    assert rows_of(journal) == [second]
    assert journal.status().dead_letters == 1
    assert journal.requeue_after(0) == 0


def test_a_dead_state_is_still_what_the_engine_goes_on_from(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(PositionRecord)))
    journal.bury(rows_of(journal)[0], "INVALID_ARGUMENT", 9)
    assert journal.flush(60)
    assert list(journal.newest_states()) == [sample(PositionRecord)]


def test_a_state_that_fails_again_and_again_is_one_dead_letter(journal: AnyJournal, rows_of: Rows) -> None:
    for number in range(1, 4):
        journal.put(published(number, sample(PositionRecord, state=f"state-{number}")))
        journal.bury(rows_of(journal)[0], "INVALID_ARGUMENT", 9)
    assert journal.flush(60)
    assert journal.status().dead_letters == 1


def test_a_dead_letter_stands_while_its_document_goes_on(journal: AnyJournal, rows_of: Rows) -> None:
    journal.put(published(1, sample(PositionRecord, state="poison"), sample(AlertRecord)))
    position, alert = rows_of(journal)
    journal.bury(position, "INVALID_ARGUMENT", 9)
    journal.put(published(3, sample(PositionRecord, state="sound")))
    assert sample(PositionRecord, state="sound") in waiting(journal)
    journal.bury(alert, "INVALID_ARGUMENT", 9)
    assert journal.flush(60)
    assert journal.status().dead_letters == 2
    assert list(journal.newest_states()) == [sample(PositionRecord, state="sound")]


def test_status_says_how_long_the_oldest_waits_and_how_the_store_is(journal: AnyJournal) -> None:
    journal.put(published(1, sample(FillRecord)))
    journal.note_store(7, "down", parked=2, delivered_per_s=1.5)
    assert journal.flush(60)
    status = journal.status()
    assert 0.0 <= status.oldest_age_s < 60.0
    assert (status.attempts, status.store_state) == (7, "down")
    assert (status.parked, status.delivered_per_s) == (2, 1.5)
