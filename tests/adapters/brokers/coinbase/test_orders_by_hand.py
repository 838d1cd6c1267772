"""Orders that somebody makes at Coinbase itself, beside the bots: reported as nobody's, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.coinbase.access.calls import Query
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.orders.broker import Asks, CoinbaseBroker
from engine.domain.effects import CancelOrder
from tests.adapters.brokers.coinbase.order_desk import ONE, XRP, OrderDesk, by_hand, limit_order

D = Decimal


class InDollars:
    """Calls of which the fills of one order are in dollars, to the cent, as of an order for so many dollars."""

    def __init__(self, calls: Asks, order_id: str) -> None:
        self._calls, self._order_id = calls, order_id
        self.read, self.send, self.socket_token = self._calls.read, self._calls.send, self._calls.socket_token

    def read_all(self, route: Route, rows: str, query: Query | None = None) -> list[Any]:
        found = self._calls.read_all(route, rows, query)
        for row in found:
            if rows == "fills" and row["order_id"] == self._order_id:
                worth = (D(row["size"]) * D(row["price"])).quantize(D("0.01"))
                row.update(size=str(worth), size_in_quote=True)
        return found


@pytest.mark.parametrize("size", ["1.001", "1.004"])
def test_an_order_by_hand_for_so_many_dollars_spoils_no_report(desk: OrderDesk, size: str) -> None:
    desk.ask(limit_order(price="2.15"))
    desk.pass_s()
    by_hand(desk, XRP, "2.15", size)
    calls = InDollars(desk.reach.calls, desk.orders[1].order_id)
    venue = CoinbaseBroker(replace(desk.reach, calls=calls), desk.market_at, symbols=lambda: (XRP,))
    report = venue.report()
    assert [order.filled_quantity for order in report.orders if order.client_order_id is None] == [D(size)]
    assert [fill.quantity for fill in report.fills if fill.client_order_id == ONE] == [D(10)]
    assert report.positions[0].quantity == D(10) + D(size)


def test_orders_by_hand_of_our_product_are_reported_as_nobodys_and_of_others_named(desk: OrderDesk) -> None:
    by_hand(desk, XRP, "2.15", "5")
    by_hand(desk, "SOL-USD", "80", "2", "another")
    report = desk.venue.report()
    assert [(order.client_order_id, order.symbol) for order in report.orders] == [(None, XRP)]
    assert [(fill.client_order_id, fill.quantity) for fill in report.fills] == [(None, D(5))]
    assert report.positions[0].quantity == D(5)
    assert report.beside == ("SOL, 2 held", "SOL-USD order")


def test_an_order_by_hand_that_can_not_be_read_spoils_no_report(desk: OrderDesk) -> None:
    by_hand(desk, XRP, "1.50", "5")
    desk.orders[0].status = "UNKNOWN_ORDER_STATUS"
    report = desk.venue.report()
    assert (report.orders, report.beside) == ((), (f"{XRP} order",))


def test_an_order_of_somebody_else_is_cancelled_by_the_brokers_id(desk: OrderDesk) -> None:
    by_hand(desk, XRP, "1.50", "5")
    (order,) = desk.venue.report().orders
    desk.venue.cancel(CancelOrder("", 0, "a person asked", venue_order_id=order.venue_order_id))
    desk.pass_s()
    assert desk.orders[0].status == "CANCELLED"
