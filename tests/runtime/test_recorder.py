"""The recorder beside a session: files by day, kept so long, and no disk of its own trouble ever stops the trading."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.events import SessionOpened
from engine.domain.market import Tick
from engine.recording.day_file import DayReader
from engine.recording.folder import Keep, drop_old, parts_in, run_up_to
from engine.research.day_replay import replay_day
from engine.runtime.recorder import Recorder
from engine.strategies.registry import make
from tests.builders.times import TUESDAY, WEDNESDAY, session
from tests.recording.recorded import RecordedDay, recorder


def hear_day(one: Recorder, day: str, ticks: int = 3) -> None:
    """A session opens and a few prices come."""
    opened = session(day)
    one.tap.took(SessionOpened(opened, opened.open_at))
    for number in range(ticks):
        one.tap.took(Tick("ACME", opened.open_at + 1_000_000 * number, 50_000 + number, 1.0))
    one.write()


def test_each_day_of_a_run_is_a_file_that_goes_on_from_the_one_before(tmp_path: Path) -> None:
    one = recorder(tmp_path, run=4)
    for day in ("2026-03-02", TUESDAY, WEDNESDAY):
        hear_day(one, day)
    one.close()
    assert [(part.day, part.run, part.part) for part in parts_in(tmp_path)] == [
        ("2026-03-02", 4, 0), (TUESDAY, 4, 1), (WEDNESDAY, 4, 2),
    ]  # fmt: skip
    last = parts_in(tmp_path)[-1].path
    assert len(run_up_to(last)) == 3
    assert len(list(DayReader(last).steps())) == 4


def test_a_run_whose_number_was_given_before_takes_the_next(tmp_path: Path) -> None:
    """An epoch comes again where Firestore was emptied, and a recording is never written over."""
    for _ in range(2):
        one = recorder(tmp_path, run=7)
        hear_day(one, TUESDAY)
        one.close()
        assert one.stopped is None
    assert [(part.run, DayReader(part.path).header.run) for part in parts_in(tmp_path)] == [(7, 7), (8, 8)]
    assert {part.path.stat().st_mode & 0o777 for part in parts_in(tmp_path)} == {0o600}


def test_the_past_that_is_told_at_a_start_belongs_to_the_first_days_file(tmp_path: Path) -> None:
    one = recorder(tmp_path)
    for day in ("2026-03-02", TUESDAY):  # as a feed's history tells them, without prices
        one.tap.took(SessionOpened(session(day), session(day).open_at))
    one.write()
    assert parts_in(tmp_path) == []
    hear_day(one, TUESDAY)
    one.close()
    (part,) = parts_in(tmp_path)
    assert (part.day, len(list(DayReader(part.path).steps()))) == (TUESDAY, 6)


def test_runs_that_no_kept_day_needs_are_dropped_whole(tmp_path: Path) -> None:
    for run, day in enumerate(["2026-03-02", TUESDAY, WEDNESDAY], 1):
        one = recorder(tmp_path, run, Keep(2, 10**9))
        hear_day(one, day)
        one.close()
    drop_old(tmp_path, Keep(2, 10**9), run=4)
    assert [part.day for part in parts_in(tmp_path)] == [TUESDAY, WEDNESDAY]
    size = sum(part.path.stat().st_size for part in parts_in(tmp_path))
    assert drop_old(tmp_path, Keep(2, size - 1), run=4) < size
    assert [part.day for part in parts_in(tmp_path)] == [WEDNESDAY]
    drop_old(tmp_path, Keep(1, 1), run=3)
    assert [part.day for part in parts_in(tmp_path)] == [WEDNESDAY], "the present run is never dropped"


def test_a_run_that_reaches_its_bound_stops_and_says_so_once(tmp_path: Path) -> None:
    told: list[tuple[str, str, str]] = []
    first = recorder(tmp_path, run=1)
    one = Recorder(tmp_path, replace(first._header, run=2), Keep(5, 2_000), lambda *said: told.append(said))
    first.close()
    for minute in range(40):
        hear_day(one, f"2026-03-{2 + minute % 28:02d}" if minute < 28 else "2026-03-30", ticks=40)
    assert [kind for kind, _, _ in told] == ["recording_stopped"]
    assert "RECORD_MB" in told[0][2]
    assert one.tap.closed
    assert len(one.tap) == 0


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full: no file of this process grows beyond."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def test_a_full_disk_stops_the_recording_with_an_alert_and_never_the_trading(tmp_path: Path) -> None:
    told: list[tuple[str, str, str]] = []
    day = RecordedDay(tmp_path)
    day.recorder._tell = lambda *said: told.append(said)
    with files_of_at_most(6_000):
        day.trade(90)
    assert [kind for kind, _, _ in told] == ["recording_stopped"]
    assert os.strerror(errno.EFBIG) in told[0][2]
    assert len(day.life.state.ledger.marks) > 80, "the session went on to the end"
    found = replay_day(day.file, make)
    assert found.differing == 0
    assert found.decisions > 0


def test_a_folder_that_cannot_be_made_stops_it_alike(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    one = recorder(tmp_path / "taken")
    hear_day(one, TUESDAY)
    assert one.stopped is not None
    assert one.tap.closed


def test_a_tap_that_is_not_emptied_in_time_closes_itself(tmp_path: Path) -> None:
    one = recorder(tmp_path)
    one.tap._capacity = 100
    hear_day(one, TUESDAY)
    for number in range(200):
        one.tap.took(Tick("ACME", session(TUESDAY).open_at + number, 50_000, 1.0))
    one.tap.gave([])
    one.write()
    assert one.stopped == "it could not keep up"


def test_an_event_that_cannot_be_packed_stops_it_with_an_alert(tmp_path: Path) -> None:
    told: list[tuple[str, str, str]] = []
    one = recorder(tmp_path)
    one._tell = lambda *said: told.append(said)
    hear_day(one, TUESDAY)
    one.tap.took(Tick("ACME", session(TUESDAY).open_at, 2**70, 1.0))
    one.write()
    assert [kind for kind, _, _ in told] == ["recording_stopped"]
    assert one.tap.closed, "nothing piles up that nobody empties"


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.recording.recorded import RecordedDay
day = RecordedDay(Path(sys.argv[1]))
session, step, left = day.life.session, day.life.session.step, [int(sys.argv[2])]
def counted(event):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    step(event)
session.step = counted
day.trade(150, write_every=50)
"""


@pytest.mark.parametrize("events", [400, 1_111])
def test_a_killed_process_leaves_a_recording_that_replays(events: int, tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(events)], check=False, timeout=180)
    assert ended.returncode == -signal.SIGKILL
    (part,) = parts_in(tmp_path)
    found = replay_day(part.path, make)
    assert found.differing == 0
    assert found.events > events // 2
