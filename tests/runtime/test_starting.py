"""While an engine starts, its snapshot says so; then the snapshot is another's. An end asked for cuts its calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.domain.errors import OutcomeUnknown
from engine.outbox.memory import MemoryJournal
from engine.ports import Fields
from engine.runtime.ending import EndWish
from engine.runtime.snapshot import SnapshotWriter
from engine.runtime.start_notice import StartNotice
from engine.runtime.starting import Starting
from engine.simulation.clock import ManualClock
from tests.builders.paper import account
from tests.runtime.world import ListFeed, eventually


class Shelf:
    """A snapshot store that keeps what it is given; `full` is a disk that takes nothing."""

    def __init__(self) -> None:
        self.given: list[Fields] = []
        self.full = False
        self.refused = 0

    def write(self, snapshot: Mapping[str, Any]) -> None:
        if self.full:
            self.refused += 1
            raise OutcomeUnknown("no space left on device")
        self.given.append(dict(snapshot))

    def read(self) -> Fields | None:
        return self.given[-1] if self.given else None


class Begun:
    """A start on twins; `cuts` counts how often the calls under way were cut."""

    def __init__(self) -> None:
        self.shelf, self.wish, self.cuts = Shelf(), EndWish(), 0
        clock = ManualClock()
        self.notice = StartNotice(clock, "paper-test")
        snapshots = SnapshotWriter(self.shelf, clock)
        journal = MemoryJournal(clock)
        self.starting = Starting(account(), self.notice, snapshots, journal, ListFeed(), self.wish, self.cut)

    def cut(self) -> None:
        self.cuts += 1


def test_the_snapshot_says_that_the_account_starts_and_claims_nothing_else_of_it() -> None:
    begun = Begun()
    with begun.starting:
        eventually(lambda: bool(begun.shelf.given), "the first snapshot")
        begun.notice.store_away(OutcomeUnknown("UNAVAILABLE: away"), 4.0)
        eventually(lambda: "UNAVAILABLE" in str(begun.shelf.given[-1]), "it says why")
    (shown,) = begun.shelf.given[-1]["accounts"].values()
    assert shown.keys() == {"user_id", "start", "queue", "instruments"}
    assert shown["start"] == begun.notice.fields()
    assert (shown["user_id"], shown["queue"]["depth"]) == (account().user_id, 0)
    assert [item["symbol"] for item in shown["instruments"]] == ["ACME"]


def test_once_it_is_over_it_writes_and_cuts_no_more() -> None:
    begun = Begun()
    with begun.starting:
        eventually(lambda: bool(begun.shelf.given), "the first snapshot")
    begun.wish.ask()
    begun.starting._thread.join(60)
    assert not begun.starting._thread.is_alive()
    assert begun.cuts == 0


def test_an_end_asked_for_cuts_calls_until_the_start_is_over() -> None:
    begun = Begun()
    with begun.starting:
        begun.wish.ask()
        eventually(lambda: begun.cuts > 1, "a call that began later is cut as well")
    begun.starting._thread.join(60)
    assert not begun.starting._thread.is_alive()


def test_a_disk_that_takes_no_snapshot_does_not_hinder_the_start() -> None:
    begun = Begun()
    begun.shelf.full = True
    with begun.starting:
        eventually(lambda: begun.shelf.refused > 1, "it tries again")
        begun.shelf.full = False
        eventually(lambda: bool(begun.shelf.given), "the snapshot, once there is room")


def test_a_start_that_fails_ends_its_thread_too() -> None:
    begun = Begun()
    with pytest.raises(RuntimeError), begun.starting:
        raise RuntimeError
    begun.starting._thread.join(60)
    assert not begun.starting._thread.is_alive()
