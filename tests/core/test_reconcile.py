"""Whatever differs between broker and books turns the truth red, stops entries on the symbol, and waits for a word."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import (
    BrokerReported,
    CommandReceived,
    ReportBegun,
)
from engine.domain.order import OrderState, Side
from engine.domain.records import CommandResult, DifferenceKind, DifferenceState, SignalRecord
from tests.builders.desk import Desk, desk, enter
from tests.builders.venue_book import VenueBook, cycle, told

D = Decimal
K = DifferenceKind


def bought(quantity: int = 100) -> tuple[Desk, VenueBook, SubmitOrder]:
    """A desk that holds 100 ACME, and so does the venue."""
    made, book = desk(quantity=quantity), VenueBook()
    (order,) = enter(made, 1, "500")
    made.take(told(book.fill(book.take(order), D(quantity), D("500.05"))))
    return made, book, order


def truth(made: Desk) -> list[tuple[DifferenceKind, Decimal]]:
    return [(found.kind, found.quantity) for found in made.engine.state.truth.open()]


def resolve(made: Desk, resolution: str) -> CommandResult:
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": resolution, "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    return next(record for record in reversed(made.records) if isinstance(record, CommandResult))


def held(made: Desk) -> dict[str, Decimal]:
    return {position.bot_id: position.quantity for position in made.engine.state.portfolio.all()}


def settle_exits(made: Desk, book: VenueBook, before: int) -> None:
    """The venue takes and fills what was sent since."""
    for order in made.sent[before:]:
        made.accept(order)
        made.take(told(book.fill(book.take(order), order.quantity, D(501))))


def assert_entries_wait(made: Desk) -> None:
    before = len(made.sent)
    enter(made, 5, "501")
    assert len(made.sent) == before
    signal = next(record for record in reversed(made.records) if isinstance(record, SignalRecord))
    assert (signal.outcome, signal.blocking_reason) == ("blocked", "difference")


def test_what_agrees_is_in_step() -> None:
    made, book, _ = bought()
    cycle(made, book, 3)
    assert made.engine.state.truth.state == "in_step"


def test_a_finding_is_checked_once_more_before_it_is_told() -> None:
    made, book, _ = bought()
    book.carry("ACME", D(1), D(500), overnight=False)
    cycle(made, book)
    assert made.engine.state.truth.state == "checking"
    book.carried.clear()
    cycle(made, book)
    assert (made.engine.state.truth.state, truth(made)) == ("in_step", [])


def test_a_missed_fill_turns_red_changes_nothing_and_is_booked_when_adopted() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    missed = book.fill(book.take(order), D(100), D("500.05"))
    cash = made.engine.state.ledger.cash
    cycle(made, book, 2)
    assert truth(made) == [(K.MISSED_FILL, D(100))]
    assert (made.engine.state.ledger.cash, held(made)) == (cash, {})
    assert_entries_wait(made)
    assert resolve(made, "adopt").result == {"result": "booked 100 at 500.05"}
    assert held(made) == {"alpha": D(100)}
    assert made.engine.state.orders[order.order_id].state is OrderState.FILLED
    made.take(told(missed))
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {"alpha": D(100)})


def test_a_fill_that_comes_by_itself_ends_the_difference() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    missed = book.fill(book.take(order), D(100), D("500.05"))
    cycle(made, book, 2)
    made.take(told(missed))
    cycle(made, book)
    assert [found.state for found in made.engine.state.truth.differences.values()] == [DifferenceState.GONE]


def test_a_missed_fill_that_is_ignored_stays_out_of_the_books_and_is_not_asked_again() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    book.fill(book.take(order), D(100), D("500.05"))
    cycle(made, book, 2)
    resolve(made, "ignore")
    cycle(made, book, 3)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {})


def test_an_order_by_hand_turns_red_and_can_be_cancelled_at_the_broker() -> None:
    made, book, _ = bought()
    foreign = book.place(None, "ACME", Side.BUY, D(7), made.engine.state.now)
    cycle(made, book, 2)
    assert truth(made) == [(K.FOREIGN_ORDER, D(7))]
    (standing,) = made.engine.state.truth.open()
    command = CommandReceived(
        "c", "resolve_difference", {"difference_id": standing.difference_id, "resolution": "flatten"}
    )
    effects = made.engine.process(command)
    assert [effect.venue_order_id for effect in effects if isinstance(effect, CancelOrder)] == [foreign]
    book.end(foreign, VenueState.CANCELLED)
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"


def test_an_adopted_order_by_hand_works_on_and_its_fill_is_asked_about_as_a_position() -> None:
    made, book, _ = bought()
    foreign = book.place(None, "ACME", Side.BUY, D(7), made.engine.state.now)
    cycle(made, book, 2)
    resolve(made, "adopt")
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"
    book.fill(foreign, D(7), D(499))
    cycle(made, book, 2)
    assert truth(made) == [(K.QUANTITY_MISMATCH, D(7))]
    resolve(made, "adopt")
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", {"alpha": D(100), "by-hand-paper-test": D(7)})


@pytest.mark.parametrize("overnight", [True, False])
@pytest.mark.parametrize("resolution", ["adopt", "ignore", "flatten"])
def test_a_position_that_is_not_ours_is_never_taken_in_silently(resolution: str, overnight: bool) -> None:
    made, book = desk(), VenueBook()
    enter(made, 1, "500")[0]
    book.take(made.sent[0])
    book.carry("ACME", D(40), D("480"), overnight=overnight)
    cash = made.engine.state.ledger.cash
    cycle(made, book, 2)
    kind = K.OVERNIGHT_POSITION if overnight else K.FOREIGN_POSITION
    assert truth(made) == [(kind, D(40))]
    assert (made.engine.state.ledger.cash, held(made)) == (cash, {})
    before = len(made.sent)
    assert resolve(made, resolution).state == "done"
    settle_exits(made, book, before)
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"
    assert held(made) == ({"by-hand-paper-test": D(40)} if resolution == "adopt" else {})


@pytest.mark.parametrize(
    ("resolution", "left"), [("adopt", {"alpha": D(60)}), ("ignore", {"alpha": D(100)}), ("flatten", {})]
)
def test_what_a_person_sold_by_hand_is_taken_from_the_bot_that_holds_it(
    resolution: str, left: dict[str, Decimal]
) -> None:
    made, book, _ = bought()
    book.fill(book.place(None, "ACME", Side.SELL, D(40), made.engine.state.now), D(40), D(510))
    cash = made.engine.state.ledger.cash
    cycle(made, book, 2)
    assert truth(made) == [(K.QUANTITY_MISMATCH, D(-40))]
    assert (made.engine.state.ledger.cash, held(made)) == (cash, {"alpha": D(100)})
    assert_entries_wait(made)
    before = len(made.sent)
    resolve(made, resolution)
    settle_exits(made, book, before)
    cycle(made, book, 2)
    assert (made.engine.state.truth.state, held(made)) == ("in_step", left)


def test_an_order_that_the_broker_killed_half_filled_is_red_until_its_end_is_adopted() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    identity = book.take(order)
    made.take(told(book.fill(identity, D(60), D("500.05"))))
    book.end(identity, VenueState.CANCELLED, "RMS: margin shortfall")
    cycle(made, book, 2)
    assert truth(made) == [(K.KILLED_BY_BROKER, D(0))]
    assert made.engine.state.orders[order.order_id].state is OrderState.PARTIALLY_FILLED
    resolve(made, "adopt")
    ended = made.engine.state.orders[order.order_id]
    assert (ended.state, ended.filled_quantity) == (OrderState.CANCELLED, 60)
    assert "margin shortfall" in (ended.reason or "")
    cycle(made, book, 2)
    assert made.engine.state.truth.state == "in_step"


def test_an_order_that_the_broker_lists_no_more_is_red() -> None:
    made, book = desk(), VenueBook()
    enter(made, 1, "500")
    cycle(made, book, 2)
    assert truth(made) == [(K.KILLED_BY_BROKER, D(0))]


def test_a_cancellation_that_was_asked_for_and_not_told_is_a_missed_status() -> None:
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    identity = book.take(order)
    made.take(CommandReceived("c", "cancel_order", {"order_id": order.order_id}))
    assert made.engine.state.orders[order.order_id].state is OrderState.CANCEL_REQUESTED
    book.end(identity, VenueState.CANCELLED)
    cycle(made, book, 2)
    assert truth(made) == [(K.MISSED_STATUS, D(0))]
    resolve(made, "adopt")
    assert made.engine.state.orders[order.order_id].state is OrderState.CANCELLED


def test_what_changes_while_a_report_is_collected_is_not_judged_by_it() -> None:
    made, book, order = bought()
    old = book.report(made.engine.state.now)
    for _ in range(3):
        made.take(ReportBegun())
        later = book.fill(book.place(f"L{len(book.orders)}", "ACME", Side.BUY, D(1), order.at), D(1), D(500))
        made.take(told(later))  # not ours by its tag, but something of the symbol moved
        enter(made, 2 + len(book.orders), "500")
        made.take(BrokerReported(old))
    assert truth(made) == []


def test_a_policy_by_name_decides_without_asking_and_says_so() -> None:
    made, book = desk(), VenueBook()
    made.engine.state.account.on_difference["missed_fill"] = "adopt"  # type: ignore[index]
    (order,) = enter(made, 1, "500")
    book.fill(book.take(order), D(100), D("500.05"))
    cycle(made, book, 2)
    (settled,) = made.engine.state.truth.differences.values()
    assert (settled.state, settled.resolved_by) == (DifferenceState.ADOPTED, "policy missed_fill: adopt")
    assert held(made) == {"alpha": D(100)}
