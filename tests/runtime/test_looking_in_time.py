"""How often the controls are looked at: rarely while nobody is there to wait, at once when the API beside it rings."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.adapters.bell_file import BellFile
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.domain.errors import OutcomeUnknown
from engine.ports import Bell, Clock
from engine.runtime.control_watch import BUSY_S, LISTEN_S, POLL_S, WATCHED_POLL_S, ControlWatch
from engine.runtime.inbox import Inbox
from engine.simulation.clock import ManualClock
from tests.builders.paper import bot
from tests.runtime.world import Household, eventually


class HandBell:
    """A bell in the same process."""

    def __init__(self) -> None:
        self.ringing = False

    def ring(self) -> None:
        self.ringing = True

    def rung(self) -> bool:
        ringing, self.ringing = self.ringing, False
        return ringing


class Day:
    """A watch whose time a test moves on by tenths of a second; `looks` are the seconds at which it looked."""

    def __init__(self, *, watched: bool = False) -> None:
        self.household, self.clock, self.bell = Household(), ManualClock(), HandBell()
        self.watched, self.looks = watched, list[float]()
        self.watch = ControlWatch(
            self.household.control,
            self.household.spec,
            Inbox(),
            self.clock,
            watched=lambda: self.watched,
            bell=self.bell,
        )
        self.pass_by(0.1)
        self.clock.advance(BUSY_S + POLL_S)  # what its first look brought is long ago
        self.pass_by(0.1)
        self.looks.clear()

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass."""
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            if self.watch.look_if_due():
                self.looks.append(round(self.clock.monotonic(), 1))


def test_while_nobody_watches_it_looks_every_two_seconds_so_an_hour_reads_3600_documents() -> None:
    day = Day()
    reads: Counter[str] = Counter()
    day.household.wire.before = lambda method: reads.update([method])
    day.pass_by(60)
    assert len(day.looks) == pytest.approx(60 / POLL_S, abs=1)
    assert reads.total() == len(day.looks), "one call a look, of two documents"


def test_while_a_screen_watches_it_looks_every_half_second() -> None:
    day = Day(watched=True)
    day.pass_by(10)
    assert len(day.looks) == pytest.approx(10 / WATCHED_POLL_S, abs=1)


def test_after_something_moved_it_looks_every_half_second_for_half_a_minute() -> None:
    day = Day()
    day.household.write("controls", day.household.account_id, halted=True, halted_reason="enough")
    day.pass_by(POLL_S)
    moved_at = day.looks[-1]
    day.looks.clear()
    day.pass_by(60)
    lively = [at for at in day.looks if at <= moved_at + BUSY_S]
    assert len(lively) == pytest.approx(BUSY_S / WATCHED_POLL_S, abs=1)
    assert len(day.looks) - len(lively) == pytest.approx(30 / POLL_S, abs=1)


def test_a_ring_is_looked_at_once_and_keeps_it_attentive() -> None:
    day = Day()
    day.pass_by(0.5)
    day.bell.ring()
    day.pass_by(0.1)
    assert len(day.looks) == 1
    day.pass_by(1.0)
    assert len(day.looks) == 3, "what was written may not have been readable at the ring"


def test_a_look_that_could_not_be_made_at_a_ring_is_made_again_half_a_second_later() -> None:
    day = Day()

    def down(_method: str) -> None:
        raise OutcomeUnknown("no answer")

    day.household.wire.before = down
    day.bell.ring()
    with pytest.raises(OutcomeUnknown):
        day.pass_by(0.1)
    day.household.wire.before = lambda _method: None
    day.pass_by(0.4)
    assert day.looks == []
    day.pass_by(0.2)
    assert len(day.looks) == 1


@contextmanager
def looking(household: Household, clock: Clock, bell: Bell | None) -> Iterator[Inbox]:
    """The watch on a thread of its own, unwatched and at rest."""
    inbox, stop = Inbox(), threading.Event()
    looks: list[bool] = []
    watch = ControlWatch(household.control, household.spec, inbox, clock, bell=bell)
    watch.look()
    thread = threading.Thread(target=watch.run, args=(stop, lambda: looks.append(True)))
    thread.start()
    try:
        eventually(lambda: bool(looks), "it is on its way")
        yield inbox
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def test_what_the_api_of_the_same_container_writes_is_heard_of_by_the_bell_alone(tmp_path: Path) -> None:
    """On a clock that stands still no look is ever due but at a ring."""
    household, path, other = Household([bot("alpha")]), tmp_path / "bell", tmp_path / "other"
    household.documents = FirestoreDocuments(household.wire, ManualClock(), lambda: 0.5, BellFile(path).ring)
    with looking(household, ManualClock(), BellFile(path)) as inbox:
        inbox.take(0)
        for wish in ("paused", "running", "stopped"):
            household.write("bots", "alpha", desired=wish)
            assert inbox.take(60.0), f"{wish} did not arrive"
            rung_at = path.stat().st_mtime_ns
            eventually(lambda at=rung_at: other.touch() or other.stat().st_mtime_ns > at, "the files' clock goes on")
    assert LISTEN_S <= 0.2


def test_without_the_bell_it_arrives_all_the_same() -> None:
    household = Household([bot("alpha")])
    with looking(household, SystemClock(), None) as inbox:
        inbox.take(0)
        household.write("bots", "alpha", desired="paused")
        assert inbox.take(60.0)


def test_a_bell_that_can_not_be_rung_or_heard_troubles_nobody(tmp_path: Path) -> None:
    bell = BellFile(tmp_path / "no such folder" / "bell")
    bell.ring()
    assert not bell.rung()


def test_a_bell_is_heard_once_a_ring_by_another_process_s_hand(tmp_path: Path) -> None:
    rings, hears = BellFile(tmp_path / "bell"), BellFile(tmp_path / "bell")
    assert not hears.rung()
    rings.ring()
    assert [hears.rung(), hears.rung()] == [True, False]
    # File times are the kernel's, whose clock goes in steps of some milliseconds.
    eventually(lambda: rings.ring() is None and hears.rung(), "it is heard again")
    assert not hears.rung()
