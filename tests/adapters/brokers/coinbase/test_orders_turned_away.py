"""What Coinbase's limiter or the check of the key did not let in was not taken, and may be decided anew soon."""

from __future__ import annotations

import json

import pytest

from engine.domain.effects import CancelOrder
from engine.domain.events import BrokerEvent, FillReceived
from engine.domain.order import Purpose
from tests.adapters.brokers.coinbase.order_desk import ONE, OrderDesk, limit_order
from tests.adapters.brokers.coinbase.test_order_faults import TURNED_AWAY, accepted, ended


@pytest.mark.parametrize("kind", TURNED_AWAY)
def test_an_exit_that_the_limiter_or_the_keys_check_turned_away_is_given_up_within_seconds(
    desk: OrderDesk, kind: str
) -> None:
    desk.own("10")
    desk.coinbase.fault("create_order", kind, times=1)
    desk.ask(limit_order("TRI" * 5, "2.15", purpose=Purpose.EXIT))
    assert desk.until(lambda: bool(ended(desk, "TRI" * 5))) <= 10  # and the engine decides another one then
    assert "not sent: Coinbase" in str(desk.told[-1])
    desk.ask(limit_order("FOR" * 5, "2.15", purpose=Purpose.EXIT))
    assert accepted(desk, "FOR" * 5)
    assert [order.client_order_id for order in desk.orders] == ["FOR" * 5]


@pytest.mark.parametrize("kind", TURNED_AWAY)
def test_an_order_that_was_turned_away_and_stands_there_all_the_same_is_taken_for_what_it_is(
    desk: OrderDesk, kind: str
) -> None:
    desk.coinbase.fault("create_order", kind, applied=True)
    desk.ask(limit_order())
    assert (accepted(desk), ended(desk), len(desk.orders)) == (True, [], 1)
    desk.ask(CancelOrder(ONE, 0, "as asked"))
    desk.until(lambda: bool(ended(desk)))
    assert (ended(desk), desk.orders[0].status) == (["OrderCancelled"], "CANCELLED")


@pytest.mark.parametrize("kind", TURNED_AWAY)
def test_where_nobody_can_be_asked_either_the_brokers_word_counts(desk: OrderDesk, kind: str) -> None:
    desk.own("10")
    desk.coinbase.fault("create_order", kind)
    desk.coinbase.fault("list_orders", kind, times=3)
    desk.ask(limit_order("TRI" * 5, "2.15", purpose=Purpose.EXIT))
    assert desk.until(lambda: bool(ended(desk, "TRI" * 5))) <= 10
    assert (desk.orders, desk.coinbase.calls("create_order")) == ([], 1)


@pytest.mark.parametrize("kind", TURNED_AWAY)
def test_an_order_that_was_told_as_not_sent_and_shows_on_the_socket_is_told_with_its_fills(
    desk: OrderDesk, kind: str
) -> None:
    desk.coinbase.fault("create_order", kind, applied=True)
    desk.coinbase.fault("list_orders", kind, times=3)
    desk.ask(limit_order())
    assert (accepted(desk), ended(desk), len(desk.orders)) == (False, ["OrderExpired"], 1)
    desk.price("2.00")
    desk.pass_s()
    told: list[BrokerEvent] = []
    message = {"channel": "user", "events": [{"type": "update", "orders": [desk.orders[0].told_row()]}]}
    desk.venue.stream.take(json.dumps(message), told.append)
    assert [event.order_id for event in told if isinstance(event, FillReceived)] == [ONE]
