"""A stop that left for less than is held, since broker and books differed then: it is placed anew when they agree."""

from __future__ import annotations

from engine.domain.events import OrderAccepted
from engine.domain.order import Purpose, Side
from tests.core.stop_wire import D, StopWire, protected


def told_of_less(wire: StopWire, stop: str) -> None:
    """The broker has the stop for four of the ten that are held."""
    wire.take(OrderAccepted(stop, f"V-{stop}", wire.now, quantity=D(4)))


def test_it_is_placed_anew_for_all_that_is_held() -> None:
    wire = StopWire()
    stop = protected(wire)
    told_of_less(wire, stop)
    assert [cancel.order_id for cancel in wire.cancels] == [stop]
    wire.cancel()
    wire.hear()
    assert [(order.purpose, order.quantity) for order in wire.outgoing] == [(Purpose.PROTECT, D(10))]
    anew = wire.arrive()
    wire.hear()
    wire.close_minute()
    assert (wire.working(Purpose.PROTECT), wire.cancels) == ([anew.order_id], [])


def test_it_stays_while_broker_and_books_differ() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.book.fill(wire.book.place(None, "ACME", Side.SELL, D(6), wire.now), D(6), D(500))
    wire.report()
    wire.report()
    assert wire.state.truth.doubted() == ["ACME"]
    told_of_less(wire, stop)
    wire.close_minute()
    assert wire.cancels == []
    assert wire.working(Purpose.PROTECT) == [stop]
