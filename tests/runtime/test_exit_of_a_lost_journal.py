"""An exit of which the store has nothing but that it was decided on: with a whole journal it never left, with a lost
one it may have. Found by kills of the whole service that took the disk along.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.orders import Order
from engine.domain.found import FactsFound, FoundFacts
from engine.domain.order import OrderState, Purpose
from engine.domain.records import FillRecord, OrderRecord
from engine.runtime.rederive import perhaps_sent
from tests.builders.times import session
from tests.core.stop_wire import StopWire, protected


def half_filled_exit(wire: StopWire) -> Order:
    """An exit that waited for its stop to be out, left, and was filled in part; the rest is filled and not heard of."""
    protected(wire)
    wire.ask_to_close()
    (order,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    wire.cancel()
    wire.hear()
    wire.arrive()
    wire.fill(order.order_id, 4)
    wire.hear()
    wire.fill(order.order_id, heard=False)
    return order


def in_the_store(wire: StopWire, exit_id: str) -> list[OrderRecord | FillRecord]:
    """What of the exit is in the store when the machine goes: its first state; states wait, facts do not."""
    first = next(r for r in wire.records if isinstance(r, OrderRecord) and r.order_id == exit_id)
    assert first.state is OrderState.CREATED
    wire.records = [r for r in wire.records if not (isinstance(r, OrderRecord) and r.order_id == exit_id)]
    wire.records.append(first)
    return [r for r in wire.records if isinstance(r, OrderRecord | FillRecord) and r.order_id == exit_id]


def facts_of(wire: StopWire) -> FoundFacts:
    """What the books are made of again."""
    fills = tuple(record for record in wire.records if isinstance(record, FillRecord))
    orders = {record.order_id: record for record in wire.records if isinstance(record, OrderRecord)}
    return FoundFacts(session().open_at, fills, orders, {}, frozenset())


def test_it_is_looked_up_where_the_journal_is_lost_and_its_fill_is_booked_once() -> None:
    wire = StopWire()
    order = half_filled_exit(wire)
    assert [type(kept) for kept in in_the_store(wire, order.order_id)] == [FillRecord, OrderRecord]
    wire.records = list(perhaps_sent(wire.records))
    wire.restart()
    wire.take(FactsFound(facts_of(wire)))
    assert wire.state.orders[order.order_id].state is OrderState.PARTIALLY_FILLED, "its fill in the store proves it"
    assert (wire.outgoing, wire.cancels) == ([], []), "no other exit and no stop while it may be at the venue"
    wire.look_up(order.order_id)
    assert wire.position is None
    assert wire.state.orders[order.order_id].state is OrderState.FILLED
    filled = [record for record in wire.records if isinstance(record, FillRecord) and record.side == "SELL"]
    assert sum((record.quantity for record in filled), Decimal(0)) == 10


def test_one_without_a_fill_is_asked_about_before_anything_else_is_sent() -> None:
    wire = StopWire()
    protected(wire)
    wire.ask_to_close()
    (order,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    wire.records = list(perhaps_sent(wire.records))
    wire.restart()
    assert wire.state.orders[order.order_id].state is OrderState.UNKNOWN
    assert [sent for sent in wire.outgoing if sent.purpose is Purpose.EXIT] == []


def old_quantity(wire: StopWire) -> Order:
    """An exit of ten was decided; four of them its stop sold, so it left for six. The store has it as it was decided,
    and the disk is lost.
    """
    stop = protected(wire)
    wire.ask_to_close()
    (order,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    wire.fill(stop, 4)
    wire.cancel()
    wire.hear()
    leaving = wire.arrive()
    assert leaving.quantity == 6
    (first,) = (kept for kept in in_the_store(wire, order.order_id) if isinstance(kept, OrderRecord))
    assert first.quantity == 10
    return order


def lose_the_disk(wire: StopWire) -> None:
    """Begin anew with what is in the store."""
    wire.records = list(perhaps_sent(wire.records))
    wire.restart()
    wire.take(FactsFound(facts_of(wire)))


@pytest.mark.parametrize("told_by", ["a look-up", "reports"])
def test_one_that_left_for_less_than_the_store_says_is_filled_where_the_brokers_book_says_so(told_by: str) -> None:
    wire = StopWire()
    order = old_quantity(wire)
    wire.fill(order.order_id, heard=False)
    lose_the_disk(wire)
    if told_by == "reports":
        for _ in range(2):
            wire.report()
        assert wire.state.orders[order.order_id].quantity == 6
    wire.look_up(order.order_id)
    for _ in range(2):
        wire.report()
    again = wire.state.orders[order.order_id]
    assert (again.state, again.quantity, again.filled_quantity) == (OrderState.FILLED, 6, 6)
    assert (wire.position, wire.net()) == (None, 0)
    assert wire.state.truth.state == "in_step"


def test_one_that_was_filled_and_booked_before_its_quantity_was_known_ends_with_that() -> None:
    """Its fill came by the stream; the venue's book says only later that no more was ever asked for."""
    wire = StopWire()
    order = old_quantity(wire)
    lose_the_disk(wire)
    wire.fill(order.order_id)
    wire.hear()
    assert wire.state.orders[order.order_id].state is OrderState.PARTIALLY_FILLED
    wire.look_up(order.order_id)
    assert wire.state.orders[order.order_id].state is OrderState.FILLED
    for _ in range(2):
        wire.report()
    assert wire.state.truth.state == "in_step"


def test_one_that_works_on_is_taken_back_as_after_any_restart_and_decided_anew_for_what_is_held() -> None:
    wire = StopWire()
    order = old_quantity(wire)
    lose_the_disk(wire)
    wire.look_up(order.order_id)
    assert wire.state.orders[order.order_id].remaining == 6
    wire.settle()
    (again,) = wire.working(Purpose.EXIT)
    assert (again == order.order_id, wire.sent[again].quantity, wire.sent[again].exit_reason) == (False, 6, "manual")


def test_with_a_whole_journal_one_that_waited_never_left_and_is_decided_anew() -> None:
    wire = StopWire()
    protected(wire)
    wire.ask_to_close()
    (order,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    wire.restart()
    assert wire.state.orders[order.order_id].state is OrderState.CANCELLED


def test_entries_and_what_was_sent_stay_as_the_store_has_them() -> None:
    wire = StopWire()
    protected(wire)
    assert list(perhaps_sent(wire.records)) == wire.records
