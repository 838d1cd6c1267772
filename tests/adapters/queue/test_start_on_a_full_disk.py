"""A start on a full disk: what the store may lack is sent again all the same, and none of it is dropped for room."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.adapters.queue.journal import FileJournal
from engine.domain.errors import JournalFailed
from engine.domain.records import AccountRecord, FillRecord, Record
from tests.adapters.queue.damaging import opened
from tests.adapters.queue.test_disk_full import fill_up, is_full, make_room, until
from tests.outbox.sample_records import published, sample

FILLS = 800
MARK = 100  # the lease's: the store may lack what has a higher sequence
TAKEN = 200


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    """A journal of before the start: 800 fills, all but the last ten of them delivered, and no room on its disk."""
    before = opened(tmp_path / "a.journal", history_max=100_000)
    before.put(published(1, *(sample(FillRecord, number) for number in range(1, FILLS + 1))))
    assert before.flush(60)
    before.mark_delivered([item.row for item in before.pending(0, FILLS - 10, 10**9)])
    assert before.flush(60)
    before.close()
    with closing(sqlite3.connect(before.path)) as file:
        file.execute("VACUUM")  # no page of it is free
    journal = opened(tmp_path / "a.journal", history_max=100_000)
    fill_up(journal)
    yield journal
    journal.close()


def relayed(journal: FileJournal) -> list[Record]:
    """Everything that a relay takes and delivers, row by row, from the beginning."""
    after, found = 0, []
    while batch := journal.pending(after, TAKEN, 10**9):
        after = batch[-1].row
        found += [item.record for item in batch]
        journal.mark_delivered([item.row for item in batch])
    return found


def fills(first: int, last: int = FILLS) -> list[Record]:
    return [sample(FillRecord, number) for number in range(first, last + 1)]


def test_what_the_store_may_lack_waits_again_at_once(journal: FileJournal) -> None:
    began = time.monotonic()
    assert journal.requeue_after(MARK) == FILLS - MARK - 10
    assert time.monotonic() - began < 60.0
    assert is_full(journal)
    assert journal.status().depth == FILLS - MARK
    assert relayed(journal) == fills(MARK + 1)
    until(lambda: journal.status().depth == 0)


def test_one_documents_records_are_taken_alike(journal: FileJournal) -> None:
    journal.requeue_after(MARK)
    wanted = sample(FillRecord, MARK + 1)
    document = (wanted.collection, wanted.document_id)
    (found,) = journal.pending(0, 10, 10**9, of=document)
    assert found.record == wanted
    journal.mark_delivered([found.row])
    assert journal.pending(0, 10, 10**9, of=document) == []


def test_what_is_set_aside_is_not_taken_again(journal: FileJournal) -> None:
    journal.requeue_after(MARK)
    first, *_ = journal.pending(0, 10, 10**9)
    journal.bury(first.row, "INVALID_ARGUMENT", 9)
    assert journal.pending(0, 1, 10**9)[0].row > first.row


def test_nothing_of_it_is_dropped_to_make_room(journal: FileJournal) -> None:
    journal.requeue_after(MARK)
    journal.put(published(FILLS + 1, *(sample(FillRecord, FILLS + number) for number in range(1, 501))))
    until(lambda: "1 batch waits" in journal.status().journal_detail or not is_full(journal))
    assert relayed(journal)[: FILLS - MARK - 10] == fills(MARK + 1, FILLS - 10)


def test_what_was_decided_since_follows_once_there_is_room(journal: FileJournal) -> None:
    journal.requeue_after(MARK)
    journal.put(published(FILLS + 1, sample(AccountRecord)))
    assert relayed(journal) == fills(MARK + 1)
    make_room(journal)
    assert journal.flush(60)
    assert relayed(journal) == [sample(AccountRecord)]
    until(lambda: journal.status().depth == 0)


def test_a_start_that_ended_before_all_was_through_finds_it_again(journal: FileJournal) -> None:
    journal.requeue_after(MARK)
    journal.pending(0, TAKEN, 10**9)
    journal.close()
    again = opened(journal.path)
    assert again.requeue_after(MARK) == FILLS - MARK - 10
    assert relayed(again) == fills(MARK + 1)
    again.close()


def test_a_change_that_must_be_on_disk_fails_at_once_and_says_what_is_full_and_what_to_do(journal: FileJournal) -> None:
    began = time.monotonic()
    with pytest.raises(JournalFailed, match=r"The disk with .*a\.journal is full .*Free some space there"):
        journal.merge([sample(AccountRecord, name="x" * 100_000)], FILLS, FILLS)
    assert time.monotonic() - began < 60.0
