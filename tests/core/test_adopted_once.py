"""A missed fill that the stream tells before somebody decides is in the books once, whatever is decided then."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.events import CommandReceived
from engine.domain.records import CommandResult
from tests.builders.desk import desk, enter
from tests.builders.venue_book import VenueBook, cycle, told


def test_a_fill_told_before_it_is_adopted_is_booked_once() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    fill = book.fill(book.take(order), Decimal(100), Decimal(500))
    cycle(made, book, times=2)
    (standing,) = made.engine.state.truth.open()
    made.take(told(fill))
    assert made.engine.state.truth.open() == [], "it stands there no longer: a restart forgets what was booked of it"
    arguments = {"difference_id": standing.difference_id, "resolution": "adopt", "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    result = next(record for record in reversed(made.records) if isinstance(record, CommandResult))
    assert result.state == "done"
    assert made.engine.state.portfolio.all()[0].quantity == Decimal(100)
