"""A full disk: what was acknowledged stays; what was put waits in its order, and is written once there is room."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.adapters.queue.journal import FileJournal
from engine.domain.errors import JournalFailed
from engine.domain.records import AccountRecord, FillRecord, Record
from tests.adapters.queue.damaging import opened
from tests.outbox.sample_records import published, sample

WITHIN_S = 60.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    """One fill acknowledged, then a disk without a page to spare."""
    journal = opened(tmp_path / "a.journal", history_max=100_000)
    journal.put(published(1, sample(FillRecord, 1)))
    assert journal.flush(60)
    fill_up(journal)
    yield journal
    journal.close()


def fill_up(journal: FileJournal) -> None:
    """SQLite's own full disk: the file may not grow by a page."""
    journal._connection.execute("PRAGMA max_page_count = 1")  # it takes the present size for the least


def make_room(journal: FileJournal, pages: int = 1_000_000) -> None:
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_full(journal: FileJournal) -> bool:
    return journal.status().journal_state == "full"


def waiting(journal: FileJournal) -> list[Record]:
    return [item.record for item in journal.pending(0, 100_000, 10**9)]


def test_what_does_not_fit_waits_in_order_and_is_written_once_there_is_room(journal: FileJournal) -> None:
    journal.put(published(2, *(sample(FillRecord, number) for number in range(2, 200))))
    until(lambda: is_full(journal))
    journal.put(published(200, sample(FillRecord, 200), sample(AccountRecord)))
    assert not journal.flush(0.1)
    assert waiting(journal) == [sample(FillRecord, 1)]
    assert "is full (database or disk is full)" in journal.status().journal_detail
    make_room(journal)
    assert journal.flush(WITHIN_S)
    assert waiting(journal) == [*(sample(FillRecord, number) for number in range(1, 201)), sample(AccountRecord)]
    assert (journal.status().journal_state, journal.status().journal_detail) == ("writing", "")
    assert journal.last_sequence == 201


def test_a_little_room_is_used_before_there_is_room_for_all(journal: FileJournal) -> None:
    for number in range(2, 302):
        journal.put(published(number, sample(FillRecord, number)))
    until(lambda: is_full(journal))
    ((pages,),) = journal._connection.execute("PRAGMA page_count")
    make_room(journal, pages + 12)
    until(lambda: len(waiting(journal)) > 1)
    until(lambda: is_full(journal))
    some = waiting(journal)
    assert some == [sample(FillRecord, number) for number in range(1, len(some) + 1)]
    make_room(journal)
    assert journal.flush(WITHIN_S)
    assert waiting(journal) == [sample(FillRecord, number) for number in range(1, 302)]


def test_delivered_history_makes_room_and_nothing_else_does(tmp_path: Path) -> None:
    journal = opened(tmp_path / "a.journal", history_max=100_000)
    state = sample(AccountRecord)
    journal.put(published(1, state, *(sample(FillRecord, number) for number in range(1, 1_001))))
    assert journal.flush(60)
    rows = [item.row for item in journal.pending(0, 2_000, 10**9)]
    journal.mark_delivered(rows[:901])
    fill_up(journal)
    for number in range(1_001, 1_401):
        journal.put(published(number + 1, sample(FillRecord, number)))
    assert journal.flush(WITHIN_S)  # without a page more than before
    assert waiting(journal) == [sample(FillRecord, number) for number in range(901, 1_401)]
    assert list(journal.newest_states()) == [state]
    for number in range(1_401, 3_001):
        journal.put(published(number + 1, sample(FillRecord, number)))
    until(lambda: is_full(journal))  # what is left may not go
    assert waiting(journal)[:500] == [sample(FillRecord, number) for number in range(901, 1_401)]
    make_room(journal)
    assert journal.flush(WITHIN_S)
    assert waiting(journal) == [sample(FillRecord, number) for number in range(901, 3_001)]
    journal.close()


def test_what_the_relay_delivers_meanwhile_is_noted_and_makes_room(journal: FileJournal) -> None:
    make_room(journal)
    journal.put(published(2, *(sample(FillRecord, number) for number in range(2, 502))))
    assert journal.flush(60)
    fill_up(journal)
    journal.put(published(502, *(sample(FillRecord, number) for number in range(502, 900))))
    until(lambda: is_full(journal))
    journal.mark_delivered([item.row for item in journal.pending(0, 450, 10**9)])
    assert journal.flush(WITHIN_S)
    assert waiting(journal) == [sample(FillRecord, number) for number in range(451, 900)]


def test_history_that_made_room_gives_no_sequence_again(tmp_path: Path) -> None:
    journal = opened(tmp_path / "a.journal")
    journal.put(published(1, *(sample(FillRecord, number) for number in range(200))))
    assert journal.flush(60)
    journal.mark_delivered([item.row for item in journal.pending(0, 1_000, 10**9)])
    assert journal.flush(60)
    fill_up(journal)
    journal.put(published(201, *(sample(FillRecord, number) for number in range(2_000))))
    until(lambda: is_full(journal))  # all that was delivered is dropped by now, the last row with it
    ((kept,),) = journal._read("SELECT count(*) FROM records")
    assert kept == 0
    journal.close()
    again = opened(tmp_path / "a.journal")
    assert again.last_sequence == 200
    again.close()


