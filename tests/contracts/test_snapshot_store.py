"""The snapshot file: whole or not at all, read by another process, and no snapshot is None."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.adapters.snapshot_file import SnapshotFile
from engine.domain.errors import OutcomeUnknown, PermanentFailure


def test_what_was_written_is_read_and_times_are_iso(tmp_path: Path) -> None:
    path = tmp_path / "run" / "snapshot.json"
    assert SnapshotFile(path).read() is None
    SnapshotFile(path).write({"written_at": datetime(2026, 1, 5, 9, 15, tzinfo=UTC), "accounts": {"a": {"cash": 1.5}}})
    assert SnapshotFile(path).read() == {"written_at": "2026-01-05T09:15:00Z", "accounts": {"a": {"cash": 1.5}}}
    assert [file.name for file in path.parent.iterdir()] == ["snapshot.json"]


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    writer, reader = SnapshotFile(path), SnapshotFile(path)
    writer.write({"number": 0, "filling": ""})
    done = threading.Event()

    def write() -> None:
        for number in range(300):
            writer.write({"number": number, "filling": "x" * (number * 100)})
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        snapshot = reader.read()
        assert snapshot is not None
        assert len(snapshot["filling"]) == snapshot["number"] * 100
    thread.join()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_file_that_is_no_snapshot_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "snapshot.json"
    path.write_bytes(content)
    assert SnapshotFile(path).read() is None


def test_a_place_that_cannot_be_written_is_an_operating_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutcomeUnknown):
        SnapshotFile(tmp_path / "file" / "snapshot.json").write({})


def test_what_json_cannot_hold_is_an_operating_error_too(tmp_path: Path) -> None:
    snapshots = SnapshotFile(tmp_path / "snapshot.json")
    snapshots.write({"number": 1})
    with pytest.raises(PermanentFailure):
        snapshots.write({"words": "half a letter \ud83d"})
    assert snapshots.read() == {"number": 1}


def test_on_a_full_disk_the_new_one_takes_the_room_of_the_old_one(tmp_path: Path) -> None:
    """Its place aside is /dev/full: whatever is written there finds no room."""
    path = tmp_path / "snapshot.json"
    SnapshotFile(path).write({"number": 1, "filling": "x" * 100})
    for number in (2, 3):
        (tmp_path / f".snapshot.json.{os.getpid()}").symlink_to("/dev/full")
        SnapshotFile(path).write({"number": number})
        assert SnapshotFile(path).read() == {"number": number}
    assert [file.name for file in tmp_path.iterdir()] == ["snapshot.json"]
