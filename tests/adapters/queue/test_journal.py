"""The journal on disk: one holder, whole batches, what a reopened file holds, damage told, a disk that fails."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.domain.errors import JournalFailed
from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    FillRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    Record,
)
from engine.outbox.codec import decode, encode
from tests.outbox.sample_records import published, sample


def opened(path: Path, **options: object) -> FileJournal:
    return FileJournal(path, encode, decode, SystemClock(), **options)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "paper-test.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[FileJournal]:
    journal = opened(path)
    yield journal
    journal.close()


def reopened(journal: FileJournal) -> FileJournal:
    journal.close()
    return opened(journal.path)


def test_a_reopened_journal_holds_what_was_put_and_its_name(journal: FileJournal) -> None:
    records = [sample(FillRecord), sample(AccountRecord), sample(PositionRecord)]
    journal.put(published(1, *records))
    assert journal.flush(60)
    journal.mark_delivered([journal.pending(0, 1, 1)[0].row])
    again = reopened(journal)
    assert again.name == journal.name
    assert [item.record for item in again.pending(0, 10, 10_000)] == records[1:]
    assert again.last_sequence == 3
    assert list(again.newest_states()) == records[1:]
    again.put(published(4, PositionFlat("bot-id-1", "SBIN")))
    assert again.flush(60)
    assert list(again.newest_states()) == [sample(AccountRecord)]
    again.close()


def test_closing_writes_what_is_still_queued(path: Path) -> None:
    journal = opened(path)
    for number in range(1, 501):
        journal.put(published(number, sample(FillRecord, number)))
    again = reopened(journal)
    assert again.status().depth == 500
    again.close()


def test_another_process_is_refused_while_one_holds_the_journal(journal: FileJournal) -> None:
    with pytest.raises(JournalFailed, match=r"locked: process \d+ keeps this journal"):
        opened(journal.path)
    open_it = (
        "import sys; from pathlib import Path; from engine.adapters.clock import SystemClock;"
        "from engine.adapters.queue.journal import FileJournal; from engine.outbox.codec import decode, encode;"
        "FileJournal(Path(sys.argv[1]), encode, decode, SystemClock())"
    )
    other = subprocess.run(
        [sys.executable, "-c", open_it, str(journal.path)], capture_output=True, text=True, timeout=180
    )
    assert other.returncode == 1
    assert "JournalFailed" in other.stderr
    assert "is locked: process" in other.stderr
    journal.close()
    opened(journal.path).close()


def test_two_journals_have_two_names_even_at_one_path(path: Path) -> None:
    first = opened(path)
    first.close()
    for file in path.parent.iterdir():
        file.unlink()
    second = opened(path)
    assert second.name != first.name
    second.close()


def test_the_relay_is_woken_once_records_are_durable(path: Path) -> None:
    woken = Event()
    journal = opened(path, on_durable=woken.set)
    journal.put(published(1, sample(FillRecord)))
    assert woken.wait(60)
    assert len(journal.pending(0, 10, 10_000)) == 1
    journal.close()


def test_only_delivered_history_is_dropped_oldest_first(path: Path) -> None:
    journal = opened(path, history_max=40)
    journal.put(published(1, sample(AccountRecord)))
    journal.put(published(2, *(sample(FillRecord, number) for number in range(100))))
    assert journal.flush(60)
    assert journal.status().depth == 101  # nothing of it is delivered, so all of it stays
    journal.mark_delivered([item.row for item in journal.pending(0, 1000, 10_000_000)][:91])
    journal.put(published(102, sample(FillRecord, 100)))
    journal.put(published(103, sample(FillRecord, 101)))
    assert journal.flush(60)
    assert journal.requeue_after(0) <= 35
    kept = [item.record for item in journal.pending(0, 1000, 10_000_000)]
    assert sample(AccountRecord) in kept
    assert [record for record in kept if isinstance(record, FillRecord)][-12:] == [
        sample(FillRecord, number) for number in range(90, 102)
    ]
    assert sample(FillRecord, 0) not in kept
    journal.close()


@pytest.mark.parametrize("finished_since", [0, 100])
def test_an_order_that_ended_is_not_open_again_because_an_earlier_word_of_it_is_a_dead_letter(
    path: Path, finished_since: int
) -> None:
    journal = opened(path, history_max=40)
    journal.put(published(1, sample(OrderRecord, 1, state=OrderState.SENT)))
    assert journal.flush(60)
    ((row,),) = [[item.row for item in journal.pending(0, 10, 10_000)]]
    journal.bury(row, "refused", 3)
    journal.put(published(2, sample(OrderRecord, 1, state=OrderState.FILLED)))
    for number in range(2, finished_since):  # so many that the word of its end is dropped as history
        journal.put(published(1 + number, sample(OrderRecord, number, state=OrderState.FILLED)))
        assert journal.flush(60)
        journal.mark_delivered([item.row for item in journal.pending(0, 10, 10_000)])
    again = reopened(journal)
    assert list(again.newest_states()) == []
    (letter,) = again.dead()
    assert not again.send_again(letter.row), "it would put the order's document back"
    again.close()


def damage(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_record_that_cannot_be_read_becomes_a_dead_letter_and_the_rest_flows(path: Path) -> None:
    journal = opened(path)
    journal.put(published(1, *(sample(AlertRecord, number) for number in (1, 2, 3))))
    journal.close()
    damage(path, "UPDATE records SET payload = substr(payload, 1, 30) WHERE row = 2")
    journal = opened(path)
    assert [item.record for item in journal.pending(0, 10, 10_000)] == [sample(AlertRecord, 1), sample(AlertRecord, 3)]
    assert journal.flush(60)
    assert journal.status().dead_letters == 1
    journal.close()


def test_a_state_that_was_changed_is_left_to_the_store_and_told(path: Path) -> None:
    journal = opened(path)
    journal.put(published(1, sample(PositionRecord), sample(AccountRecord)))
    journal.close()
    damage(path, "UPDATE records SET payload = substr(payload, 1, 90) WHERE row = 1")
    journal = opened(path)
    assert journal.salvaged is not None
    assert "open_positions/bot-id-1_SBIN fails its checksum" in journal.salvaged.sentence
    assert "1 record could be saved, 1 could not be read" in journal.salvaged.sentence
    assert list(journal.newest_states()) == [sample(AccountRecord)]
    journal.close()


def test_a_state_of_a_later_version_stops_the_start_and_is_not_taken_for_damaged(path: Path) -> None:
    journal = opened(path)
    journal.put(published(1, sample(PositionRecord)))
    journal.close()
    damage(path, "UPDATE records SET payload = CAST('L2 of another layout' AS BLOB)")
    journal = opened(path)
    assert journal.salvaged is None
    with pytest.raises(JournalFailed, match="open_positions/bot-id-1_SBIN"):
        journal.newest_states()
    journal.close()


@pytest.mark.parametrize("content", [b"this is no database at all, " * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_file_that_is_no_journal_is_refused_by_name_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(JournalFailed, match=r"paper-test\.journal can't be opened as a journal"):
        opened(path)
    assert path.read_bytes() == content
    with pytest.raises(JournalFailed, match="can't be opened"):
        opened(path)  # and the lock was let go


def test_another_programs_database_and_a_later_format_are_refused(path: Path) -> None:
    path.parent.mkdir()
    damage(path, "CREATE TABLE theirs (a)")
    with pytest.raises(JournalFailed, match="another program's database"):
        opened(path)
    path.unlink()
    opened(path).close()
    damage(path, "PRAGMA user_version = 2")
    with pytest.raises(JournalFailed, match="format 2"):
        opened(path)


def test_a_record_that_cannot_be_encoded_is_no_silent_end_of_the_writer(path: Path) -> None:
    def broken(record: Record) -> bytes:
        raise TypeError("no such record")

    journal = FileJournal(path, broken, decode, SystemClock())
    journal.put(published(1, sample(FillRecord)))
    with pytest.raises(JournalFailed, match="no such record"):
        journal.flush(60)
    journal.close()


def test_a_discarded_last_record_gives_its_sequence_to_no_other(path: Path) -> None:
    journal = opened(path)
    journal.put(published(1, sample(FillRecord, 1), sample(FillRecord, 2)))
    assert journal.flush(60)
    journal.bury(2, "INVALID_ARGUMENT", 3)
    journal.discard(2)
    again = reopened(journal)
    assert again.last_sequence == 2
    again.close()
