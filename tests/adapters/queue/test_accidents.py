"""What befalls a journal's files by name: a page gone, a file or its log gone, a start ended amid the saving.

The rule, where something was lost, is `assert_saved`.
"""

import random
from pathlib import Path

import pytest

from engine.domain.errors import JournalFailed
from engine.domain.records import AccountRecord, FillRecord
from tests.adapters.queue.damaging import PAGE, Original, assert_goes_on, assert_saved, opened
from tests.outbox.sample_records import published, sample


@pytest.mark.parametrize("page", [0, 1, 2])
def test_the_first_pages_gone_leave_every_record_readable(closed: Original, tmp_path: Path, page: int) -> None:
    """The header, the tables' names and the root of the records: without them SQLite reads nothing at all."""
    path = closed.written_to(tmp_path / "damaged")
    content = bytearray(path.read_bytes())
    content[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    path.write_bytes(content)
    assert_saved(path, closed, {("a.journal", page)})


@pytest.mark.parametrize("seed", range(20))
def test_names_in_the_header_that_are_no_text_any_more_stop_nothing(
    closed: Original, tmp_path: Path, seed: int
) -> None:
    """SQLite tells of them in messages that are no text either."""
    chance = random.Random(seed)
    path = closed.written_to(tmp_path / "damaged")
    content = bytearray(path.read_bytes())
    for _ in range(20):
        content[chance.randrange(PAGE // 2, PAGE)] = 0x9F
    path.write_bytes(content)
    assert_saved(path, closed, {("a.journal", 0)})


def test_a_log_without_its_file_is_read_by_itself(whole: Original, tmp_path: Path) -> None:
    path = whole.written_to(tmp_path / "damaged")
    pages = len(path.read_bytes()) // PAGE
    path.unlink()
    journal = assert_saved(path, whole, {("a.journal", page) for page in range(pages)})
    assert journal.salvaged is not None
    assert "the file is gone, its log is there" in journal.salvaged.sentence
    assert journal.salvaged.damaged_file == "a.journal.damaged-1-wal"


def test_an_empty_file_beside_its_log_is_read_from_the_log(whole: Original, tmp_path: Path) -> None:
    path = whole.written_to(tmp_path / "damaged")
    pages = len(path.read_bytes()) // PAGE
    path.write_bytes(b"")
    assert_saved(path, whole, {("a.journal", page) for page in range(pages)})


def test_a_file_without_its_log_is_told_by_what_had_been_acknowledged(whole: Original, tmp_path: Path) -> None:
    path = whole.written_to(tmp_path / "damaged")
    frames = len(path.with_name("a.journal-wal").read_bytes()) // PAGE
    path.with_name("a.journal-wal").unlink()
    journal = assert_saved(path, whole, {("a.journal-wal", frame) for frame in range(frames)})
    assert journal.salvaged is not None
    assert "was acknowledged" in journal.salvaged.sentence


@pytest.mark.parametrize("content", [b"", bytes(3 * PAGE), b"SQLite format 3\x00\x10"])
def test_an_emptied_file_is_told_and_a_new_journal_begun(closed: Original, tmp_path: Path, content: bytes) -> None:
    path = closed.written_to(tmp_path / "damaged")
    path.write_bytes(content)
    journal = opened(path)
    assert journal.salvaged is not None
    assert journal.salvaged.kept == 0
    assert path.with_name(journal.salvaged.damaged_file).read_bytes() == content
    assert journal.last_sequence == 0
    assert_goes_on(journal)


def test_an_empty_file_that_nothing_was_ever_written_to_is_a_new_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.touch()
    journal = opened(path)
    assert journal.salvaged is None
    assert_goes_on(journal)


@pytest.mark.parametrize("seed", range(5))
def test_the_index_of_another_machine_beside_the_log_is_not_believed(
    whole: Original, tmp_path: Path, seed: int
) -> None:
    path = whole.written_to(tmp_path / "damaged")
    path.with_name("a.journal-shm").write_bytes(random.Random(seed).randbytes(32_768))
    journal = opened(path)
    assert journal.salvaged is None
    assert [item.record for item in journal.pending(0, 10_000, 10**9) if item.record.fact] == list(whole.facts)
    assert {repr(record) for record in journal.newest_states()} == {repr(record) for record in whole.states}
    journal.close()


@pytest.mark.parametrize("torn", [1, 24, 2000, 4119])
def test_a_last_write_that_was_cut_short_is_left_out_and_its_bytes_counted(
    whole: Original, tmp_path: Path, torn: int
) -> None:
    """As a kill -9 amid a write leaves it: whole frames of it that no commit ends, and a part of one."""
    path = whole.written_to(tmp_path / "damaged")
    log = path.with_name("a.journal-wal")
    content = log.read_bytes()
    ending = [place for place in range(32, len(content), PAGE + 24) if content[place + 4 : place + 8] != bytes(4)]
    last_commit_began = ending[-2] + PAGE + 24
    log.write_bytes(content[: last_commit_began + torn])
    forget_what_was_acknowledged(path)  # the last write never was
    journal = opened(path)
    assert journal.salvaged is None
    assert journal.cut_bytes == torn
    assert [item.record for item in journal.pending(0, 10_000, 10**9) if item.record.fact] == list(whole.facts)
    assert sample(AccountRecord) not in list(journal.newest_states())
    assert_goes_on(journal)


def forget_what_was_acknowledged(path: Path) -> None:
    path.with_name("a.journal.lock").unlink()


def test_a_salvaged_journal_has_a_new_name_and_keeps_the_damaged_file(closed: Original, tmp_path: Path) -> None:
    path = closed.written_to(tmp_path / "damaged")
    before = opened(path)
    name = before.name
    before.close()
    for number in (1, 2):
        content = bytearray(path.read_bytes())
        content[PAGE : 2 * PAGE] = b"\xff" * PAGE
        path.write_bytes(content)
        journal = opened(path)
        assert journal.name != name
        assert journal.salvaged is not None
        assert journal.salvaged.damaged_file == f"a.journal.damaged-{number}"
        assert path.with_name(f"a.journal.damaged-{number}").read_bytes() == content
        name = journal.name
        journal.close()


def test_a_salvage_is_told_at_every_start_until_it_was_made_good(closed: Original, tmp_path: Path) -> None:
    path = closed.written_to(tmp_path / "damaged")
    flip = bytearray(path.read_bytes())
    flip[PAGE + 3] ^= 0xFF
    path.write_bytes(flip)
    told = [opened_and_closed(path), opened_and_closed(path)]
    assert told[0] is not None
    assert told[0] == told[1]
    journal = opened(path)
    journal.merge([], 0, 0)
    assert journal.salvaged == told[0]
    journal.made_whole()
    journal.close()
    assert opened_and_closed(path) is None


def opened_and_closed(path: Path) -> object:
    journal = opened(path)
    journal.close()
    return journal.salvaged


def test_dead_letters_are_saved_as_dead_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = opened(path)
    journal.put(published(1, *(sample(FillRecord, number) for number in range(20))))
    assert journal.flush(60)
    journal.bury(3, "INVALID_ARGUMENT: no such field", 4)
    journal.mark_delivered([1, 2])
    journal.close()
    content = bytearray(path.read_bytes())
    content[0:16] = bytes(16)
    path.write_bytes(content)
    journal = opened(path)
    assert journal.salvaged is not None
    assert [(letter.row, letter.error, letter.attempts) for letter in journal.dead()] == [
        (3, "INVALID_ARGUMENT: no such field", 4)
    ]
    assert [item.row for item in journal.pending(0, 100, 10**9)] == list(range(4, 21))
    journal.close()


def test_where_there_is_no_room_to_save_to_nothing_is_changed(closed: Original, tmp_path: Path) -> None:
    path = closed.written_to(tmp_path / "damaged")
    path.write_bytes(path.read_bytes()[: 5 * PAGE])
    path.with_name("a.journal.saving").mkdir()  # as good as a disk that takes no new file
    before = path.read_bytes()
    with pytest.raises(JournalFailed, match="saving"):
        opened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_start_ended_amid_the_move_is_finished_by_the_next(closed: Original, tmp_path: Path, moved: int) -> None:
    """The steps of the move, by hand: the saved file is complete; the damaged one is aside; its log is, too."""
    path = closed.written_to(tmp_path / "damaged")
    saved = path.read_bytes()
    path.with_name("a.journal.saved").write_bytes(saved)
    path.write_bytes(saved[: 5 * PAGE])
    path.with_name("a.journal-wal").write_bytes(b"the damaged one's log")
    if moved >= 1:
        path.rename(path.with_name("a.journal.damaged-1"))
    if moved >= 2:
        path.with_name("a.journal-wal").rename(path.with_name("a.journal.damaged-1-wal"))
    journal = opened(path)
    facts = [item.record for item in journal.pending(0, 10_000, 10**9) if item.record.fact]
    assert facts == list(closed.facts) if moved else len(facts) < len(closed.facts)
    assert (path.with_name("a.journal.damaged-1")).read_bytes() == saved[: 5 * PAGE]
    assert not path.with_name("a.journal.saved").exists()
    assert_goes_on(journal)
