"""A fill that the books can't take is a difference: it changes no money until somebody decides."""

from __future__ import annotations

from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.broker import BrokerReport, VenueFill
from engine.domain.events import (
    BotChanged,
    BrokerReported,
    CommandReceived,
    FillReceived,
    InstrumentListed,
    OrderCancelled,
    Recovered,
    ReportBegun,
    SessionOpened,
)
from engine.domain.order import OrderState
from engine.domain.records import CommandResult, DifferenceKind, OrderRecord
from tests.builders.desk import CASH, LOOSE, Desk, desk, enter, fill, leave
from tests.builders.market import instrument
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import session

D = Decimal


def decide(made: Desk, resolution: str) -> CommandResult:
    """Resolve the one open difference."""
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": resolution, "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    return next(record for record in reversed(made.records) if isinstance(record, CommandResult))


def test_a_fill_of_more_than_was_ordered_changes_no_money_and_is_shown() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    state = made.engine.state
    made.take(fill(order, 0, D(60), D("500.05")))
    cash, before = state.ledger.cash, (state.orders[order.order_id].state, len(state.orders[order.order_id].fill_keys))
    made.take(fill(order, 1, D(41), D("500.05")))
    assert [found.kind for found in state.truth.open()] == [DifferenceKind.MISSED_FILL]
    assert not state.breaker.broken
    assert (state.ledger.cash, state.orders[order.order_id].filled_quantity) == (cash, 60)
    assert (state.orders[order.order_id].state, len(state.orders[order.order_id].fill_keys)) == before


def second_exit_filled_first(made: Desk) -> None:
    """Two exits can't be open at once; but a venue may fill the one that was cancelled, late."""
    (order,) = enter(made, 1, "500")
    made.take(fill(order, 0, D(100), D("500.05")))
    first = leave(made)
    assert first is not None
    made.take(OrderCancelled(first.order_id, "by hand", first.at))
    second = leave(made)
    assert second is not None
    made.take(fill(second, 0, D(100), D(501)))
    made.take(fill(first, 0, D(100), D(501)))


def test_an_exit_fill_without_a_position_leaves_the_order_as_it_was_and_is_shown() -> None:
    made = desk()
    second_exit_filled_first(made)
    state = made.engine.state
    (standing,) = state.truth.open()
    assert (standing.symbol, standing.quantity, standing.price) == ("ACME", -100, 501)
    assert state.orders[str(standing.order_id)].fill_keys == []
    assert len(state.portfolio) == 0
    enter(made, 2, "501")
    assert len(made.sent) == 3, "no entry is made while the symbol differs"


def test_adopted_it_is_held_by_hand_and_told_again_it_is_not_booked_again() -> None:
    made = desk()
    second_exit_filled_first(made)
    state = made.engine.state
    (standing,) = state.truth.open()
    assert decide(made, "adopt").state == "done"
    held = [(position.bot_id, position.quantity) for position in state.portfolio.all()]
    assert held == [("by-hand-paper-test", -100)]
    first = next(order for order in made.sent if order.order_id == standing.order_id)
    made.take(fill(first, 0, D(100), D(501)))
    assert state.truth.open() == []
    assert [position.quantity for position in state.portfolio.all()] == [-100]


def restarted_without_fills() -> tuple[Desk, FillReceived, FillReceived]:
    """A disk is lost: of an entry and its exit the store has that they were accepted. Their fills, as the venue has
    them.
    """
    before = desk()
    (order,) = enter(before, 1, "500")
    bought = fill(order, 0, D(100), D("500.05"))
    before.take(bought)
    exit_order = leave(before)
    assert exit_order is not None
    known = {
        record.order_id: record
        for record in before.records
        if isinstance(record, OrderRecord) and record.state is OrderState.ACCEPTED
    }
    made = Desk(Engine(account(str(CASH), LOOSE), scripted({"script": {}})), [], [])
    made.take(InstrumentListed(instrument()))
    made.take(Recovered(tuple(known.values()), 9))
    made.take(BotChanged(bot("alpha", strategy="script"), Desired.RUNNING, 1))
    made.take(SessionOpened(session(), session().open_at))
    return made, bought, fill(exit_order, 0, D(100), D(501))


def report_of(made: Desk, *fills: FillReceived) -> BrokerReport:
    """What the venue lists; of its orders, which are no matter here, nothing."""
    orders = made.engine.state.orders
    listed = tuple(
        VenueFill(one.venue_fill_id, f"V-{one.order_id}", one.order_id, "ACME", orders[one.order_id].side, one.quantity,
                  one.price, one.at)
        for one in fills
    )  # fmt: skip
    return BrokerReport((), listed, (), made.engine.state.now)


def test_an_exits_fill_told_before_that_of_its_entry_is_no_difference_and_is_booked_after_it() -> None:
    made, bought, sold = restarted_without_fills()
    made.take(sold)
    assert made.engine.state.truth.open() == []
    for told in (bought, sold):
        made.take(told)
    assert made.engine.state.truth.open() == []
    assert len(made.engine.state.portfolio) == 0
    assert {order.state for order in made.engine.state.orders.values()} == {OrderState.FILLED}


def test_one_that_a_report_shows_and_the_books_can_still_not_take_is_a_difference() -> None:
    made, _, sold = restarted_without_fills()
    made.take(sold)
    made.take(ReportBegun())
    made.take(BrokerReported(report_of(made, sold)))
    (missed,) = (found for found in made.engine.state.truth.open() if found.kind is DifferenceKind.MISSED_FILL)
    assert missed.subject == sold.venue_fill_id
