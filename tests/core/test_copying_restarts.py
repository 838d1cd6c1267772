"""A follower over a restart: nothing is copied twice, what it was told stands, and what its leader left is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import BotSpec, Desired
from engine.domain.events import (
    BotChanged,
    FillReceived,
    InstrumentListed,
    OrderCancelled,
    Recovered,
    SessionOpened,
)
from engine.domain.execution import Execution, ExitStyle
from engine.domain.exits import Exits
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason, OrderType, Purpose
from engine.domain.records import slot_of
from tests.builders.copying import copying, follower, leader
from tests.builders.desk import LOOSE, Desk
from tests.builders.market import instrument, tick
from tests.builders.paper import account
from tests.builders.times import at, session
from tests.core.copy_desk import BUYS, accepted, close, copy_desk, fill, held, outcomes, signals


def restarted(made: Desk, bots: Sequence[BotSpec], when: str, *, generation: int = 1) -> Desk:
    """Another engine that goes on from the newest record of each state."""
    newest = {(one.collection, one.document_id, slot_of(one)): one for one in made.records}
    again = Desk(Engine(account("10000000", LOOSE), copying({"leader": BUYS})), [], [])
    again.take(InstrumentListed(instrument()))
    again.take(Recovered(tuple(newest.values()), made.engine.state.sequence))
    again.take(SessionOpened(session(), at(when)))
    for bot in bots:
        again.take(BotChanged(bot, Desired.RUNNING, generation))
    again.take(tick(at(when), "500"))
    return again


def test_a_fill_that_is_told_again_after_a_restart_is_not_copied_again() -> None:
    spec = follower()
    made = copy_desk(spec)
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    fill(made, copy)
    again = restarted(made, (leader(), spec), "09:21:10")
    told = [one.venue_fill_id for one in made.records if hasattr(one, "venue_fill_id")]
    again.take(FillReceived(entry.order_id, told[0], entry.quantity, Decimal(500), entry.at + SECOND))
    assert again.sent == []
    assert held(again) == 100


def test_a_leaders_fill_that_came_while_the_engine_was_down_is_too_late_to_enter() -> None:
    spec = follower(max_delay_s=30)
    made = copy_desk(spec)
    (entry,) = close(made, "09:21")
    again = restarted(made, (leader(), spec), "09:25")
    again.take(FillReceived(entry.order_id, "V-1", entry.quantity, Decimal(500), entry.at + SECOND))
    assert (held(again, "leader"), outcomes(again)) == (100, [("blocked", "late")])


def test_a_leader_that_left_while_the_engine_was_down_is_followed_out() -> None:
    spec = follower()
    made = copy_desk(spec)
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    fill(made, copy)
    (exit_,) = close(made, "10:20")
    again = restarted(made, (leader(), spec), "10:30")
    again.take(FillReceived(exit_.order_id, "V-9", exit_.quantity, Decimal(500), exit_.at + SECOND))
    (left,) = accepted(again, 0)
    assert (left.quantity, left.exit_reason) == (100, ExitReason.SIGNAL)


def test_an_exit_that_the_venue_forgot_over_a_restart_is_made_again() -> None:
    """The leader is flat, and the follower's own exit died with the process: it is compared anew, not remembered."""
    spec = follower()
    made = copy_desk(spec)
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    fill(made, copy)
    (exit_,) = close(made, "10:20")
    (lost,) = fill(made, exit_)
    again = restarted(made, (leader(), spec), "10:21")
    again.take(OrderCancelled(lost.order_id, "the engine was restarted", at("10:21")))
    (left,) = accepted(again, 0)
    assert (left.quantity, left.exit_reason) == (100, ExitReason.SIGNAL)
    assert left.order_id != lost.order_id


def test_a_wild_leader_stays_out_over_a_restart_until_a_person_resumes() -> None:
    spec = follower(max_per_day=1)
    made = copy_desk(spec)
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    fill(made, copy)
    (second,) = close(made, "09:22")
    assert fill(made, second) == []
    again = restarted(made, (leader(), spec), "09:23")
    (third,) = close(again, "09:24")
    assert fill(again, third) == []
    assert outcomes(again) == [("blocked", "wild")]
    again.take(BotChanged(spec, Desired.RUNNING, 2))
    (fourth,) = close(again, "09:25")
    assert len(fill(again, fourth)) == 1


def test_a_part_is_left_at_a_limit_and_no_more_than_that_part() -> None:
    spec = replace(follower(), execution=Execution(exits=ExitStyle.MARKETABLE_LIMIT))
    made = copy_desk(spec)
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    fill(made, copy)
    (exit_,) = close(made, "10:20")
    (part,) = fill(made, exit_, 40)
    assert (part.order_type, part.quantity) == (OrderType.LIMIT, 40)
    fill(made, part, 10)
    before = len(made.sent)
    made.take(OrderCancelled(part.order_id, "not filled in time", at("10:22")))
    close(made, "10:23")
    replaced = [order for order in made.sent[before:] if order.exit_reason is ExitReason.REDUCE]
    assert [order.quantity for order in replaced] == [30]
    fill(made, replaced[0])
    assert held(made) == 60
    assert [order.exit_reason for order in made.sent[before:] if order is not replaced[0]] == []


def test_a_part_leaves_after_its_resting_stop_is_out_and_the_rest_is_protected_anew() -> None:
    spec = replace(follower(), exits=Exits(stop_pct=Decimal(1)))
    made = copy_desk(spec, protects=True)
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    (stop,) = fill(made, copy)
    assert (stop.purpose, stop.quantity) == (Purpose.PROTECT, 100)
    (exit_,) = close(made, "10:20")
    assert fill(made, exit_, 40) == []  # never two at the venue: the stop is asked for first
    before = len(made.sent)
    made.take(OrderCancelled(stop.order_id, "asked", at("10:20:02")))
    (part,) = accepted(made, before)
    assert (part.quantity, part.exit_reason) == (40, ExitReason.REDUCE)
    (anew,) = fill(made, part)
    assert (anew.purpose, anew.quantity, held(made)) == (Purpose.PROTECT, 60, 60)


def test_the_signal_of_a_copy_is_the_same_however_often_it_is_made() -> None:
    made = [copy_desk(follower()) for _ in range(2)]
    for one in made:
        (entry,) = close(one, "09:21")
        fill(one, entry)
    first, second = (signals(one)[0] for one in made)
    assert first == second
