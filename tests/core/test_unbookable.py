"""A fill that can't be true halts the account, and changes neither money nor the order it names."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.events import OrderCancelled
from tests.builders.desk import desk, enter, fill, leave

D = Decimal


def test_a_fill_that_cannot_be_booked_halts_the_account_and_changes_no_money() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    state = made.engine.state
    made.take(fill(order, 0, D(60), D("500.05")))
    cash, before = state.ledger.cash, (state.orders[order.order_id].state, len(state.orders[order.order_id].fill_keys))
    made.take(fill(order, 1, D(41), D("500.05")))
    assert state.breaker.broken
    assert (state.ledger.cash, state.orders[order.order_id].filled_quantity) == (cash, 60)
    assert (state.orders[order.order_id].state, len(state.orders[order.order_id].fill_keys)) == before


def test_an_exit_fill_without_a_position_halts_the_account_and_leaves_the_order_as_it_was() -> None:
    """Two exits can't be open at once; should a venue fill one that a late fill made pointless, a person looks."""
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(fill(order, 0, D(100), D("500.05")))
    first = leave(made)
    assert first is not None
    made.take(OrderCancelled(first.order_id, "by hand", first.at))
    second = leave(made)
    assert second is not None
    made.take(fill(second, 0, D(100), D(501)))
    cash = made.engine.state.ledger.cash
    made.take(fill(first, 0, D(100), D(501)))
    state = made.engine.state
    assert state.breaker.broken
    assert state.ledger.cash == cash
    assert state.orders[first.order_id].filled_quantity == 0
    assert state.orders[first.order_id].fill_keys == []
