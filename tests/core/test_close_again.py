"""A person who closes a position is obeyed at once, also in the seconds after the broker rejected an exit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.events import CommandReceived, OrderRejected
from engine.domain.order import Purpose
from engine.domain.records import CommandResult
from tests.builders.desk import Desk, desk, enter, fill, leave
from tests.builders.venue_book import VenueBook, cycle

D = Decimal


def rejected() -> Desk:
    """A position whose exit the broker has just rejected."""
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(fill(order, 1, order.quantity, D(500)))
    gone = leave(made)
    assert gone is not None
    made.take(OrderRejected(gone.order_id, "no margin", made.engine.state.now))
    return made


def exits(made: Desk) -> int:
    return sum(order.purpose is Purpose.EXIT for order in made.sent)


@pytest.mark.parametrize("kind", ["close_position", "flatten"])
def test_a_person_who_closes_again_after_a_rejection_does_not_wait(kind: str) -> None:
    made = rejected()
    made.take(CommandReceived("again", kind, {"bot_id": "alpha", "symbol": "ACME"}))
    assert exits(made) == 2
    result = next(record for record in reversed(made.records) if isinstance(record, CommandResult))
    assert made.sent[-1].order_id in result.result.values()


def test_a_difference_that_is_flattened_after_a_rejection_is_closed() -> None:
    made, book = rejected(), VenueBook()
    book.carry("ACME", D(150), D(500), overnight=False)
    cycle(made, book, 2)
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": "flatten", "by": "ann"}
    made.take(CommandReceived("f", "resolve_difference", arguments))
    assert [order.quantity for order in made.sent if order.purpose is Purpose.EXIT] == [D(100), D(100), D(50)]
