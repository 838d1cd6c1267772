"""The launcher notices an engine that is silent or was killed, tells it once, and says when it is back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.heartbeat_watch import AGAIN_S, HeartbeatWatch
from engine.simulation.clock import ManualClock
from local.places import ROOT
from tests.adapters.notify.receiver import receiving
from tests.runtime.letterbox import Drawer, Letterbox, sender
from tests.runtime.world import eventually

SCRIPT = Path(__file__).with_name("watched_launcher.py")


class Watching:
    """A watch over a snapshot that a test writes."""

    def __init__(self, kept: Drawer | None = None) -> None:
        self.clock = ManualClock()
        self.box = Letterbox()
        self.to = sender(self.box, self.clock)
        self.snapshot = Drawer()
        self.watch = HeartbeatWatch(self.snapshot, self.clock, [self.to], kept or Drawer())

    def beat(self, at: datetime | None = None) -> None:
        account: dict[str, Any] = {"engine": {"heartbeat_at": (at or self.clock.now()).isoformat()}}
        self.snapshot.write({"accounts": {"paper-test": {"account": account}}})

    def look(self, after_s: float) -> list[str]:
        """What was told so far, after some time."""
        self.clock.advance(after_s)
        if self.watch.look():
            self.clock.advance(AGAIN_S)
            self.watch.look()
        self.to.step()
        return self.box.bodies


def test_a_heart_that_beats_is_nothing_to_tell() -> None:
    watching = Watching()
    for _ in range(20):
        watching.beat()
        assert watching.look(30) == []


def test_a_heart_that_stopped_is_told_once_after_a_minute_and_that_it_beats_again() -> None:
    watching = Watching()
    watching.beat()
    stopped = watching.clock.now()
    assert watching.look(60) == []
    (told,) = watching.look(1)
    assert told == f"paper-test: the engine is silent since {stopped:%H:%M:%S} UTC; nothing is decided"
    assert len(watching.look(600)) == 1
    watching.beat()
    assert watching.look(5)[1].startswith("paper-test: the engine is back")


@pytest.mark.parametrize("jump_s", [90, 7200, -7200])
def test_a_wall_clock_that_jumps_is_no_silence(jump_s: float) -> None:
    watching = Watching()
    for _ in range(4):
        watching.beat()
        assert watching.look(5) == []
    watching.clock.jump(jump_s)
    for _ in range(40):
        assert watching.look(5) == []
        watching.beat()


@pytest.mark.parametrize("jump_s", [90, -7200])
def test_a_heart_that_stopped_is_told_after_a_minute_though_the_wall_clock_jumped(jump_s: float) -> None:
    watching = Watching()
    watching.beat()
    assert watching.look(5) == []
    watching.clock.jump(jump_s)
    assert watching.look(54) == []
    assert len(watching.look(2)) == 1


def test_a_clock_that_was_set_back_before_the_first_heartbeat_hides_no_silence() -> None:
    watching = Watching()
    watching.clock.jump(-7200)
    for _ in range(3):
        watching.beat()
        assert watching.look(5) == []
    assert len(watching.look(61)) == 1


def test_a_machine_that_slept_with_its_engine_has_a_moment_to_beat_again() -> None:
    watching = Watching()
    watching.beat()
    assert watching.look(5) == []
    watching.clock.advance(600)
    assert watching.watch.look()  # it is looked at once more before anybody is told
    watching.beat()
    assert watching.look(AGAIN_S) == []


def test_an_engine_that_is_still_starting_is_not_held_to_the_heartbeat_of_the_one_before() -> None:
    watching = Watching()
    watching.beat(watching.clock.now() - timedelta(hours=2))
    assert watching.look(120) == []


def test_an_engine_that_hung_before_the_watch_was_made_is_told_of() -> None:
    """The launcher makes it seconds after it has started the engine, which may trade by then."""
    watching = Watching()
    began_at = watching.clock.now()
    watching.clock.advance(2)
    watching.beat()
    watching.clock.advance(3)
    watching.watch = HeartbeatWatch(watching.snapshot, watching.clock, [watching.to], Drawer(), began_at)
    assert len(watching.look(61)) == 1


def test_a_snapshot_that_is_not_there_or_has_no_heartbeat_yet_is_nothing_to_tell() -> None:
    watching = Watching()
    assert watching.look(120) == []
    watching.snapshot.write({"accounts": {"paper-test": {"start": {"state": "waiting"}}, "b": {"account": None}}})
    assert watching.look(120) == []


def test_a_process_that_was_killed_is_told_and_one_that_said_why_is_not() -> None:
    watching = Watching()
    watching.watch.ended("engine", 1)
    watching.watch.ended("engine", -9)
    assert watching.look(0) == ["The engine process ended by itself (killed by signal 9). Told at most each 10 minutes"]


def test_a_process_that_ends_again_and_again_is_told_each_ten_minutes_over_restarts() -> None:
    kept, told = Drawer(), 0
    for start in range(30):
        watching = Watching(kept)
        watching.clock.advance(start * 60)
        watching.watch.ended("engine", -9)
        told += len(watching.look(0))
    assert told == 3


def test_the_launcher_tells_of_an_engine_that_was_killed_and_of_one_that_hangs(tmp_path: Path) -> None:
    with receiving() as receiver:
        launcher = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(tmp_path), receiver.url()],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            receiver.wait_for(1)  # its stand-in for the engine wrote one old heartbeat, and no more
            assert "the engine is silent since" in receiver.bodies[0]
            assert launcher.stdout is not None
            child = int(launcher.stdout.readline())
            os.kill(child, signal.SIGKILL)
            receiver.wait_for(2)
            assert receiver.bodies[1].startswith("The engine process ended by itself (killed by signal 9)")
            eventually(lambda: launcher.poll() is not None, "the launcher ended")
        finally:
            launcher.kill()
            launcher.communicate(timeout=60)
