"""What befalls the log: later commits behind a bad frame, and earlier versions of a page that went bad.

Kept apart from what the lock file knows of what was acknowledged, which would tell of most of it too.
"""

from pathlib import Path

import pytest

from engine.domain.records import FillRecord, PositionRecord, Record
from tests.adapters.queue.damaging import PAGE, opened
from tests.outbox.sample_records import published, sample

SLOT = 24 + PAGE
FILLS = [sample(FillRecord, number) for number in range(8)]


def killed(tmp_path: Path, *commits: list[Record]) -> Path:
    """A journal as a kill -9 leaves it, so many commits in its log, and no word of what was acknowledged."""
    journal = opened(tmp_path / "a.journal")
    sequence = 1
    for records in commits:
        journal.put(published(sequence, *records))
        assert journal.flush(60)
        sequence += len(records)
    after = tmp_path / "killed"
    after.mkdir()
    for name in ("a.journal", "a.journal-wal"):
        (after / name).write_bytes((tmp_path / name).read_bytes())
    journal.close()
    return after / "a.journal"


def newest_frame_of(log: bytes, text: bytes) -> int:
    """Where the last frame begins that a text is in."""
    return 32 + (log.rfind(text) - 32) // SLOT * SLOT


def spoil(path: Path, text: bytes) -> None:
    """Make the page that holds the newest copy of a text unreadable, in the log."""
    log = bytearray(path.with_name("a.journal-wal").read_bytes())
    at = newest_frame_of(bytes(log), text)
    log[at + 24 : at + SLOT] = b"\xff" * PAGE
    path.with_name("a.journal-wal").write_bytes(log)


def facts_in(path: Path) -> list[Record]:
    journal = opened(path)
    assert journal.salvaged is not None
    facts = [item.record for item in journal.pending(0, 100, 10**9) if item.record.fact]
    journal.close()
    return facts


def test_commits_behind_a_bad_frame_are_not_given_up(tmp_path: Path) -> None:
    """SQLite would end the log there, and say nothing."""
    path = killed(tmp_path, FILLS[:2], FILLS[2:4], FILLS[4:])
    log = bytearray(path.with_name("a.journal-wal").read_bytes())
    first = log.find(b"fill-key-2")
    log[32 + (first - 32) // SLOT * SLOT + 100] ^= 0xFF
    path.with_name("a.journal-wal").write_bytes(log)
    assert facts_in(path) == FILLS


@pytest.mark.parametrize("at", [0, 8, 16, 24])
def test_a_log_whose_header_went_bad_is_not_given_up(tmp_path: Path, at: int) -> None:
    """SQLite would take the whole log for none."""
    path = killed(tmp_path, FILLS[:2], FILLS[2:4], FILLS[4:])
    log = bytearray(path.with_name("a.journal-wal").read_bytes())
    log[at] ^= 0xFF
    path.with_name("a.journal-wal").write_bytes(log)
    assert facts_in(path) == FILLS


def test_a_fact_is_taken_from_an_earlier_version_of_its_page(tmp_path: Path) -> None:
    path = killed(tmp_path, FILLS[:4], FILLS[4:6], FILLS[6:], [sample(PositionRecord)])
    spoil(path, b"fill-key-5")
    facts = facts_in(path)
    assert [fact for fact in facts if fact in FILLS[:6]] == FILLS[:6]


def test_a_state_is_never_taken_from_an_earlier_version_of_its_page(tmp_path: Path) -> None:
    """It was superseded; as the newest it would be a position that there is no more."""
    old, new = sample(PositionRecord, state="superseded"), sample(PositionRecord, state="the newest")
    path = killed(tmp_path, [*FILLS[:3], old], [new], [sample(FillRecord, 9)])
    for _ in range(2):  # every version of the page that holds the newest
        if b"the newest" in path.with_name("a.journal-wal").read_bytes():
            spoil(path, b"the newest")
    assert b"superseded" in path.with_name("a.journal-wal").read_bytes()
    journal = opened(path)
    assert journal.salvaged is not None
    assert list(journal.newest_states()) == []
    assert [item.record for item in journal.pending(0, 100, 10**9)][:3] == FILLS[:3]
    journal.close()
