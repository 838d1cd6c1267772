"""An order without an answer is red at once; nobody guesses; the broker says what became of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import (
    CommandReceived,
    OrderAccepted,
    OrderUnknown,
)
from engine.domain.instant import SECOND
from engine.domain.order import OrderState
from engine.domain.records import CommandResult, DifferenceKind, SignalRecord
from tests.builders.desk import Desk, desk, enter
from tests.builders.venue_book import VenueBook, cycle

D = Decimal
K = DifferenceKind


def truth(made: Desk) -> list[tuple[DifferenceKind, Decimal]]:
    return [(found.kind, found.quantity) for found in made.engine.state.truth.open()]


def resolve(made: Desk, resolution: str) -> CommandResult:
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": resolution, "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    return next(record for record in reversed(made.records) if isinstance(record, CommandResult))


def assert_entries_wait(made: Desk) -> None:
    before = len(made.sent)
    enter(made, 5, "501")
    assert len(made.sent) == before
    signal = next(record for record in reversed(made.records) if isinstance(record, SignalRecord))
    assert (signal.outcome, signal.blocking_reason) == ("blocked", "difference")


def unanswered() -> tuple[Desk, VenueBook, SubmitOrder]:
    """An order was sent and no reply came."""
    made, book = desk(), VenueBook()
    accept, made.accept = made.accept, lambda order: None  # type: ignore[method-assign]
    (order,) = enter(made, 1, "500")
    made.accept = accept  # type: ignore[method-assign]
    made.take(OrderUnknown(order.order_id, "timed out after 5 s", order.at + SECOND))
    return made, book, order


def test_a_reply_lost_after_accept_is_red_at_once_and_green_when_the_broker_lists_the_order() -> None:
    made, book, order = unanswered()
    assert truth(made) == [(K.UNKNOWN_ORDER, D(0))]
    book.take(order)
    cycle(made, book)
    assert made.engine.state.orders[order.order_id].state is OrderState.ACCEPTED
    assert made.engine.state.truth.state == "in_step"


def test_while_an_order_has_no_answer_no_entry_is_made_on_its_symbol() -> None:
    made, _, _ = unanswered()
    assert_entries_wait(made)


@pytest.mark.parametrize("resolution", ["adopt", "ignore", "flatten"])
def test_nobody_may_guess_about_an_order_without_an_answer(resolution: str) -> None:
    made, _, order = unanswered()
    assert resolve(made, resolution).state == "failed"
    assert made.engine.state.orders[order.order_id].state is OrderState.UNKNOWN


def test_an_entry_that_comes_to_light_late_is_taken_back() -> None:
    made, _, order = unanswered()
    effects = made.engine.process(OrderAccepted(order.order_id, "V-1", order.at + 61 * SECOND))
    assert [effect.order_id for effect in effects if isinstance(effect, CancelOrder)] == [order.order_id]
