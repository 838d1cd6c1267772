"""The order books are looked at whatever the socket does: what it never told, a look tells, and soon."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import BrokerEvent, FillReceived, OrderAccepted, OrderCancelled
from tests.adapters.brokers.angelone.order_desk import ONE, TWO, OrderDesk, limit_order

D = Decimal


def test_a_message_of_an_order_whose_number_is_not_known_yet_brings_the_next_look_forward(desk: OrderDesk) -> None:
    told: list[BrokerEvent] = []
    desk.ask(limit_order())
    desk.venue.stream.take(None, told.append)  # the next look is seconds away
    desk.angel.fault("placeOrder", "lose_reply")
    desk.ask(limit_order(TWO))
    desk.venue.stream.take(None, told.append)
    assert [event.order_id for event in told if isinstance(event, OrderAccepted)] == [ONE]
    message = json.dumps({"order-status": "AB01", "orderData": desk.orders[1].stream_row()})
    desk.venue.stream.take(message, told.append)
    assert [event.order_id for event in told if isinstance(event, OrderAccepted)] == [ONE, TWO]


def test_a_report_that_saw_the_end_first_does_not_keep_the_next_look_from_telling_the_fill(desk: OrderDesk) -> None:
    told: list[BrokerEvent] = []
    desk.ask(limit_order())
    desk.venue.stream.take(None, told.append)
    desk.price("809.00")
    desk.pass_s()
    assert len(desk.venue.report().fills) == 1
    desk.pass_s(1.2)  # the next report comes after 2 s, and would make a difference of it
    desk.venue.stream.take(None, told.append)
    assert [event.quantity for event in told if isinstance(event, FillReceived)] == [D(10)]
    assert not desk.venue.stream.looks_for_anything


def test_what_was_filled_after_the_socket_had_told_of_the_end_is_told_once_a_report_has_seen_it(
    desk: OrderDesk,
) -> None:
    told: list[BrokerEvent] = []
    desk.ask(limit_order())
    desk.venue.stream.take(None, told.append)
    row = {**desk.orders[0].stream_row(), "status": "cancelled", "orderstatus": "cancelled"}
    desk.venue.stream.take(json.dumps({"order-status": "AB02", "orderData": row}), told.append)
    assert [event.filled_quantity for event in told if isinstance(event, OrderCancelled)] == [D(0)]
    desk.price("809.00")  # the broker was ahead of itself: the order trades
    desk.pass_s()
    assert len(desk.venue.report().fills) == 1
    desk.pass_s(1.2)
    desk.venue.stream.take(None, told.append)
    assert [event.quantity for event in told if isinstance(event, FillReceived)] == [D(10)]
    looked = desk.angel.calls("getOrderBook")
    desk.pass_s(60.0)
    desk.venue.stream.take(None, told.append)
    assert desk.angel.calls("getOrderBook") == looked, "one look a report, while nothing works"


class FutileLine:
    """A socket that opens and comes to nothing: it says these things and ends, or is silent where it has none."""

    def __init__(self, desk: OrderDesk, *says: str) -> None:
        self._desk, self._says = desk, iter(says)
        self._ends = bool(says)
        self.last_heard = desk.clock.monotonic()

    def receive(self, timeout_s: float) -> str | None:
        self._desk.pass_s(timeout_s)
        message = next(self._says, None)
        if message is None and self._ends:
            raise OutcomeUnknown("the connection has ended")
        return message

    def ping_frame(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize("says", [(), ('{"order-status": "AB00"}',)])
def test_a_socket_that_opens_and_comes_to_nothing_keeps_no_fill_back(desk: OrderDesk, says: tuple[str, ...]) -> None:
    venue = AngelOneBroker(replace(desk.reach, open_line=lambda tokens: FutileLine(desk, *says)), desk.market_at)
    venue.submit(limit_order())
    desk.pass_s()
    desk.price("809.00")
    desk.pass_s()
    told: list[BrokerEvent] = []
    with pytest.raises(OutcomeUnknown):
        venue.listen(told.append, lambda: None, lambda: False)
    assert [event.order_id for event in told if isinstance(event, FillReceived)] == [ONE]
