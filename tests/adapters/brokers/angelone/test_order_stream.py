"""The order socket is quick and not to be trusted: what it leaves out, says twice or never says is told anyway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.angelone.orders.order_stream import SILENT_S
from engine.adapters.brokers.bookkeeping.looks import EVERY_S
from engine.adapters.brokers.connection.socket_line import SocketRefused
from engine.domain.effects import CancelOrder
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import FillReceived, OrderAccepted, OrderCancelled, OrderRejected
from tests.adapters.brokers.angelone.order_desk import ONE, TWO, OrderDesk, limit_order
from tests.adapters.brokers.stream_listener import WITHIN_S, Listener
from tests.brokers.angelone.control import control

D = Decimal


@pytest.fixture
def listener(desk: OrderDesk) -> Iterator[Listener]:
    made = Listener(desk)
    assert made.opened.wait(WITHIN_S)
    yield made
    made.end()


def switch(desk: OrderDesk, act: str, **more: object) -> None:
    control(desk.angel.broker, {"do": "order_socket", "act": act, **more})


def test_an_order_is_told_of_from_acceptance_to_its_fill_with_the_exchanges_number(
    desk: OrderDesk, listener: Listener
) -> None:
    desk.ask(limit_order())
    listener.until(lambda: bool(listener.kinds(OrderAccepted)))
    desk.price("809.00")
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.2)
    (fill,) = listener.kinds(FillReceived)
    (standing,) = desk.orders
    assert (fill.order_id, fill.venue_fill_id) == (ONE, f"{standing.number}-{standing.fills[0].number}")
    assert (fill.quantity, fill.price) == (D(10), D(809))
    assert desk.venue.connected_since is not None


def test_parts_are_told_one_by_one_and_the_rest_as_cancelled(desk: OrderDesk, listener: Listener) -> None:
    desk.angel.broker.terms.fill_lot = 4
    desk.ask(limit_order())
    for price in ("809.00", "808.00"):
        desk.price(price)
        before = len(listener.kinds(FillReceived))
        listener.until(lambda before=before: len(listener.kinds(FillReceived)) > before, passing_s=0.2)  # type: ignore[misc]
    desk.ask(CancelOrder(ONE, 0, "enough"))
    listener.until(lambda: bool(listener.kinds(OrderCancelled)), passing_s=0.2)
    assert [fill.quantity for fill in listener.kinds(FillReceived)] == [D(4), D(4)]
    assert listener.kinds(OrderCancelled)[0].filled_quantity == D(8)


def test_a_rejection_is_told_with_its_reason(desk: OrderDesk, listener: Listener) -> None:
    desk.ask(limit_order(price="500.00"))
    listener.until(lambda: bool(listener.kinds(OrderRejected)), passing_s=0.2)
    assert listener.kinds(OrderRejected)[0].reason == "The price is out of the circuit limits"


def test_what_the_socket_hides_the_order_book_tells_within_seconds(desk: OrderDesk, listener: Listener) -> None:
    switch(desk, "silent")
    desk.ask(limit_order())
    desk.price("809.00")
    began_at = desk.clock.monotonic()
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.5)
    assert desk.clock.monotonic() - began_at < 2 * EVERY_S + 2
    assert listener.error is None


def test_what_the_socket_says_twice_is_told_once(desk: OrderDesk, listener: Listener) -> None:
    switch(desk, "double", times=20)
    desk.ask(limit_order())
    desk.price("809.00")
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.2)
    desk.ask(limit_order(TWO))
    listener.until(lambda: len(listener.kinds(OrderAccepted)) == 2, passing_s=0.2)
    assert (len(listener.kinds(FillReceived)), len(listener.kinds(OrderAccepted))) == (1, 2)


def test_a_stalled_socket_is_given_up_after_so_many_seconds_without_a_pong(desk: OrderDesk, listener: Listener) -> None:
    switch(desk, "stall")
    began_at = desk.clock.monotonic()
    listener.until(lambda: listener.error is not None, passing_s=1.0)
    assert "silent" in str(listener.error)
    assert SILENT_S < desk.clock.monotonic() - began_at < SILENT_S + 15
    assert desk.venue.connected_since is None


@pytest.mark.parametrize(("act", "more", "says"), [
    ("close", {"code": 1000}, "1000"), ("close", {"code": 1001}, "1001"), ("abort", {}, "1006"),
])  # fmt: skip
def test_a_socket_that_ends_is_an_end_however_it_comes(
    desk: OrderDesk, listener: Listener, act: str, more: dict[str, Any], says: str
) -> None:
    switch(desk, act, **more)
    listener.until(lambda: listener.error is not None)
    assert isinstance(listener.error, OutcomeUnknown)
    assert says in str(listener.error)


def test_a_socket_of_a_session_that_was_replaced_is_opened_anew(desk: OrderDesk, listener: Listener) -> None:
    session = desk.access.session
    desk.angel.broker.sessions.one_login = False  # the broker leaves the old socket open, and says nothing more on it
    desk.pass_s(31)
    session.died(session.tokens(), "a test says so")
    listener.until(lambda: listener.error is not None, passing_s=11.0)
    assert "a session that is over" in str(listener.error)
    again = Listener(desk)
    again.until(again.opened.is_set, passing_s=1.0)
    again.end()


def test_a_refused_socket_says_why_and_the_books_are_looked_at_all_the_same(desk: OrderDesk) -> None:
    switch(desk, "refuse", status=429, times=2)
    desk.ask(limit_order())
    desk.price("809.00")
    listener = Listener(desk)
    listener.until(lambda: listener.error is not None, passing_s=0.2)
    assert isinstance(listener.error, SocketRefused)
    assert not listener.opened.is_set()
    assert [fill.order_id for fill in listener.kinds(FillReceived)] == [ONE]
    listener.end()


def test_a_socket_that_refuses_the_tokens_ends_the_session_that_they_are_of(desk: OrderDesk) -> None:
    desk.access.session.tokens()
    switch(desk, "refuse", status=401)
    listener = Listener(desk)
    listener.until(lambda: listener.error is not None)
    assert desk.access.session.view().state != "in"
    listener.end()


@pytest.mark.parametrize(
    "message",
    [
        "pong",
        "\x00",
        "",
        "[]",
        "[" * 60_000,
        '{"order-status": "AB05"}',
        '{"order-status": "AB05", "orderData": {"status": "magic"}}',
    ],
)
def test_a_message_that_can_not_be_read_only_makes_it_look_sooner(
    desk: OrderDesk, listener: Listener, message: str
) -> None:
    for each in desk.angel.broker.order_socket.listeners:
        each.wire.send(message)
    desk.ask(limit_order())
    listener.until(lambda: bool(listener.kinds(OrderAccepted)), passing_s=0.2)
    assert listener.error is None


def test_an_order_by_hand_is_left_to_the_report(desk: OrderDesk, listener: Listener) -> None:
    row = {**desk_row(desk), "ordertag": "", "orderid": "261123000999999"}
    for each in desk.angel.broker.order_socket.listeners:
        each.wire.send(json.dumps({"order-status": "AB05", "orderData": row}))
    desk.ask(limit_order(TWO))
    listener.until(lambda: any(event.order_id == TWO for event in listener.told), passing_s=0.2)
    assert {event.order_id for event in listener.told} <= {ONE, TWO}


def desk_row(desk: OrderDesk) -> dict[str, Any]:
    """The stream's row of an order that stands."""
    desk.ask(limit_order())
    return desk.orders[0].stream_row()
