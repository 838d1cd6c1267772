"""An engine that can't start tells the channels why, and not at each of the platform's attempts."""

from __future__ import annotations

import pytest

from engine.domain.errors import CannotStart, JournalFailed, OutcomeUnknown
from engine.ports import Fields, SnapshotStore
from engine.runtime.failed_start import AGAIN_S, FailedStart
from engine.simulation.clock import ManualClock
from tests.runtime.letterbox import Drawer, Letterbox, sender

LOCKED = CannotStart("/data/paper.journal: permission denied: the journal needs it")


class Starts:
    """One attempt after the other, each in a process of its own: they share the channel and the disk."""

    def __init__(self, kept: SnapshotStore | None = None) -> None:
        self.box, self.kept, self.clock = Letterbox(), kept or Drawer(), ManualClock()

    def fail(self, error: Exception = LOCKED, after_s: float = 0.0) -> bool:
        self.clock.advance(after_s)
        return FailedStart("service", [sender(self.box, self.clock)], self.kept, self.clock).tell(error)


def test_the_reason_reaches_the_channels_before_the_process_ends() -> None:
    starts = Starts()
    assert starts.fail()
    assert starts.box.letters == [
        (
            "critical",
            "Lockstep, critical: The engine can't start",
            "The engine can't start: /data/paper.journal: permission denied: the journal needs it. Nothing is traded "
            "until that is put right",
        )
    ]


def test_what_the_platform_tries_again_and_again_is_told_once_in_ten_minutes() -> None:
    starts = Starts()
    assert [starts.fail(after_s=AGAIN_S / 4) for _ in range(9)] == [True, False, False, False] * 2 + [True]
    assert len(starts.box.letters) == 3


def test_another_reason_is_told_at_once() -> None:
    starts = Starts()
    starts.fail()
    assert starts.fail(JournalFailed("the journal is in use by process 7"))
    assert len(starts.box.letters) == 2


class Full(Drawer):
    def write(self, snapshot: object) -> None:
        raise OutcomeUnknown("no space left on device")


@pytest.mark.parametrize("kept", [Full(), Drawer({"why": 3}), Drawer({"why": str(LOCKED), "told_at": "soon"})])
def test_a_disk_that_keeps_nothing_or_nonsense_does_not_hinder_the_telling(kept: Drawer) -> None:
    starts = Starts(kept)
    assert starts.fail()
    assert len(starts.box.letters) == 1


def test_without_channels_there_is_nobody_to_tell() -> None:
    kept: Drawer = Drawer()
    held: Fields | None = kept.held
    assert not FailedStart("service", [], kept, ManualClock()).tell(LOCKED)
    assert kept.held is held is None
