"""An Angel One account at work in one process: the loopback broker, the adapter by real HTTP, dispatch, one clock.

Feeds the tests of orders.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.adapters.brokers.angelone.access.access import open_access
from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker, Reach
from engine.adapters.brokers.angelone.orders.order_stream import order_lines
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.domain.effects import SubmitOrder
from engine.domain.instant import instant_of
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from engine.market_data.calendar import calendar_for
from tests.adapters.brokers.angelone.master_rows import instruments_of
from tests.adapters.brokers.dispatch_desk import DispatchDesk
from tests.brokers.angelone.in_process import OPEN_DAY, InProcessAngelOne, in_process_angel_one
from tests.brokers.angelone.orders import Order

D = Decimal
ONE, TWO, THREE = "ONE" * 5, "TWO" * 5, "TRI" * 5
MORNING = instant_of(OPEN_DAY)  # of the broker's day


def limit_order(order_id: str = ONE, price: str = "810.00", **changes: Any) -> SubmitOrder:
    """Ten SBIN at a limit, below the last price, 820."""
    purpose = changes.pop("purpose", Purpose.ENTRY)
    reason = ExitReason.STOP if purpose is not Purpose.ENTRY else None
    side = changes.pop("side", Side.SELL if reason else Side.BUY)
    values: dict[str, Any] = {
        "order_id": order_id, "symbol": "SBIN", "side": side, "quantity": D(10), "order_type": OrderType.LIMIT,
        "limit_price": D(price), "purpose": purpose, "exit_reason": reason, "at": MORNING,
    }  # fmt: skip
    return SubmitOrder(**{**values, **changes})


def stop_order(order_id: str = ONE, trigger: str = "800.00", price: str = "790.00", **changes: Any) -> SubmitOrder:
    """What protects ten SBIN."""
    stop = {"order_type": OrderType.STOP_LIMIT, "trigger_price": D(trigger), "purpose": Purpose.PROTECT}
    return limit_order(order_id, price, **{**stop, **changes})


class OrderDesk(DispatchDesk):
    """SBIN stands at 820."""

    def __init__(self, angel: InProcessAngelOne, instruments: Instruments, product: Product) -> None:
        self.angel = angel
        self.access = angel.access()
        lines = order_lines(angel.endpoints, angel.credentials(), angel.clock)
        self.reach = Reach(
            self.access.calls, self.access.session, lines, instruments, angel.clock, calendar_for("NSE", live=True)
        )
        self.venue = AngelOneBroker(self.reach, lambda: instant_of(angel.clock.now()), product=product)
        super().__init__(self.venue, angel.clock, angel.broker.pulse)

    @property
    def orders(self) -> list[Order]:
        """What stands at the broker."""
        return list(self.angel.broker.desk.orders.values())

    def price(self, rupees: str) -> None:
        """SBIN trades there."""
        self.angel.broker.trade("NSE", "3045", int(D(rupees) * 100), 1)

    def cut_off(self) -> None:
        """From now on nothing of the broker can be reached by this account's calls."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
        access = open_access(
            self.angel.credentials(), replace(self.angel.endpoints, rest=nowhere), self.clock, random.Random(1)
        )
        self.reach = replace(self.reach, calls=access.calls, session=access.session)
        self.venue = AngelOneBroker(self.reach, self.market_at)


@contextmanager
def order_desk(
    folder: Path, product: Product = Product.INTRADAY, angel: InProcessAngelOne | None = None
) -> Iterator[OrderDesk]:
    """A desk with a broker that nobody has called; one of its own unless it is given one."""
    if angel is None:
        with in_process_angel_one() as made, order_desk(folder, product, made) as desk:
            yield desk
        return
    angel.reset()
    desk = OrderDesk(angel, instruments_of(folder), product)
    yield desk
    desk.access.wire.close()
