"""An Angel One account at work in one process: the loopback broker, the adapter by real HTTP, dispatch, one clock.

Feeds the tests of orders. Dispatch is stepped by the test, the order stream is not connected: what it adds has tests of
its own.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator, Sequence
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
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent
from engine.domain.instant import Instant, instant_of
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from engine.market_data.calendar import calendar_for
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.outgoing import Outgoing, ReportWish
from tests.adapters.brokers.angelone.master_rows import instruments_of
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.brokers.angelone.orders import Order
from tests.builders.paper import account

D = Decimal
ONE, TWO, THREE = "ONE" * 5, "TWO" * 5, "TRI" * 5
SETTLED_S = 0.2  # the broker's own steps take 20 ms each


def limit_order(order_id: str = ONE, price: str = "810.00", **changes: Any) -> SubmitOrder:
    """Ten SBIN at a limit, below the last price, 820."""
    purpose = changes.pop("purpose", Purpose.ENTRY)
    reason = ExitReason.STOP if purpose is not Purpose.ENTRY else None
    side = changes.pop("side", Side.SELL if reason else Side.BUY)
    values: dict[str, Any] = {
        "order_id": order_id, "symbol": "SBIN", "side": side, "quantity": D(10), "order_type": OrderType.LIMIT,
        "limit_price": D(price), "purpose": purpose, "exit_reason": reason, "at": 0,
    }  # fmt: skip
    return SubmitOrder(**{**values, **changes})


def stop_order(order_id: str = ONE, trigger: str = "800.00", price: str = "790.00", **changes: Any) -> SubmitOrder:
    """What protects ten SBIN."""
    stop = {"order_type": OrderType.STOP_LIMIT, "trigger_price": D(trigger), "purpose": Purpose.PROTECT}
    return limit_order(order_id, price, **{**stop, **changes})


class OrderDesk:
    """`told` is what dispatch told of. SBIN stands at 820."""

    def __init__(self, angel: InProcessAngelOne, instruments: Instruments, product: Product) -> None:
        self.angel, self.clock, self.told = angel, angel.clock, list[BrokerEvent]()
        self.access = angel.access()
        lines = order_lines(angel.endpoints, angel.credentials(), angel.clock)
        self.reach = Reach(
            self.access.calls, self.access.session, lines, instruments, angel.clock, calendar_for("NSE", live=True)
        )
        self.venue = AngelOneBroker(self.reach, self.market_at, product=product)
        self.outgoing = Outgoing(angel.clock, lambda batch: lambda within_s: None, ReportWish(angel.clock))
        self.dispatch = Dispatch(
            account(), self.venue, self.outgoing, Telling(self.told.append, self.market_at), angel.clock
        )

    def market_at(self) -> Instant:
        """Market time is the clock's here."""
        return instant_of(self.clock.now())

    @property
    def orders(self) -> list[Order]:
        """What stands at the broker."""
        return list(self.angel.broker.desk.orders.values())

    def price(self, rupees: str) -> None:
        """SBIN trades there."""
        self.angel.broker.trade("NSE", "3045", int(D(rupees) * 100), 1)

    def pass_s(self, seconds: float = SETTLED_S) -> None:
        """Time passes on both sides."""
        self.clock.pass_s(seconds)
        self.angel.broker.pulse()

    def ask(self, *effects: SubmitOrder | CancelOrder) -> Sequence[BrokerEvent]:
        """Hand over as a session does, let dispatch work and the broker take its steps; what was told."""
        before = len(self.told)
        self.outgoing.put(effects, lambda within_s: None)
        self.dispatch.step()
        self.pass_s()
        return self.told[before:]

    def until(self, condition: Callable[[], bool], seconds: int = 200) -> int:
        """Let dispatch work second by second until something is so; how many seconds that took."""
        for passed in range(seconds + 1):
            if condition():
                return passed
            self.pass_s(1.0)
            self.dispatch.step()
        raise AssertionError(f"not within {seconds} s: {self.told}")

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

    def kinds(self) -> list[str]:
        """What was told, by name."""
        return [type(event).__name__ for event in self.told]


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
