"""Deciding about what a restart forgot, about what can't be booked, and about the same symbol twice."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.broker import VenueState
from engine.domain.events import CommandReceived, OrderUnknown
from engine.domain.execution import EntryStyle, Execution
from engine.domain.order import OrderState, Side
from engine.domain.records import CommandResult, DifferenceKind, DifferenceRecord, DifferenceState, FillRecord
from tests.builders.desk import Desk, desk, enter
from tests.builders.venue_book import VenueBook, cycle, told
from tests.core.leg_desk import leg_desk

D = Decimal
BY_HAND = "by-hand-paper-test"


def opened(made: Desk) -> DifferenceRecord:
    (standing,) = made.engine.state.truth.open()
    return standing


def resolve(made: Desk, resolution: str) -> CommandResult:
    arguments = {"difference_id": opened(made).difference_id, "resolution": resolution, "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    return next(record for record in reversed(made.records) if isinstance(record, CommandResult))


def held(made: Desk) -> dict[str, Decimal]:
    return {position.bot_id: position.quantity for position in made.engine.state.portfolio.all()}


def missed() -> tuple[Desk, VenueBook]:
    """100 ACME were bought, and the books were not told."""
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    book.fill(book.take(order), D(100), D("500.05"))
    cycle(made, book, 2)
    return made, book


def own_shares(quantity: int = 40) -> tuple[Desk, VenueBook]:
    """A person's own 40 ACME are beside the books, let be."""
    made, book = desk(), VenueBook()
    enter(made, 1, "500")
    book.take(made.sent[0])
    book.carry("ACME", D(quantity), D("480"), overnight=True)
    cycle(made, book, 2)
    assert resolve(made, "ignore").state == "done"
    return made, book


def test_a_missed_fill_of_an_order_that_a_restart_forgot_is_booked_as_a_quantity() -> None:
    made, book = missed()
    made.engine.state.orders.clear()
    assert resolve(made, "adopt").result == {"result": "BUY 100 at 500.05 held by hand"}
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {BY_HAND: D(100)})


def test_a_missed_fill_of_an_order_that_a_restart_forgot_stays_told_until_somebody_decides() -> None:
    made, book = missed()
    made.engine.state.orders.clear()
    cycle(made, book, 3)
    assert (opened(made).kind, opened(made).quantity) == (DifferenceKind.MISSED_FILL, D(100)), "and nothing beside it"
    assert resolve(made, "adopt").state == "done"
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {BY_HAND: D(100)})


def test_the_end_of_an_order_that_a_restart_forgot_can_be_adopted() -> None:
    made, book = desk(), VenueBook()
    enter(made, 1, "500")
    cycle(made, book, 2)
    made.engine.state.orders.clear()
    assert resolve(made, "adopt").result == {"result": "the books have no such order any more"}
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"


def test_an_order_without_an_answer_that_a_restart_knows_the_end_of_asks_nothing_more() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    made.engine.state.orders[order.order_id].state = OrderState.IN_FLIGHT
    made.take(OrderUnknown(order.order_id, "no answer within 5 s", order.at))
    assert opened(made).kind is DifferenceKind.UNKNOWN_ORDER
    cycle(made, book)
    assert opened(made).kind is DifferenceKind.UNKNOWN_ORDER
    made.engine.state.orders.clear()
    cycle(made, book)
    assert made.engine.state.truth.state == "in_step"


def test_shares_of_a_symbol_that_is_not_traded_here_can_only_be_let_be() -> None:
    made, book = desk(), VenueBook()
    enter(made, 1, "500")
    book.take(made.sent[0])
    book.carry("OTHER", D(40), D("480"), overnight=True)
    cycle(made, book, 2)
    for resolution in ("adopt", "flatten"):
        answer = resolve(made, resolution)
        assert answer.state == "failed"
        assert "OTHER is not among this account's instruments" in answer.result["reason"]
    assert resolve(made, "ignore").state == "done"
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {})


def test_nothing_is_booked_at_a_price_that_nobody_knows() -> None:
    made, book = desk(("ACME", "QUIET")), VenueBook()
    enter(made, 1, "500")
    book.take(made.sent[0])
    book.carry("QUIET", D(40), D(0), overnight=True)
    cycle(made, book, 2)
    answer = resolve(made, "adopt")
    assert (answer.state, held(made)) == ("failed", {})
    assert "no price of QUIET yet" in answer.result["reason"]


def test_shares_let_be_and_another_difference_of_the_same_day_are_two() -> None:
    made, book = own_shares()
    book.fill(book.place(None, "ACME", Side.BUY, D(7), made.engine.state.now), D(7), D(510))
    cycle(made, book, 2)
    assert (opened(made).quantity, opened(made).price) == (D(7), D(510))
    assert opened(made).ours == "0 held and 40 let be"
    resolve(made, "adopt")
    cycle(made, book, 2)
    states = [found.state for found in made.engine.state.truth.differences.values()]
    assert states == [DifferenceState.IGNORED, DifferenceState.ADOPTED]
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {BY_HAND: D(7)})


def test_shares_let_be_and_sold_by_their_owner_make_no_short_position() -> None:
    made, book = own_shares()
    book.fill(book.place(None, "ACME", Side.SELL, D(15), made.engine.state.now), D(15), D(510))
    cycle(made, book, 2)
    assert opened(made).quantity == D(-15)
    assert resolve(made, "adopt").result == {"result": "15 taken from what was let be"}
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {})


def test_shares_let_be_that_are_all_sold_ask_nothing() -> None:
    made, book = own_shares()
    book.fill(book.place(None, "ACME", Side.SELL, D(40), made.engine.state.now), D(40), D(510))
    cycle(made, book, 2)
    (let_be,) = made.engine.state.truth.differences.values()
    assert (made.engine.state.truth.state, let_be.state) == ("in_step", DifferenceState.GONE)


def test_what_somebody_else_sold_is_booked_at_what_it_was_sold_at() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    made.take(told(book.fill(book.take(order), D(100), D("500.05"))))
    book.fill(book.place(None, "ACME", Side.SELL, D(40), made.engine.state.now), D(40), D("512.40"))
    cycle(made, book, 2)
    resolve(made, "adopt")
    sold = [record for record in made.records if isinstance(record, FillRecord)][-1]
    assert (sold.side, sold.quantity, sold.price) == (Side.SELL, D(40), D("512.40"))


def test_what_was_sold_at_two_prices_is_booked_at_one_that_the_store_can_keep() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    made.take(told(book.fill(book.take(order), D(100), D("500.05"))))
    for quantity, price in ((D(12), D("500.25")), (D(16), D("500.75"))):
        book.fill(book.place(None, "ACME", Side.SELL, quantity, made.engine.state.now), quantity, price)
    cycle(made, book, 2)
    resolve(made, "adopt")
    sold = [record for record in made.records if isinstance(record, FillRecord)][-1]
    assert (sold.quantity, sold.price) == (D(28), D("500.54"))


def test_an_entry_whose_end_is_adopted_is_not_sent_once_more() -> None:
    made, book = leg_desk(Execution(EntryStyle.LIMIT)), VenueBook()
    order = made.enter()
    identity = book.take(order)
    made.pass_minute(times=2)
    assert made.cancels, "taken back, to be replaced; the answer is lost"
    book.end(identity, VenueState.CANCELLED)
    cycle(made, book, 2)
    assert opened(made).kind is DifferenceKind.MISSED_STATUS
    sent = len(made.sent)
    assert resolve(made, "adopt").result == {"result": "the order is cancelled"}
    made.pass_minute(times=3)
    assert len(made.sent) == sent
