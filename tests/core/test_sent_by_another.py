"""What an engine finds at the venue that another one, or itself before a restart, had asked for: exits and stops."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.orders import Order
from engine.domain.account import TradingState
from engine.domain.broker import VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.events import CommandReceived, FillReceived, OrderAccepted, OrderExpired
from engine.domain.order import OrderState, Purpose
from engine.domain.records import DifferenceKind, OrderRecord, PositionRecord
from tests.core.stop_wire import StopWire, protected

D = Decimal


def waiting_exit(wire: StopWire) -> tuple[str, Order]:
    """A stop that rests, and an exit that waits for it to be out."""
    stop = protected(wire)
    wire.ask_to_close()
    (order,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    assert order.state is OrderState.CREATED
    return stop, order


def test_an_exit_that_waits_here_and_works_at_the_venue_is_taken_as_accepted_and_never_sent() -> None:
    wire = StopWire()
    _, order = waiting_exit(wire)
    wire.take(OrderAccepted(order.order_id, "V9", wire.now))
    assert (order.state, order.venue_order_id) == (OrderState.ACCEPTED, "V9")
    wire.cancel()
    wire.hear()
    assert wire.outgoing == []
    assert wire.state.trading_state is TradingState.ACTIVE


def test_its_fill_closes_the_position_though_no_acceptance_was_heard() -> None:
    wire = StopWire()
    _, order = waiting_exit(wire)
    wire.take(FillReceived(order.order_id, "F9", order.quantity, D("500"), wire.now))
    assert wire.position is None
    assert (order.state, wire.state.trading_state) == (OrderState.FILLED, TradingState.ACTIVE)


def test_an_exit_that_the_venue_has_named_is_not_given_up_because_this_engine_did_not_send_it() -> None:
    """Seed 4031783: given up, it was another's order for the engine after, and its fill was booked as by hand."""
    wire = StopWire()
    _, order = waiting_exit(wire)
    wire.take(OrderAccepted(order.order_id, "V9", wire.now))
    wire.take(OrderExpired(order.order_id, "not sent: the broker has this order", wire.now, unsent=True))
    assert (order.state, order.venue_order_id) == (OrderState.ACCEPTED, "V9")
    wire.take(OrderExpired(order.order_id, "the day is over", wire.now))
    assert order.state is OrderState.EXPIRED


def test_a_stop_whose_number_the_books_had_not_kept_does_not_lend_its_id_to_the_next() -> None:
    wire = StopWire()
    wire.close_minute()
    entry = wire.arrive()
    wire.fill(entry.order_id)
    wire.hear()
    first: SubmitOrder = wire.outgoing[0]
    wire.lose()
    wire.records = [  # the position as it was written down before its stop was placed
        replace(record, stops=0) if isinstance(record, PositionRecord) else record for record in wire.records
    ]
    wire.restart()
    wire.take(OrderExpired(first.order_id, "never reached the broker", wire.now))
    wire.restart()  # an order that has ended is not known any more
    wire.report()
    (second,) = wire.outgoing
    assert second.purpose is Purpose.PROTECT
    assert second.order_id != first.order_id


def test_a_cancellation_of_a_stop_that_a_lost_journal_had_asked_for_is_asked_for_again() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.ask_to_close()
    wire.records = [  # of all that was decided the store has the stop alone
        record
        for record in wire.records
        if not (isinstance(record, OrderRecord) and record.purpose is Purpose.EXIT) and record.collection != "commands"
    ]
    wire.restart()
    assert wire.state.orders[stop].state is OrderState.CANCEL_REQUESTED
    wire.settle()
    (resting,) = wire.working(Purpose.PROTECT)
    assert resting != stop
    assert wire.state.orders[resting].state is OrderState.ACCEPTED


def test_a_stop_that_works_a_second_time_under_its_id_is_a_difference_and_can_be_taken_out_by_itself() -> None:
    wire = StopWire()
    stop = protected(wire)
    first = wire.book.orders[f"V-{stop}"]
    wire.book.orders["V-again"] = replace(first, venue_order_id="V-again")
    wire.report()
    wire.report()
    (found,) = wire.state.truth.open()
    assert (found.kind, found.venue_order_id) == (DifferenceKind.FOREIGN_ORDER, "V-again")
    assert found.theirs == "SELL 10 works, a second time under its id"
    resolution = {"difference_id": found.difference_id, "resolution": "flatten", "by": "ann"}
    wire.take(CommandReceived("c", "resolve_difference", resolution))
    (cancel,) = wire.cancels
    assert (cancel.order_id, cancel.venue_order_id) == ("", "V-again")
    assert wire.state.orders[stop].state is OrderState.ACCEPTED


def test_the_end_of_the_second_one_is_not_that_of_the_first() -> None:
    wire = StopWire()
    stop = protected(wire)
    again = replace(wire.book.orders[f"V-{stop}"], venue_order_id="V-again", state=VenueState.CANCELLED)
    wire.book.orders["V-again"] = again
    wire.report()
    wire.report()
    assert wire.state.truth.state == "in_step"
    assert wire.state.orders[stop].state is OrderState.ACCEPTED
