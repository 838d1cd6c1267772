"""Books made of fills again keep what fills do not say of an exit: how far a stop has come, and how many rested."""

from __future__ import annotations

from engine.core.position import Position
from engine.domain.account import Desired
from engine.domain.events import BotChanged, ClockTicked, Recovered, SessionOpened
from engine.domain.found import FactsFound, FoundFacts
from engine.domain.order import ExitReason
from tests.builders.paper import Books, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.core.leavers import held, leaver, prices

EXITS = {"trail_pct": "1", "break_even_at_pct": "2"}


def made_again(old: Books) -> Position:
    """Its position after the journal was lost, once its bot is there."""
    fresh = paper_loop((), make_strategy=scripted({}), opened=False)
    fresh.step(Recovered(old.newest(), old.state.sequence))
    fresh.step(SessionOpened(session(), at("09:31")))
    fresh.step(FactsFound(FoundFacts(session().open_at, tuple(old.fills))))
    fresh.step(BotChanged(leaver(**EXITS), Desired.RUNNING, 1))
    (position,) = fresh.state.portfolio.all()
    return position


def test_a_trailing_stop_does_not_go_back_when_the_journal_was_lost() -> None:
    old = held(**EXITS)
    prices(old, "505", "512", "520", "517")
    old.step(ClockTicked(at("09:31")))  # what is written down last of it was reckoned at 517
    (before,) = old.state.portfolio.all()
    after = made_again(old)
    assert (after.stop_price, after.stop_reason) == (before.stop_price, ExitReason.TRAILING)
    assert (after.best_price, after.break_even_price) == (before.best_price, before.break_even_price)
    assert before.break_even_price is not None


def test_the_number_of_its_next_protective_stop_was_never_given_before() -> None:
    old = held(**EXITS)
    (before,) = old.state.portfolio.all()
    before.stops = 3
    prices(old, "505")  # the stop moves, and the position is written down
    assert made_again(old).stops == 3
