"""An end that says how much was filled waits for the fills: a restart looks open orders up, and forgets ended ones."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.broker import VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.events import CommandReceived, OrderCancelled, OrderExpired
from engine.domain.order import OrderState
from tests.builders.desk import Desk, desk, enter
from tests.builders.venue_book import VenueBook, cycle, told

D = Decimal


def ended_at_forty() -> tuple[Desk, VenueBook, SubmitOrder]:
    """The venue filled 40 of 100 and ended the order; we were told of the end alone."""
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    identity = book.take(order)
    book.fill(identity, D(40), D(500))
    book.end(identity, VenueState.CANCELLED, "as asked")
    made.take(OrderCancelled(order.order_id, "as asked", order.at, D(40)))
    return made, book, order


def state_of(made: Desk, order: SubmitOrder) -> OrderState:
    return made.engine.state.orders[order.order_id].state


def resolve(made: Desk, resolution: str) -> None:
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": resolution, "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))


def test_the_order_ends_once_the_fill_has_come() -> None:
    made, book, order = ended_at_forty()
    assert state_of(made, order) is OrderState.ACCEPTED
    made.take(told(book.fills[0]))
    assert state_of(made, order) is OrderState.CANCELLED
    assert made.engine.state.orders[order.order_id].reason == "as asked"


def test_an_end_whose_fills_are_booked_is_at_once() -> None:
    for event in (OrderCancelled, OrderExpired):
        made, book = desk(), VenueBook()
        (order,) = enter(made, 1, "500")
        made.take(told(book.fill(book.take(order), D(40), D(500))))
        made.take(event(order.order_id, "as asked", order.at, D(40)))
        assert not made.engine.state.orders[order.order_id].open


def test_a_fill_that_never_comes_is_told_by_the_report_and_the_order_ends_as_it_is_adopted() -> None:
    made, book, order = ended_at_forty()
    cycle(made, book, 3)
    resolve(made, "adopt")
    assert state_of(made, order) is OrderState.CANCELLED
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"
    assert [position.bot_id for position in made.engine.state.portfolio.all()] == ["alpha"]


def test_a_fill_that_is_let_be_does_not_keep_the_order_open() -> None:
    made, book, order = ended_at_forty()
    cycle(made, book, 3)
    resolve(made, "ignore")
    cycle(made, book, 2)
    assert state_of(made, order) is OrderState.CANCELLED
    assert made.engine.state.truth.state == "in_step"