def test_no_more_is_taken_than_memory_may_hold(tmp_path: Path) -> None:
    journal = opened(tmp_path / "a.journal", queued_max=50)
    fill_up(journal)

    def put_for_ever() -> None:
        for number in range(10_000):
            journal.put(published(number + 1, *(sample(FillRecord, number) for _ in range(20))))

    with pytest.raises(JournalFailed, match=r"50 batches wait, and no more are taken|50 batches wait.*is full"):
        put_for_ever()
    until(lambda: is_full(journal))
    put = journal._writer.waiting
    assert put == 50
    make_room(journal)
    assert journal.flush(WITHIN_S)
    fills = waiting(journal)
    assert fills == [sample(FillRecord, number) for number in range(len(fills) // 20) for _ in range(20)]
    journal.put(published(journal.last_sequence + 1, sample(AccountRecord)))  # and it takes more again
    assert journal.flush(60)
    journal.close()


def test_closing_on_a_full_disk_ends_at_once_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    journal = opened(tmp_path / "a.journal")
    journal.put(published(1, sample(FillRecord, 1)))
    assert journal.flush(60)
    fill_up(journal)
    journal.put(published(2, *(sample(FillRecord, number) for number in range(2, 200))))
    until(lambda: is_full(journal))
    began = time.monotonic()
    journal.close()
    assert time.monotonic() - began < 60.0, "whoever waits for room waits for good"
    again = opened(tmp_path / "a.journal")
    assert again.salvaged is None
    assert waiting(again) == [sample(FillRecord, 1)]
    again.close()


LIMITED = """
import resource, sys
from pathlib import Path
from tests.adapters.queue.test_disk_full import limited
limited(Path(sys.argv[1]))
"""


def limited(path: Path) -> None:
    """In a process of its own: the system refuses to let any file grow beyond a limit, until it is lifted."""
    journal = opened(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    acknowledged = 0
    for number in range(1, 2_000):
        journal.put(published(number, sample(FillRecord, number)))
        if is_full(journal):
            break
        if journal.flush(0.5):
            acknowledged = number
    until(lambda: is_full(journal))
    assert len(waiting(journal)) >= acknowledged > 10
    detail = journal.status().journal_detail
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert journal.flush(WITHIN_S)
    assert waiting(journal) == [sample(FillRecord, fill) for fill in range(1, number + 1)]
    journal.close()
    sys.stdout.write(detail)


def test_the_systems_own_refusal_is_waited_out_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "a.journal")], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "is full (disk I/O error)" in done.stdout


def test_a_failure_that_is_no_full_disk_is_for_good_and_says_so(tmp_path: Path) -> None:
    journal = opened(tmp_path / "a.journal")
    journal.put(published(1, sample(FillRecord, 1)))
    assert journal.flush(60)
    journal._connection.execute("PRAGMA query_only = ON")  # SQLite refuses every write
    journal.put(published(2, sample(FillRecord, 2)))
    with pytest.raises(JournalFailed, match="can't be written any more: attempt to write a readonly database"):
        journal.flush(60)
    with pytest.raises(JournalFailed, match="can't be written any more"):
        journal.put(published(3, sample(FillRecord, 3)))
    assert journal.status().journal_state == "failed"
    assert waiting(journal) == [sample(FillRecord, 1)]  # what is durable still goes out
    journal.close()
    again = opened(tmp_path / "a.journal")
    assert waiting(again) == [sample(FillRecord, 1)]
    again.close()


def test_the_file_stops_growing_once_history_is_bounded(tmp_path: Path) -> None:
    journal = opened(tmp_path / "a.journal", history_max=500)
    sizes = []
    for number in range(30):
        journal.put(published(number * 201 + 1, *(sample(FillRecord, number * 200 + one) for one in range(200))))
        journal.put(published(number * 201 + 201, sample(AccountRecord, name=f"after {number}")))
        assert journal.flush(60)
        journal.mark_delivered([item.row for item in journal.pending(0, 1_000, 10**9)])
        assert journal.flush(60)
        journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes.append((tmp_path / "a.journal").stat().st_size)
    assert sizes[2] > sizes[0]
    assert max(sizes[10:]) <= 1.2 * max(sizes[:10]), "a page more or less, as the writer's commits fall"
    undelivered = [sample(FillRecord, 10_000 + number) for number in range(2_000)]
    journal.put(published(20_000, *undelivered))
    journal.put(published(30_000, sample(FillRecord, 20_000)))
    assert journal.flush(60)
    assert waiting(journal)[:2_000] == undelivered  # four times what the bound allows, and none of it may go
    journal.close()
