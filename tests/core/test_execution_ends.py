"""Exits with a limit go on until flat; entries end with whatever takes them back; what a restart leaves of both."""

from __future__ import annotations

from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.events import (
    BotChanged,
    CommandReceived,
    HaltChanged,
    InstrumentListed,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
    PolicyChanged,
    Recovered,
    SessionOpened,
)
from engine.domain.order import OrderState
from engine.domain.risk import RiskPolicy
from tests.builders.market import instrument
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, session
from tests.core.leg_desk import LegDesk, leg_desk

D = Decimal


def test_an_exit_is_never_given_up_and_its_collar_doubles_each_time() -> None:
    made = leg_desk(replacements_max=1)
    made.hold()
    order = made.leave()
    limits = [order.limit_price]
    for _ in range(4):
        made.pass_minute("460")
        made.cancelled(order)
        order = made.accepted()
        limits.append(order.limit_price)
    assert limits == [D("497.50"), D("495.00"), D("490.00"), D("480.00"), D("460.00")]
    assert made.alerts("exit_unfilled")
    made.fill(order, 100)
    made.pass_minute("460", times=2)
    assert len(made.sent) == 6
    assert not made.engine.state.portfolio.all()


def test_a_late_fill_of_an_exit_takes_back_what_would_oversell() -> None:
    made = leg_desk()
    made.hold()
    first = made.leave()
    made.pass_minute()
    made.cancelled(first)
    second = made.accepted()
    made.fill(first, 70)
    assert made.cancels[-1].order_id == second.order_id
    made.cancelled(second)
    assert made.sent[-1].quantity == D(30)


def test_a_rejected_exit_goes_on_at_the_next_minute() -> None:
    made = leg_desk()
    made.hold()
    order = made.leave()
    made.take(OrderRejected(order.order_id, "try later", made.now))
    assert made.sent[-1] == order
    made.pass_minute()
    assert made.sent[-1].order_id != order.order_id
    assert made.sent[-1].limit_price == order.limit_price, "it was not too slow: the collar stays"


def test_an_exit_that_its_day_ended_goes_on_the_next_day() -> None:
    made = leg_desk()
    made.hold()
    order = made.leave()
    made.take(SessionOpened(session(TUESDAY), session(TUESDAY).open_at))
    made.take(OrderExpired(order.order_id, "the trading day is over", session(TUESDAY).open_at))
    assert made.sent[-1].order_id != order.order_id
    assert made.sent[-1].quantity == D(100)


def test_an_entry_that_a_person_took_back_is_not_replaced() -> None:
    made = leg_desk()
    order = made.enter()
    made.take(CommandReceived("c", "cancel_order", {"order_id": order.order_id}))
    made.cancelled(order)
    made.pass_minute(times=3)
    assert made.sent == [order]


def test_an_entry_that_was_being_replaced_is_let_go_when_the_position_is_closed() -> None:
    made = leg_desk()
    order = made.enter()
    made.fill(order, 30)
    made.pass_minute()
    exit_order = made.leave()
    made.cancelled(order)
    assert made.sent == [order, exit_order]


def test_a_halt_ends_the_replacing_of_entries() -> None:
    made = leg_desk()
    order = made.enter()
    made.take(HaltChanged(True, "lunch"))
    made.pass_minute()
    made.cancelled(order)
    made.pass_minute(times=2)
    assert made.sent == [order]
    assert made.leg(order).over


def test_a_replacement_passes_the_risk_gate_like_any_entry() -> None:
    made = leg_desk()
    order = made.enter()
    made.pass_minute()
    made.take(PolicyChanged(RiskPolicy(notional_max_pct=D("0.1"))))
    made.cancelled(order)
    assert made.sent == [order]
    assert str(made.written(order).reason).startswith("given up: ")
    assert "0.1" in str(made.written(order).reason)


def test_an_entry_that_never_reached_the_venue_is_not_sent_again_under_any_id() -> None:
    made = leg_desk()
    made.pass_minute()
    order = made.sent[-1]
    made.take(OrderUnknown(order.order_id, "timed out", made.now))
    made.pass_minute()
    made.take(OrderExpired(order.order_id, "never reached the broker", made.now))
    made.pass_minute(times=2)
    assert made.sent == [order]


def test_an_order_without_an_answer_is_only_taken_back_once_the_venue_has_it() -> None:
    made = leg_desk()
    made.pass_minute()
    order = made.sent[-1]
    made.take(OrderUnknown(order.order_id, "timed out", made.now))
    made.pass_minute()
    assert not made.cancels
    made.accept(order)
    assert [cancel.order_id for cancel in made.cancels] == [order.order_id]
    assert made.engine.state.orders[order.order_id].state is OrderState.CANCEL_REQUESTED


def restarted(made: LegDesk) -> LegDesk:
    """The same desk after a restart, with what was written down; today's session is on again."""
    kept = {(type(record), record.document_id): record for record in made.records}
    again = LegDesk(Engine(made.engine.state.account, scripted({})), [], [], minute=made.minute)
    again.take(InstrumentListed(instrument()))
    again.take(Recovered(tuple(kept.values()), made.engine.state.sequence))
    again.take(BotChanged(made.engine.state.bots["alpha"].spec, Desired.RUNNING, 1))
    again.take(SessionOpened(session(), again.now))
    return again


def test_after_a_restart_an_exit_goes_on_and_an_entry_is_taken_back() -> None:
    entering = leg_desk()
    entry = entering.enter()
    again = restarted(entering)
    again.pass_minute()
    assert [cancel.order_id for cancel in again.cancels] == [entry.order_id]
    again.cancelled(entry)
    again.pass_minute(times=2)
    assert not again.sent
    leaving = leg_desk()
    leaving.hold()
    left = leaving.leave()
    again = restarted(leaving)
    again.cancelled(left)
    assert again.sent[-1].quantity == D(100)
    assert again.sent[-1].order_id != left.order_id
    assert again.sent[-1].limit_price == left.limit_price
