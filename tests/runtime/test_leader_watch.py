"""The watch over leaders in other accounts: on a timer, over outages, out of order, and never twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.domain.account import AccountSpec
from engine.domain.copying import CopyTerms, Follow, LeaderFact, LeaderName, LeaderTold
from engine.domain.errors import OutcomeUnknown
from engine.domain.order import Side
from engine.ports import Standing
from engine.runtime.leader_watch import BEHIND, STANDING_S, UNTAKEN_S, Follower, LeaderWatch
from engine.simulation.clock import ManualClock
from tests.builders.paper import account

LEADER = LeaderName("paper-lead", "leader")
TERMS = CopyTerms(LEADER)


def fact(number: int) -> LeaderFact:
    return LeaderFact(f"F{number}", Follow.FILLS, "paper-lead", "leader", "ACME", Side.BUY, Decimal(500), number)


@dataclass
class HandBoard:
    """A board that shows what a test puts on it; `away` is a store that does not answer."""

    clock: ManualClock
    shown: dict[int, LeaderFact] = field(default_factory=dict)
    away: bool = False
    follows: tuple[LeaderName, ...] = ()
    user_id: str = "user"
    stood: int = 0
    read: int = 0

    def standing(self, leader: LeaderName) -> Standing:
        self._answer()
        self.stood += 1
        return Standing(leader, self.user_id, heartbeat_at=self.clock.now(), follows=self.follows)

    def newest(self, standing: Standing, follow: Follow) -> int:
        self._answer()
        return max(self.shown, default=0)

    def facts(self, standing: Standing, follow: Follow, after: int, now: datetime) -> Sequence[tuple[int, LeaderFact]]:
        self._answer()
        self.read += 1
        return [(sequence, self.shown[sequence]) for sequence in sorted(self.shown) if sequence > after]

    def held(self, standing: Standing, symbol: str) -> Decimal | None:
        return Decimal(7)

    def _answer(self) -> None:
        if self.away:
            raise OutcomeUnknown("away")


class Followed:
    """A watch, and an engine that takes what it is told when the test says so."""

    def __init__(self, spec: AccountSpec | None = None, sequence: int | None = None) -> None:
        self.clock = ManualClock()
        self.board = HandBoard(self.clock)
        self.sequence = sequence
        self.terms = TERMS
        self.told: list[LeaderTold] = []
        self.watch = LeaderWatch(self.board, spec or account(), self._followers, self.told.append, self.clock)

    def _followers(self) -> Sequence[Follower]:
        return [Follower("follower", self.terms, ("ACME",), self.sequence)]

    def look(self, *, taken: bool = True) -> list[str]:
        """A look; the ids of the facts it told."""
        before = len(self.told)
        self.watch.look()
        for told in self.told[before:] if taken else ():
            assert told.after == self.sequence
            self.sequence = told.sequence
        return [one.fact_id for told in self.told[before:] for one in told.facts]


def test_the_first_look_begins_with_what_comes_next_and_says_what_is_held() -> None:
    made = Followed()
    made.board.shown = {3: fact(3)}
    assert made.look() == []
    (told,) = made.told
    assert (told.after, told.sequence, told.held) == (None, 3, {"ACME": Decimal(7)})
    made.board.shown[5] = fact(5)
    assert made.look() == ["F5"]
    assert made.told[-1].held == {}


def test_a_follower_whose_books_know_a_place_goes_on_from_there() -> None:
    made = Followed(sequence=3)
    made.board.shown = {2: fact(2), 3: fact(3), 4: fact(4), 6: fact(6)}
    assert made.look() == ["F4", "F6"]
    assert made.look() == []


def test_nothing_more_is_told_before_what_was_told_is_taken() -> None:
    made = Followed(sequence=0)
    made.board.shown = {1: fact(1)}
    assert made.look(taken=False) == ["F1"]
    made.board.shown[2] = fact(2)
    assert made.look(taken=False) == []
    made.sequence = 1
    assert made.look() == ["F2"]


def test_what_is_never_taken_does_not_stop_the_watch() -> None:
    """The engine took nothing of it: the bot had been changed meanwhile, or the event came out of turn."""
    made = Followed(sequence=0)
    made.board.shown = {1: fact(1)}
    made.look(taken=False)
    made.clock.advance(UNTAKEN_S + 1)
    made.sequence = 1
    made.board.shown[2] = fact(2)
    assert made.look() == ["F2"]


def test_a_fact_that_reaches_the_store_behind_a_later_one_is_told_all_the_same_and_once() -> None:
    made = Followed(sequence=10)
    made.board.shown = {12: fact(12)}
    assert made.look() == ["F12"]
    made.board.shown |= {11: fact(11), 13: fact(13)}
    assert made.look() == ["F11", "F13"]
    made.board.shown[14] = fact(14)
    assert made.look() == ["F14"]


def test_what_was_looked_at_before_this_process_is_not_told_again() -> None:
    made = Followed(sequence=12)
    made.board.shown = {11: fact(11), 12: fact(12), 13: fact(13)}
    assert made.look() == ["F13"]


def test_what_was_told_is_remembered_no_longer_than_it_is_looked_at() -> None:
    made = Followed(sequence=0)
    for number in range(1, 3 * BEHIND):
        made.board.shown[number] = fact(number)
        assert made.look() == [f"F{number}"]
    assert len(made.watch._heard["follower"].told) <= BEHIND


def test_who_the_leader_is_is_read_now_and_then_alone() -> None:
    made = Followed(sequence=0)
    for _ in range(5):
        made.look()
    assert made.board.stood == 1
    made.clock.advance(STANDING_S)
    made.look()
    assert made.board.stood == 2


def test_another_leader_is_begun_with_anew() -> None:
    made = Followed(sequence=0)
    made.board.shown = {1: fact(1)}
    made.look()
    made.terms, made.sequence = CopyTerms(LeaderName("paper-lead", "other")), None
    assert made.look() == []
    assert made.told[-1].leader.bot_id == "other"


def test_a_follower_that_was_stopped_goes_on_with_what_comes_next() -> None:
    made = Followed(sequence=0)
    made.board.shown = {1: fact(1)}
    made.look()
    made.board.shown |= {2: fact(2), 3: fact(3)}
    made.sequence = None  # as the engine leaves it when a stopped bot is started
    assert made.look() == []
    made.board.shown[4] = fact(4)
    assert made.look() == ["F4"]


def test_a_chain_that_is_too_long_is_refused_and_nothing_of_it_told() -> None:
    made = Followed(sequence=0)
    made.board.shown = {1: fact(1)}
    made.board.follows = tuple(LeaderName("paper-lead", name) for name in "abc")
    assert made.look() == []
    assert made.told[-1].refused == "paper-lead/leader has 3 leaders before it, 2 are allowed"


class Looks(threading.Event):
    """A stop that lets so many looks happen, and says before each how many there were."""

    def __init__(self, count: int, before: Callable[[int], None]) -> None:
        super().__init__()
        self._count, self._before, self._done = count, before, 0

    def wait(self, timeout: float | None = None) -> bool:
        self._before(self._done)
        self._done += 1
        return self._done > self._count


def test_a_store_that_does_not_answer_is_looked_at_again() -> None:
    made = Followed(sequence=0)
    made.board.shown = {1: fact(1)}

    def before(look: int) -> None:
        made.board.away = look < 2

    made.watch.run(Looks(3, before))
    assert [one.fact_id for told in made.told for one in told.facts] == ["F1"]
