"""A day-bound book of a new day says nothing of yesterday's orders: they end by what is held, where that is conclusive,
and else wait for a person.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.effects import SubmitOrder
from engine.domain.events import BrokerReported, CommandReceived, OrderUnknown, ReportBegun
from engine.domain.instant import SECOND
from engine.domain.order import OrderState
from engine.domain.records import CommandResult, DifferenceKind, DifferenceState
from tests.builders.desk import Desk, desk, enter, fill, leave
from tests.builders.venue_book import VenueBook

D = Decimal
K = DifferenceKind


def lost(made: Desk, order: SubmitOrder) -> SubmitOrder:
    """No answer came to an order."""
    made.take(OrderUnknown(order.order_id, "timed out after 5 s", order.at + SECOND))
    return order


def unanswered(*, carries: bool = True) -> tuple[Desk, VenueBook, SubmitOrder]:
    """A desk that sent an entry to which no answer came."""
    made, book = desk(), VenueBook(carries=carries)
    accept, made.accept = made.accept, lambda order: None  # type: ignore[method-assign]
    (order,) = enter(made, 1, "500")
    made.accept = accept  # type: ignore[method-assign]
    return made, book, lost(made, order)


def open_kinds(made: Desk) -> list[DifferenceKind]:
    return [found.kind for found in made.engine.state.truth.open()]


def state_of(made: Desk, order: SubmitOrder) -> OrderState:
    return made.engine.state.orders[order.order_id].state


def next_morning(made: Desk, book: VenueBook) -> None:
    """The book of a day that begins after all that was decided until now."""
    book.begin_day(made.engine.state.now + 1)


def cycle(made: Desk, book: VenueBook, times: int = 1, *, opened: bool = True) -> None:
    """So many reports, once the market of the new day has opened, or before."""
    for _ in range(times):
        made.take(ReportBegun())
        made.take(BrokerReported(book.report(book.since + SECOND if opened else made.engine.state.now)))


def decide(made: Desk, kind: DifferenceKind, resolution: str) -> CommandResult:
    (standing,) = (found for found in made.engine.state.truth.open() if found.kind is kind)
    arguments = {"difference_id": standing.difference_id, "resolution": resolution, "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    return next(record for record in reversed(made.records) if isinstance(record, CommandResult))


def test_a_lost_order_of_an_earlier_day_ends_once_two_reports_show_that_nothing_of_it_is_held() -> None:
    made, book, order = unanswered()
    next_morning(made, book)
    cycle(made, book)
    assert state_of(made, order) is OrderState.UNKNOWN
    assert open_kinds(made) == [K.UNKNOWN_ORDER]
    cycle(made, book)
    assert state_of(made, order) is OrderState.EXPIRED
    assert "its day is over" in (made.engine.state.orders[order.order_id].reason or "")
    cycle(made, book)
    assert made.engine.state.truth.state == "in_step"


def test_before_the_market_has_opened_what_is_held_is_not_believed_to_be_all() -> None:
    """A broker that is still loading its books in the morning shows nothing held, too."""
    made, book, order = unanswered()
    next_morning(made, book)
    cycle(made, book, 4, opened=False)
    assert (state_of(made, order), open_kinds(made)) == (OrderState.UNKNOWN, [K.UNKNOWN_ORDER])
    cycle(made, book, 2)
    assert state_of(made, order) is OrderState.EXPIRED


def test_an_entry_that_ended_with_its_day_is_not_tried_again() -> None:
    made, book, _ = unanswered()
    before = len(made.sent)
    next_morning(made, book)
    cycle(made, book, 3)
    assert len(made.sent) == before


def test_a_lost_order_that_was_filled_unseen_waits_for_a_person_and_ends_when_what_is_held_is_decided() -> None:
    made, book, order = unanswered()
    book.fill(book.take(order), D(100), D(500))
    next_morning(made, book)
    cycle(made, book, 3)
    assert state_of(made, order) is OrderState.UNKNOWN
    assert sorted(open_kinds(made)) == [K.FOREIGN_POSITION, K.LAPSED_ORDER]
    assert decide(made, K.FOREIGN_POSITION, "adopt").state == "done"
    cycle(made, book, 2)
    assert state_of(made, order) is OrderState.EXPIRED
    assert made.engine.state.truth.state == "in_step"
    assert sum(position.quantity for position in made.engine.state.portfolio.all()) == 100


def test_a_person_is_told_in_words_that_the_book_is_another_days() -> None:
    made, book, order = unanswered(carries=False)
    next_morning(made, book)
    cycle(made, book, 2)
    (standing,) = made.engine.state.truth.open()
    assert standing.kind is K.LAPSED_ORDER
    assert standing.ours == f"BUY 100 ({order.order_id}) of an earlier day is unknown"
    assert standing.theirs.startswith("its book is a new day's and does not tell of it")
    asked = [found for found in made.engine.state.truth.differences.values() if found.kind is K.UNKNOWN_ORDER]
    assert [found.state for found in asked] == [DifferenceState.GONE], "nobody is being asked any more"


def test_where_nothing_outlives_the_day_what_is_held_proves_nothing_and_only_a_person_ends_the_order() -> None:
    made, book, order = unanswered(carries=False)
    book.fill(book.take(order), D(100), D(500))  # and the broker closed it in the evening
    next_morning(made, book)
    cycle(made, book, 4)
    assert (state_of(made, order), open_kinds(made)) == (OrderState.UNKNOWN, [K.LAPSED_ORDER])
    assert decide(made, K.LAPSED_ORDER, "adopt").result == {"result": "the order is expired"}
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"


def test_what_is_held_is_decided_about_before_an_exit_of_an_earlier_day_ends() -> None:
    """Else the exit is decided anew, and sells what the broker has closed."""
    made, book = desk(), VenueBook(carries=False)
    (order,) = enter(made, 1, "500")
    made.take(fill(order, 0, D(100), D(500)))
    accept, made.accept = made.accept, lambda order: None  # type: ignore[method-assign]
    exit_ = leave(made)
    made.accept = accept  # type: ignore[method-assign]
    assert exit_ is not None
    lost(made, exit_)
    next_morning(made, book)
    cycle(made, book, 2)
    assert sorted(open_kinds(made)) == [K.LAPSED_ORDER, K.QUANTITY_MISMATCH]
    for resolution in ("adopt", "flatten"):
        said = decide(made, K.LAPSED_ORDER, resolution)
        assert said.state == "failed"
        assert "first decide what is held" in str(said.result)
    decide(made, K.QUANTITY_MISMATCH, "adopt")
    assert decide(made, K.LAPSED_ORDER, "adopt").state == "done"
    assert not list(made.engine.state.portfolio.all())


def test_two_lost_orders_that_may_have_undone_each_other_wait_for_a_person() -> None:
    made, book = desk(), VenueBook()
    (entry,) = enter(made, 1, "500")
    made.take(fill(entry, 0, D(60), D(500)))
    exit_ = leave(made)
    assert exit_ is not None
    book.carry("ACME", D(60), D(500), overnight=True)
    next_morning(made, book)
    cycle(made, book, 3)
    at_work = [order for order in made.engine.state.open_orders() if order.symbol == "ACME"]
    assert {order.side for order in at_work} == {"BUY", "SELL"}
    assert open_kinds(made) == [K.LAPSED_ORDER, K.LAPSED_ORDER]


@pytest.mark.parametrize("carries", [True, False])
def test_an_order_that_the_broker_had_taken_lapses_as_one_without_an_answer_does(carries: bool) -> None:
    made, book = desk(), VenueBook(carries=carries)
    (order,) = enter(made, 1, "500")
    next_morning(made, book)
    cycle(made, book, 2)
    assert state_of(made, order) is (OrderState.EXPIRED if carries else OrderState.ACCEPTED)
    assert open_kinds(made) == ([] if carries else [K.LAPSED_ORDER])


def test_a_lost_order_that_the_new_days_book_lists_is_no_riddle() -> None:
    """Kept for the next morning by the broker, without a word."""
    made, book, order = unanswered()
    next_morning(made, book)
    book.take(order)
    cycle(made, book)
    assert state_of(made, order) in (OrderState.ACCEPTED, OrderState.CANCEL_REQUESTED)
    assert made.engine.state.truth.state == "in_step"


def test_an_order_of_the_books_own_day_is_judged_as_ever() -> None:
    made, book, order = unanswered()
    book.since = order.at
    cycle(made, book, 3)
    assert (state_of(made, order), open_kinds(made)) == (OrderState.UNKNOWN, [K.UNKNOWN_ORDER])
