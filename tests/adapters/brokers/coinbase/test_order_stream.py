"""The user socket is quick and not to be trusted: what it leaves out, says twice or never says is told anyway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.bookkeeping.looks import EVERY_S
from engine.adapters.brokers.coinbase.orders.order_stream import SILENT_S, SUBSCRIBED_WITHIN_S
from engine.adapters.brokers.connection.socket_line import SocketRefused
from engine.domain.effects import CancelOrder
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import FillReceived, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from tests.adapters.brokers.coinbase.order_desk import ONE, TWO, OrderDesk, limit_order
from tests.adapters.brokers.stream_listener import WITHIN_S, Listener

D = Decimal


@pytest.fixture
def listener(desk: OrderDesk) -> Iterator[Listener]:
    made = Listener(desk)
    assert made.opened.wait(WITHIN_S)
    yield made
    made.end()


def switch(desk: OrderDesk, act: str, **more: object) -> None:
    desk.coinbase.do("user_socket", act=act, **more)


def test_an_order_is_told_of_from_acceptance_to_its_fill_with_the_name_that_the_fill_has(
    desk: OrderDesk, listener: Listener
) -> None:
    desk.ask(limit_order())
    listener.until(lambda: bool(listener.kinds(OrderAccepted)))
    desk.price("2.04")
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.2)
    (fill,) = listener.kinds(FillReceived)
    (there,) = desk.venue.report().fills
    assert (fill.order_id, fill.venue_fill_id) == (ONE, there.venue_fill_id)
    assert (fill.quantity, fill.price, fill.at) == (D(10), D("2.05"), there.at)
    assert desk.venue.connected_since is not None


def test_parts_are_told_one_by_one_and_the_rest_as_cancelled(desk: OrderDesk, listener: Listener) -> None:
    desk.coinbase.do("terms", fill_lot="4")
    desk.ask(limit_order())
    for price in ("2.04", "2.03"):
        desk.price(price)
        before = len(listener.kinds(FillReceived))
        listener.until(lambda before=before: len(listener.kinds(FillReceived)) > before, passing_s=0.2)  # type: ignore[misc]
    desk.ask(CancelOrder(ONE, 0, "enough"))
    listener.until(lambda: bool(listener.kinds(OrderCancelled)), passing_s=0.2)
    assert [fill.quantity for fill in listener.kinds(FillReceived)] == [D(4), D(4)]
    assert listener.kinds(OrderCancelled)[0].filled_quantity == D(8)


def test_a_cancellation_at_the_end_of_its_day_is_told_as_that(desk: OrderDesk, listener: Listener) -> None:
    desk.ask(limit_order())
    listener.until(lambda: bool(listener.kinds(OrderAccepted)))
    desk.ask(CancelOrder(ONE, 0, "its day is over", expire=True))
    listener.until(lambda: bool(listener.kinds(OrderExpired)), passing_s=0.2)


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [("EXPIRED", OrderExpired, ""), ("FAILED", OrderRejected, "the broker's own reason")],
)
def test_an_end_that_nobody_here_asked_for_is_told(
    desk: OrderDesk, listener: Listener, status: str, kind: type, says: str
) -> None:
    desk.ask(limit_order())
    desk.coinbase.do("end", order=ONE, status=status, reason="the broker's own reason")
    listener.until(lambda: bool(listener.kinds(kind)), passing_s=0.2)
    assert says in listener.kinds(kind)[0].reason


def test_what_the_socket_hides_the_books_tell_within_seconds(desk: OrderDesk, listener: Listener) -> None:
    switch(desk, "mute", what="user")
    desk.ask(limit_order())
    desk.price("2.04")
    began_at = desk.clock.monotonic()
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.5)
    assert desk.clock.monotonic() - began_at < 2 * EVERY_S + 2
    assert listener.error is None


def test_a_number_that_is_left_out_makes_it_look_at_the_books_at_once(desk: OrderDesk, listener: Listener) -> None:
    desk.ask(limit_order())
    listener.until(lambda: bool(listener.kinds(OrderAccepted)))
    looked = desk.coinbase.calls("list_orders")
    listener.until(lambda: desk.coinbase.calls("list_orders") > looked, passing_s=0.5)
    switch(desk, "drop", times=3, channel="user")  # an end is told three times; the next heartbeat shows the gap
    began_at = desk.clock.monotonic()
    desk.price("2.04")
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.02)
    assert desk.clock.monotonic() - began_at < EVERY_S / 2


def test_what_the_socket_says_twice_is_told_once(desk: OrderDesk, listener: Listener) -> None:
    switch(desk, "double", times=20)
    desk.ask(limit_order())
    desk.price("2.04")
    listener.until(lambda: bool(listener.kinds(FillReceived)), passing_s=0.2)
    desk.ask(limit_order(TWO, "2.00"))
    listener.until(lambda: len(listener.kinds(OrderAccepted)) == 2, passing_s=0.2)
    assert (len(listener.kinds(FillReceived)), len(listener.kinds(OrderAccepted))) == (1, 2)


@pytest.mark.parametrize("act", ["stall", "silent"])
def test_a_socket_without_a_heartbeat_is_given_up(desk: OrderDesk, listener: Listener, act: str) -> None:
    switch(desk, act)
    began_at = desk.clock.monotonic()
    listener.until(lambda: listener.error is not None, passing_s=1.0)
    assert "silent" in str(listener.error)
    assert SILENT_S < desk.clock.monotonic() - began_at < 25
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


def test_an_error_that_the_socket_tells_ends_it_in_its_words(desk: OrderDesk, listener: Listener) -> None:
    switch(desk, "error", message="authentication failure")
    listener.until(lambda: listener.error is not None)
    assert "authentication failure" in str(listener.error)


def test_a_refused_socket_says_why_and_the_books_are_looked_at_all_the_same(desk: OrderDesk) -> None:
    switch(desk, "refuse", status=429, times=2)
    desk.ask(limit_order())
    desk.price("2.04")
    listener = Listener(desk)
    listener.until(lambda: listener.error is not None, passing_s=0.2)
    assert isinstance(listener.error, SocketRefused)
    assert not listener.opened.is_set()
    assert [fill.order_id for fill in listener.kinds(FillReceived)] == [ONE]
    listener.end()


def test_a_user_channel_that_does_not_come_on_is_no_open_stream(desk: OrderDesk) -> None:
    switch(desk, "mute", what="user")
    switch(desk, "mute", what="subscriptions")
    listener = Listener(desk)
    listener.until(lambda: listener.error is not None, passing_s=1.0)
    assert f"not on within {SUBSCRIBED_WITHIN_S:g} s" in str(listener.error)
    assert not listener.opened.is_set()
    listener.end()


@pytest.mark.parametrize(
    "message",
    [
        "pong",
        "\x00",
        "",
        "[]",
        "[" * 60_000,
        '{"channel": "user"}',
        '{"channel": "user", "events": [{"type": "update", "orders": [null, 7]}]}',
        '{"channel": "user", "events": [{"orders": [{"order_id": "7f", "status": "MAGIC"}]}]}',
        '{"channel": "unheard_of", "sequence_num": "many", "events": 3}',
    ],
)
def test_a_message_that_can_not_be_read_only_makes_it_look_sooner(
    desk: OrderDesk, listener: Listener, message: str
) -> None:
    for each in desk.coinbase.broker.user_socket.lines:
        each.wire.send(message)
    desk.ask(limit_order())
    listener.until(lambda: bool(listener.kinds(OrderAccepted)), passing_s=0.2)
    assert listener.error is None


def test_an_order_by_hand_is_left_to_the_report(desk: OrderDesk, listener: Listener) -> None:
    desk.ask(limit_order())
    row = {**desk.orders[0].told_row(), "client_order_id": "by hand", "order_id": "another"}
    told = {"channel": "user", "events": [{"type": "update", "orders": [row]}]}
    for each in desk.coinbase.broker.user_socket.lines:
        each.wire.send(json.dumps(told))
    desk.ask(limit_order(TWO, "2.00"))
    listener.until(lambda: any(event.order_id == TWO for event in listener.told), passing_s=0.2)
    assert {event.order_id for event in listener.told} <= {ONE, TWO}
