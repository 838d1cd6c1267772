"""A rejection that comes after we asked for the cancellation, after the end, or after a part was filled."""

from __future__ import annotations

from decimal import Decimal

from engine.core.orders import TERMINAL
from engine.domain.account import TradingState
from engine.domain.broker import VenueState
from engine.domain.events import CommandReceived, OrderCancelled, OrderExpired, OrderRejected, OrderUnknown
from engine.domain.order import OrderState
from engine.domain.records import AlertRecord
from tests.builders.desk import Desk, desk, enter, fill
from tests.builders.venue_book import VenueBook, cycle

D = Decimal


def alerts(made: Desk, kind: str) -> int:
    return sum(isinstance(record, AlertRecord) and record.kind == kind for record in made.records)


def test_a_rejection_after_a_cancellation_was_asked_for_ends_the_order() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(CommandReceived("c", "cancel_order", {"order_id": order.order_id}))
    made.take(OrderRejected(order.order_id, "RMS: margin shortfall", order.at))
    assert made.engine.state.orders[order.order_id].state is OrderState.REJECTED
    assert made.engine.state.trading_state is TradingState.ACTIVE


def test_a_rejection_of_an_order_that_was_given_up_changes_nothing() -> None:
    for ended in (OrderExpired, OrderCancelled):
        made = desk()
        (order,) = enter(made, 1, "500")
        made.take(ended(order.order_id, "never reached the broker", order.at))
        before = made.engine.state.orders[order.order_id].state
        made.take(OrderRejected(order.order_id, "RMS: margin shortfall", order.at))
        assert made.engine.state.orders[order.order_id].state is before in TERMINAL
        assert made.engine.state.trading_state is TradingState.ACTIVE
        assert alerts(made, "order_rejected") == 0


def test_a_rejection_told_twice_or_followed_by_another_end_is_one_rejection() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    for event in (OrderRejected, OrderRejected, OrderCancelled, OrderExpired):
        made.take(event(order.order_id, "RMS: margin shortfall", order.at))
    assert made.engine.state.orders[order.order_id].state is OrderState.REJECTED
    assert (made.engine.state.trading_state, alerts(made, "order_rejected")) == (TradingState.ACTIVE, 1)


def test_of_an_order_that_is_partly_filled_a_rejection_ends_the_rest() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(fill(order, 1, D(40), D(500)))
    made.take(OrderRejected(order.order_id, "RMS: margin shortfall", order.at))
    ended = made.engine.state.orders[order.order_id]
    assert (ended.state, ended.filled_quantity) == (OrderState.CANCELLED, D(40))
    assert made.engine.state.trading_state is TradingState.ACTIVE


def test_an_order_without_an_answer_that_the_report_lists_as_rejected_was_rejected() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    made.engine.state.orders[order.order_id].state = OrderState.IN_FLIGHT
    made.take(OrderUnknown(order.order_id, "no answer", order.at))
    book.end(book.take(order), VenueState.REJECTED, "RMS: margin shortfall")
    cycle(made, book)
    assert made.engine.state.orders[order.order_id].state is OrderState.REJECTED
    assert made.engine.state.truth.state == "in_step"
