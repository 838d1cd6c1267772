"""A file and a signal kill the account, each once; nothing but a person lifts that."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.domain.events import Event, KillAsked, KillReviewed, KillSwitchRemoved
from engine.domain.records import KillRecord, KillState
from engine.runtime.kill_watch import REVIEW_S, KillSignal, KillWatch
from engine.simulation.clock import ManualClock


@dataclass
class Desk:
    """A watch that a test has look; `standing` is the account's kill."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    signalled: KillSignal = field(default_factory=KillSignal)
    told: list[Event] = field(default_factory=list)
    standing: KillRecord | None = None

    def __post_init__(self) -> None:
        self.watch = KillWatch(self.folder, self.signalled, self.told.append, lambda: self.standing, self.clock)

    @property
    def file(self) -> Path:
        return self.folder / "KILL_SWITCH"

    def look(self) -> list[Event]:
        """What one look tells."""
        self.told.clear()
        self.watch.look()
        return list(self.told)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One that has seen that there is no file."""
    made = Desk(tmp_path)
    assert made.look() == [KillSwitchRemoved()]  # a kill of before a restart learns that its file is gone
    return made


def test_the_file_kills_once_and_its_removal_is_told_but_kills_nothing(desk: Desk) -> None:
    desk.file.write_text("the feed is wrong\n")
    (asked,) = desk.look()
    assert isinstance(asked, KillAsked)
    assert (asked.reason, asked.flatten, asked.by) == ("the feed is wrong", False, "file")
    assert desk.look() == []
    desk.file.unlink()
    assert desk.look() == [KillSwitchRemoved()]
    assert desk.look() == []
    desk.file.touch()
    assert [type(event) for event in desk.look()] == [KillAsked]


def test_a_file_that_says_something_else_now_kills_again(desk: Desk) -> None:
    desk.file.touch()  # as a shell does before it writes: the look may come in between
    desk.look()
    desk.file.write_text("flatten\n")
    assert [event.flatten for event in desk.look() if isinstance(event, KillAsked)] == [True]
    assert desk.look() == []


def test_a_file_that_was_there_before_the_start_kills_at_the_first_look(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.file.touch()
    (asked,) = desk.look()
    assert isinstance(asked, KillAsked)
    assert asked.reason == "the file KILL_SWITCH"


@pytest.mark.parametrize(
    ("text", "reason", "flatten"),
    [
        (b"", "the file KILL_SWITCH", False),
        (b"flatten", "the file KILL_SWITCH", True),
        (b"Flatten\nodd prices\n since ten ", "odd prices since ten", True),
        (b"do not flatten", "do not flatten", False),
        (b"\x00\x1b[31m red \xff\n", "[31m red \N{REPLACEMENT CHARACTER}", False),
        (b"x" * 5_000, "x" * 200, False),
    ],
    ids=["empty", "flatten", "flatten and why", "a sentence", "junk", "long"],
)
def test_what_the_file_says_is_the_reason(desk: Desk, text: bytes, reason: str, flatten: bool) -> None:
    desk.file.write_bytes(text)
    (asked,) = desk.look()
    assert isinstance(asked, KillAsked)
    assert (asked.reason, asked.flatten) == (reason, flatten)


def test_a_file_that_cannot_be_read_counts_as_a_kill(desk: Desk) -> None:
    desk.file.mkdir()
    (asked,) = desk.look()
    assert isinstance(asked, KillAsked)
    assert asked.reason == "the file KILL_SWITCH can't be read: Is a directory"


def test_a_pipe_of_that_name_kills_and_is_not_waited_for(desk: Desk) -> None:
    os.mkfifo(desk.file)
    assert [type(event) for event in desk.look()] == [KillAsked]


def test_a_pipe_whose_writer_has_said_nothing_yet_kills_too(desk: Desk) -> None:
    os.mkfifo(desk.file)
    writer = os.open(desk.file, os.O_RDWR)
    try:
        assert [type(event) for event in desk.look()] == [KillAsked]
    finally:
        os.close(writer)


def test_each_signal_kills(desk: Desk) -> None:
    desk.signalled.ask()
    (asked,) = desk.look()
    assert isinstance(asked, KillAsked)
    assert (asked.by, asked.flatten) == ("signal", False)
    assert desk.look() == []
    desk.signalled.ask()
    assert len(desk.look()) == 1


def test_a_kill_that_runs_is_reviewed_each_two_seconds_and_one_that_is_done_is_not(desk: Desk) -> None:
    desk.standing = KillRecord(KillState.RUNNING, 1, 1, "ann", "enough", False, ())
    desk.clock.advance(REVIEW_S)
    assert desk.look() == [KillReviewed()]
    assert desk.look() == []
    desk.clock.advance(REVIEW_S)
    assert desk.look() == [KillReviewed()]
    desk.standing = KillRecord(KillState.DONE, 1, 1, "ann", "enough", False, ())
    desk.clock.advance(REVIEW_S)
    assert desk.look() == []
