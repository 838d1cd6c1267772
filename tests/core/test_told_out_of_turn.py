"""A venue's stream can be ahead of its answer, and tell fills late: nothing that was wanted or known is lost by it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.events import CommandReceived, FillReceived, OrderAccepted, OrderUnknown
from engine.domain.instant import SECOND
from engine.domain.order import OrderState
from tests.builders.desk import desk, enter
from tests.core.leg_desk import LegDesk, leg_desk

D = Decimal


def unanswered() -> LegDesk:
    """The bot's entry is on its way, and the venue has not said anything."""
    made = leg_desk()
    made.pass_minute()
    return made


def test_a_cancellation_that_waited_for_the_answer_goes_although_a_part_was_filled_before_it() -> None:
    made = unanswered()
    (order,) = made.sent
    made.take(CommandReceived("c", "cancel_order", {"order_id": order.order_id}))
    made.fill(order, 40)
    assert made.cancels == []  # its number at the venue is not known yet
    made.accept(order)
    assert [cancel.order_id for cancel in made.cancels] == [order.order_id]
    made.cancelled(order)
    assert made.written(order).filled_quantity == 40
    assert made.sent == [order]  # nobody wanted another attempt


@pytest.mark.parametrize("first_is_a_fill", [True, False])
def test_an_entry_that_comes_to_light_late_is_taken_back_whatever_is_heard_of_it_first(first_is_a_fill: bool) -> None:
    made = unanswered()
    (order,) = made.sent
    made.take(OrderUnknown(order.order_id, "timed out", order.at + SECOND))
    late = order.at + 61 * SECOND
    if first_is_a_fill:
        made.take(FillReceived(order.order_id, "one", D(40), D(500), late))
    made.take(OrderAccepted(order.order_id, "V", late))
    assert [cancel.order_id for cancel in made.cancels] == [order.order_id]


def test_what_kept_the_answer_away_is_no_reason_of_an_order_that_was_filled() -> None:
    made = unanswered()
    (order,) = made.sent
    made.take(OrderUnknown(order.order_id, "timed out", order.at + SECOND))
    assert made.written(order).reason == "timed out"
    made.accept(order)
    assert (made.written(order).state, made.written(order).reason) == (OrderState.ACCEPTED, None)
    made.fill(order, 100)
    assert (made.written(order).state, made.written(order).reason) == (OrderState.FILLED, None)


def test_a_fill_that_is_told_late_does_not_set_the_cool_down_back() -> None:
    made = desk(quantity=100)
    (order,) = enter(made, 1, "500")
    made.take(FillReceived(order.order_id, "second", D(50), D(500), order.at + 100 * SECOND))
    made.take(FillReceived(order.order_id, "first", D(50), D(500), order.at + 1))
    assert made.engine.state.bots["alpha"].stances["ACME"].last_fill_at == order.at + 100 * SECOND
