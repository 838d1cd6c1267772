"""The life of an order is one table: what it does not have raises and changes nothing."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest

from engine.core.orders import TERMINAL, TRANSITIONS, Move, Order
from engine.domain.errors import InvariantBroken
from engine.domain.order import OrderRequest, OrderState, Purpose, Side
from tests.builders.times import at

NOW = at("10:00")
ABSENT = [(state, move) for state in OrderState for move in Move if (state, move) not in TRANSITIONS]


def order(state: OrderState = OrderState.ACCEPTED, quantity: int = 10) -> Order:
    made = Order.of(OrderRequest("ID", "alpha", "ACME", Side.BUY, Decimal(quantity), Decimal(500), Purpose.ENTRY, NOW))
    made.state = state
    return made


@pytest.mark.parametrize(("state", "move"), ABSENT, ids=lambda value: value.value)
def test_a_move_that_the_table_lacks_raises_and_changes_nothing(state: OrderState, move: Move) -> None:
    made = order(state)
    before = deepcopy(made)
    with pytest.raises(InvariantBroken, match=f"is {state} and can't {move}"):
        made.move(move, NOW + 1, "because")
    assert made == before


@pytest.mark.parametrize(("state", "move"), list(TRANSITIONS), ids=lambda value: value.value)
def test_a_move_of_the_table_is_made_and_remembered(state: OrderState, move: Move) -> None:
    made = order(state)
    made.move(move, NOW + 1, "because")
    assert made.state is TRANSITIONS[state, move]
    assert made.reason == "because"
    moved = made.state is not state
    assert [step.at for step in made.history] == [NOW] + [NOW + 1] * moved


def test_no_move_leaves_a_terminal_state() -> None:
    leaving = [(state, move) for (state, move), after in TRANSITIONS.items() if state in TERMINAL and after != state]
    assert leaving == []


def test_every_state_can_be_reached() -> None:
    reached, fresh = set[OrderState](), {OrderState.CREATED}
    while fresh:
        reached |= fresh
        fresh = {after for (state, _), after in TRANSITIONS.items() if state in reached} - reached
    assert reached == set(OrderState)


@pytest.mark.parametrize("state", [OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED, OrderState.FILLED])
def test_a_sender_without_an_answer_does_not_undo_what_the_venue_has_told(state: OrderState) -> None:
    made = order(state)
    made.move(Move.LOSE, NOW + 1)
    assert made.state is state


def test_every_working_order_can_be_filled_cancelled_and_expire() -> None:
    for state in set(OrderState) - TERMINAL - {OrderState.CREATED}:
        for move in (Move.FILL_PART, Move.FILL_REST, Move.CANCEL, Move.EXPIRE):
            assert (state, move) in TRANSITIONS, (state, move)


def test_fills_move_an_order_to_partially_filled_and_then_filled() -> None:
    made = order()
    assert made.fill("a", Decimal(4), Decimal(500), Decimal(2_000), NOW)
    assert (made.state, made.remaining) == (OrderState.PARTIALLY_FILLED, 6)
    assert made.fill("b", Decimal(6), Decimal(500), Decimal(3_006), NOW)
    assert (made.state, made.remaining, made.filled_value) == (OrderState.FILLED, 0, Decimal(5_006))


def test_a_fill_whose_key_was_booked_changes_nothing_even_when_the_order_is_filled() -> None:
    made = order()
    made.fill("a", Decimal(10), Decimal(500), Decimal(5_000), NOW)
    before = deepcopy(made)
    assert made.fill("a", Decimal(10), Decimal(500), Decimal(5_000), NOW) is False
    assert made == before


@pytest.mark.parametrize("quantity", ["0", "-1", "10.5", "11"])
def test_a_fill_of_more_than_remains_or_of_nothing_raises_and_changes_nothing(quantity: str) -> None:
    made = order()
    before = deepcopy(made)
    with pytest.raises(InvariantBroken, match="10 remaining"):
        made.fill("a", Decimal(quantity), Decimal(500), Decimal(1), NOW)
    assert made == before


@pytest.mark.parametrize("quantity", [4, 10])
@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.EXPIRED])
def test_a_late_fill_on_an_order_that_ended_is_booked_and_the_order_stays_as_it_ended(
    state: OrderState, quantity: int
) -> None:
    made = order(state)
    assert made.fill("late", Decimal(quantity), Decimal(500), Decimal(2_000), NOW)
    assert (made.state, made.filled_quantity) == (state, quantity)


@pytest.mark.parametrize("state", [OrderState.REFUSED, OrderState.FILLED, OrderState.REJECTED])
def test_a_fill_of_an_order_that_cannot_have_one_raises_and_changes_nothing(state: OrderState) -> None:
    made = order(state)
    before = deepcopy(made)
    with pytest.raises(InvariantBroken):
        made.fill("a", Decimal(4), Decimal(500), Decimal(2_000), NOW)
    assert made == before
