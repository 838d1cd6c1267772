"""While an account is stopped none of its entries stays at work, whatever the venue answers to a cancellation."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.events import (
    CancelRefused,
    ClockTicked,
    EntriesHeld,
    HaltChanged,
    KillAsked,
    OrderCancelled,
    OrderRejected,
)
from engine.domain.instant import MINUTE
from engine.domain.order import OrderState
from engine.domain.records import AccountRecord
from tests.builders.desk import Desk, desk, enter, fill

D = Decimal
HALT = HaltChanged(True, "enough", "ann")


def refused_once(made: Desk, order_id: str) -> OrderState:
    """The venue refuses the cancellation; what the order is after the next minute."""
    state = made.engine.state
    assert state.orders[order_id].state is OrderState.CANCEL_REQUESTED
    made.take(CancelRefused(order_id, "busy", state.now))
    assert state.orders[order_id].state is OrderState.ACCEPTED
    made.take(ClockTicked(state.now + MINUTE))
    return state.orders[order_id].state


def test_an_entry_whose_cancellation_was_refused_is_taken_back_again_while_entries_are_halted() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(HALT)
    assert refused_once(made, order.order_id) is OrderState.CANCEL_REQUESTED


def test_an_entry_whose_cancellation_was_refused_is_taken_back_again_while_entries_are_held() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(EntriesHeld("the disk is full"))
    assert refused_once(made, order.order_id) is OrderState.CANCEL_REQUESTED


def test_an_entry_goes_on_after_a_refused_cancellation_once_nothing_stops_entries_any_more() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(HALT)
    made.take(CancelRefused(order.order_id, "busy", made.engine.state.now))
    made.take(HaltChanged(False, ""))
    made.take(ClockTicked(made.engine.state.now + MINUTE))
    assert made.engine.state.orders[order.order_id].state is OrderState.ACCEPTED


def broken() -> tuple[Desk, str]:
    """The venue contradicts itself about one order while an entry is at work."""
    made = desk(("ACME", "BOLT"))
    acme, bolt = enter(made, 1, "500", ("ACME", "BOLT"))
    made.take(fill(acme, 1, acme.quantity, D(500)))
    made.take(OrderRejected(acme.order_id, "after it was filled", made.engine.state.now))
    assert made.engine.state.breaker.broken
    return made, bolt.order_id


def test_a_broken_invariant_takes_entries_back() -> None:
    made, waiting = broken()
    assert made.engine.state.orders[waiting].state is OrderState.CANCEL_REQUESTED


def test_what_broke_is_still_said_when_a_kill_over_it_is_lifted() -> None:
    made, waiting = broken()
    why = made.engine.state.breaker.reason
    made.take(KillAsked("odd prices", False, "ann", 1_000))
    made.take(OrderCancelled(waiting, "as asked", made.engine.state.now))
    made.take(HaltChanged(False, ""))
    assert made.engine.state.kill is None
    account = next(record for record in reversed(made.records) if isinstance(record, AccountRecord))
    assert (account.halted_reason, account.invariant_broken) == (why, True)
