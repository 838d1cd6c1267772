"""The watch over leaders where the store gives them late, or gives what can't be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.copying import CopyTerms, Follow, LeaderFact, LeaderName
from engine.ports import Standing
from engine.runtime.leader_watch import LATE_S, UNREADABLE, Follower, LeaderWatch
from engine.simulation.clock import ManualClock
from tests.builders.paper import account
from tests.runtime.test_leader_watch import LEADER, Followed, HandBoard, Looks, fact


def test_a_fact_that_reaches_the_store_late_is_told_though_nothing_newer_comes() -> None:
    """An exit that was written behind a fill of another symbol: its follower would hold on to what its leader left."""
    made = Followed(sequence=10)
    made.board.shown = {12: fact(12)}
    assert made.look() == ["F12"]
    made.board.shown[11] = fact(11)
    assert made.look() == []
    made.clock.advance(LATE_S)
    assert made.look() == ["F11"]
    made.clock.advance(LATE_S)
    assert made.look() == []


def test_a_leader_that_does_nothing_is_looked_at_for_its_newest_alone() -> None:
    made = Followed(sequence=10)
    made.board.shown = {12: fact(12)}
    made.look()
    made.clock.advance(LATE_S)
    made.look()
    read = made.board.read
    for _ in range(5):
        made.clock.advance(LATE_S)
        made.look()
    assert made.board.read == read


@dataclass
class TornBoard(HandBoard):
    """One whose leader `torn` has a document that no version of ours wrote."""

    mended: bool = False

    def facts(self, standing: Standing, follow: Follow, after: int, now: datetime) -> Sequence[tuple[int, LeaderFact]]:
        if standing.leader.bot_id == "torn" and not self.mended:
            raise KeyError("updated_at")
        return super().facts(standing, follow, after, now)


def test_a_leader_that_can_not_be_read_ends_nothing_and_keeps_no_other_follower_waiting() -> None:
    clock, told = ManualClock(), []
    board = TornBoard(clock, {1: fact(1)})
    leaders = {"first": LeaderName("paper-lead", "torn"), "second": LEADER}
    followers = [Follower(name, CopyTerms(leader), ("ACME",), 0) for name, leader in leaders.items()]
    watch = LeaderWatch(board, account(), lambda: followers, told.append, clock)
    watch.run(Looks(2, lambda look: None))
    assert [(one.bot_id, one.gone, len(one.facts)) for one in told] == [("first", UNREADABLE, 0), ("second", None, 1)]


def test_what_a_leader_holds_is_told_once_it_can_be_read() -> None:
    clock, told = ManualClock(), []
    board = TornBoard(clock, {1: fact(1)})
    watch = LeaderWatch(
        board, account(), lambda: [Follower("first", CopyTerms(LeaderName("paper-lead", "torn")), ("ACME",), 0)],
        told.append, clock,
    )  # fmt: skip
    watch.look()
    board.mended = True
    watch.look()
    assert [(one.gone, one.held) for one in told] == [(UNREADABLE, {}), (None, {"ACME": Decimal(7)})]


def test_a_rehearsal_is_followed_by_nobody() -> None:
    made = Followed()
    made.terms = CopyTerms(LeaderName("paper-lead-rehearsal", "*"))
    made.look()
    (told,) = made.told
    assert told.refused == "paper-lead-rehearsal is a rehearsal: nobody follows what is simulated"
    assert told.facts == ()
