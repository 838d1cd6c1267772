"""An id that the venue lists is never given to another order, though a restart has forgotten the order that had it."""

from __future__ import annotations

from decimal import Decimal

from engine.core.sending import next_order_id
from engine.domain.broker import VenueState
from engine.domain.identity import order_id
from engine.domain.order import Side
from tests.builders.desk import desk
from tests.builders.times import at
from tests.builders.venue_book import VenueBook, cycle

LEG = ("alpha", "ACME", "1m", at("10:00"), "exit-stop")


def test_an_id_that_the_venue_lists_is_not_given_again() -> None:
    made, book = desk(), VenueBook()
    state = made.engine.state
    first = next_order_id(state, *LEG)
    assert first == order_id(state.account.account_id, *LEG, 0)
    identity = book.place(first, "ACME", Side.SELL, Decimal(10), at("10:00"))
    book.end(identity, VenueState.CANCELLED, "killed before the restart")
    cycle(made, book)
    assert next_order_id(state, *LEG) == order_id(state.account.account_id, *LEG, 1)
