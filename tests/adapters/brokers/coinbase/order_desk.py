"""A Coinbase account at work in one process: the loopback broker, the adapter by real HTTP, dispatch, one clock.

Feeds the tests of orders.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.adapters.brokers.coinbase.access.access import open_access
from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker, Reach
from engine.adapters.brokers.coinbase.orders.order_stream import user_lines
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.domain.effects import SubmitOrder
from engine.domain.instant import instant_of
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from tests.adapters.brokers.dispatch_desk import DispatchDesk
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase
from tests.brokers.coinbase.orders import Order

D = Decimal
ONE, TWO, THREE = "ONE" * 5, "TWO" * 5, "TRI" * 5
XRP = "XRP-USD"
CASH = {"USD": D(1_000_000), XRP.partition("-")[0]: D(0)}


def limit_order(order_id: str = ONE, price: str = "2.05", **changes: Any) -> SubmitOrder:
    """Ten XRP at a limit, below the last price, 2.10."""
    purpose = changes.pop("purpose", Purpose.ENTRY)
    reason = ExitReason.STOP if purpose is not Purpose.ENTRY else None
    side = changes.pop("side", Side.SELL if reason else Side.BUY)
    values: dict[str, Any] = {
        "order_id": order_id, "symbol": XRP, "side": side, "quantity": D(10), "order_type": OrderType.LIMIT,
        "limit_price": D(price), "purpose": purpose, "exit_reason": reason, "at": 0,
    }  # fmt: skip
    return SubmitOrder(**{**values, **changes})


def stop_order(order_id: str = ONE, trigger: str = "2.00", price: str = "1.99", **changes: Any) -> SubmitOrder:
    """What protects ten XRP."""
    stop = {"order_type": OrderType.STOP_LIMIT, "trigger_price": D(trigger), "purpose": Purpose.PROTECT}
    return limit_order(order_id, price, **{**stop, **changes})


class OrderDesk(DispatchDesk):
    """XRP stands at 2.10, and the account holds none."""

    def __init__(self, coinbase: InProcessCoinbase) -> None:
        self.coinbase = coinbase
        self.access = coinbase.access()
        self.products = Products(self.access.calls)
        self.products.update([XRP])
        lines = user_lines(coinbase.endpoints, coinbase.clock)
        self.reach = Reach(self.access.calls, lines, self.products, coinbase.clock)
        self.venue = self.anew()
        super().__init__(self.venue, coinbase.clock, coinbase.broker.pulse)

    def anew(self) -> CoinbaseBroker:
        """A venue that knows nothing yet, as after a restart."""
        clock = self.coinbase.clock
        return CoinbaseBroker(self.reach, lambda: instant_of(clock.now()), symbols=lambda: (XRP,))

    @property
    def orders(self) -> list[Order]:
        """What stands at the broker."""
        return list(self.coinbase.broker.desk.orders.values())

    def price(self, dollars: str) -> None:
        """XRP trades there."""
        self.coinbase.price(XRP, dollars)

    def own(self, amount: str) -> None:
        """So much XRP is held, and free."""
        self.coinbase.do("balance", currency="XRP", available=amount)

    def cut_off(self) -> None:
        """From now on nothing of the broker can be reached by this account's calls."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
        endpoints = replace(self.coinbase.endpoints, rest=nowhere)
        access = open_access(self.coinbase.credentials(), endpoints, self.clock, random.Random(1))
        self.reach = replace(self.reach, calls=access.calls)
        self.venue = self.anew()


def by_hand(desk: OrderDesk, product: str, price: str, size: str, name: str = "by hand") -> None:
    """Somebody orders at Coinbase itself."""
    desk.coinbase.broker.desk.create(
        {
            "client_order_id": name, "product_id": product, "side": "BUY",
            "order_configuration": {"limit_limit_gtc": {"base_size": size, "limit_price": price}},
        },
        desk.clock.now(), 0.0,
    )  # fmt: skip
    desk.pass_s()


@contextmanager
def order_desk(coinbase: InProcessCoinbase | None = None) -> Iterator[OrderDesk]:
    """A desk with a broker that nobody has called; one of its own unless it is given one."""
    if coinbase is None:
        with in_process_coinbase(cash=CASH) as made, order_desk(made) as desk:
            yield desk
        return
    coinbase.reset()
    desk = OrderDesk(coinbase)
    yield desk
    desk.access.close()
