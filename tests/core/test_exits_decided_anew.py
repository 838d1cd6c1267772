"""An exit that ended without closing its position is remembered: over a restart, a night, and what else ends it."""

from __future__ import annotations

from engine.domain.events import ClockTicked, CommandReceived, KillAsked
from engine.domain.order import ExitReason, OrderState, Purpose
from tests.builders.times import session
from tests.core.stop_wire import StopWire, protected
from tests.core.test_stuck_exits import held, not_sent


def test_a_restart_remembers_that_an_exit_which_did_not_leave_is_wanted() -> None:
    wire = held()
    wire.ask_to_close()
    wire.reject("no margin")
    assert not wire.outgoing, "the next rests a while"
    wire.restart()
    assert not wire.outgoing, "not before the venue's book was compared"
    wire.report()
    wire.close_minute()
    assert [order.exit_reason for order in wire.outgoing] == [ExitReason.MANUAL]


def test_a_restart_closes_nothing_whose_exit_a_person_cancelled() -> None:
    wire = held()
    wire.ask_to_close()
    leaving = wire.arrive()
    wire.hear()
    wire.take(CommandReceived("no", "cancel_order", {"order_id": leaving.order_id}))
    wire.cancel()
    wire.hear()
    wire.restart()
    wire.report()
    wire.close_minute()
    assert not wire.outgoing


def test_a_kill_that_closes_positions_sees_to_its_exits_itself() -> None:
    wire = held()
    wire.ask_to_close()
    wire.take(KillAsked("enough", True, "ann", wire.now))
    not_sent(wire)
    assert wire.state.exit_wishes == {}


def test_an_exit_that_was_still_unsent_at_the_close_is_decided_anew_the_next_day() -> None:
    wire = StopWire()
    protected(wire)
    wire.ask_to_close()
    (waiting,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    wire.take(ClockTicked(session().close_at))
    assert wire.state.orders[waiting.order_id].state is OrderState.EXPIRED
    assert wire.state.exit_wishes == {("alpha", "ACME"): ExitReason.MANUAL}
