"""What the practice venue has: orders, fills, positions, and the stream that tells of them. Used by server.py alone.

Every method is called under the server's lock. Quantities and prices are Decimal; times are the market's, as given with
the orders. An order fills after a seeded delay of wall time, whole or in two parts, near the price it came with.

A stop order (one with a trigger price) rests until the venue knows of a price that reaches its trigger; then it is a
limit order like others. Of prices it knows those that orders come with, and what it is told by `price`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

D = Decimal
CENT = D("0.01")


@dataclass(slots=True)
class BookedOrder:
    """An order at the venue. `due` is when it fills next, by monotonic time; None: it never does by itself."""

    venue_order_id: str
    client_order_id: str | None
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    limit_price: Decimal | None
    at: int
    due: float | None
    parts: int = 1
    filled: Decimal = field(default_factory=Decimal)
    state: str = "working"
    reason: str = ""
    trigger_price: Decimal | None = None

    def is_reached(self, price: Decimal) -> bool:
        """Whether a price sets this stop off."""
        stop = self.trigger_price
        return stop is not None and (price <= stop if self.side == "SELL" else price >= stop)

    def fields(self) -> dict[str, Any]:
        """As it is told."""
        return {
            "venue_order_id": self.venue_order_id, "client_order_id": self.client_order_id, "symbol": self.symbol,
            "side": self.side, "quantity": str(self.quantity), "filled_quantity": str(self.filled),
            "state": self.state, "at": self.at, "reason": self.reason,
        }  # fmt: skip


@dataclass
class Book:
    """`delay_s` bounds the time until a fill. `parted` is how many of a hundred orders fill in two parts."""

    seed: int = 1
    delay_s: tuple[float, float] = (0.01, 0.2)
    parted: int = 30
    orders: dict[str, BookedOrder] = field(default_factory=dict)
    fills: list[dict[str, Any]] = field(default_factory=list)
    carried: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    muted: bool = False  # what happens is not told
    _number: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def place(self, asked: dict[str, Any], now: float) -> BookedOrder:
        """Take an order; whether its client id was used before is not asked here."""
        self._number += 1
        self.price(asked["symbol"], D(asked["price"]), now)
        order = BookedOrder(
            f"P-{self._number}", asked.get("client_order_id"), asked["symbol"], asked["side"], D(asked["quantity"]),
            D(asked["price"]), D(asked["limit_price"]) if asked.get("limit_price") else None, int(asked["at"]),
            None if asked.get("rests") or is_away(asked) else now + self.chance.uniform(*self.delay_s),
            2 if self.chance.randrange(100) < self.parted and D(asked["quantity"]) >= 2 else 1,
        )  # fmt: skip
        if asked.get("trigger_price"):
            order.trigger_price = D(asked["trigger_price"])
            order.due = self._soon(now) if order.is_reached(D(asked["price"])) else None
            order.price = order.trigger_price
        self.orders[order.venue_order_id] = order
        self._tell(order, "accepted")
        return order

    def price(self, symbol: str, price: Decimal, now: float) -> None:
        """The market is there: stops that this reaches fill soon."""
        for order in self.orders.values():
            if order.symbol == symbol and order.state == "working" and order.due is None and order.is_reached(price):
                order.due = self._soon(now)

    def _soon(self, now: float) -> float:
        return now + self.chance.uniform(*self.delay_s)

    def of_client(self, client_order_id: str) -> BookedOrder | None:
        """The first order under a client id."""
        return next((order for order in self.orders.values() if order.client_order_id == client_order_id), None)

    def fill_due(self, now: float) -> bool:
        """Fill what is due; whether anything was."""
        due = [order for order in self.orders.values() if order.state == "working" and order.due and order.due <= now]
        for order in due:
            left = order.quantity - order.filled
            part = (left / 2).to_integral_value() if order.parts > 1 and left >= 2 else left
            order.parts -= 1
            order.due = now + self.chance.uniform(*self.delay_s)
            self.fill(order, part)
        return bool(due)

    def fill(self, order: BookedOrder, quantity: Decimal) -> None:
        """Trade so much of it, within 5 basis points of the price it came with."""
        price = order.price * (1 + D(self.chance.randint(-5, 5)) / 10_000)
        price = max(CENT, price.quantize(CENT))
        if order.limit_price is not None:
            price = (min if order.side == "BUY" else max)(price, order.limit_price)
        order.filled += quantity
        fill = {
            "venue_fill_id": f"F-{len(self.fills) + 1}", "venue_order_id": order.venue_order_id,
            "client_order_id": order.client_order_id, "symbol": order.symbol, "side": order.side,
            "quantity": str(quantity), "price": str(price), "at": order.at,
        }  # fmt: skip
        self.fills.append(fill)
        if order.filled >= order.quantity:
            order.state = "filled"
        self._tell(order, "filled", **fill)

    def end(self, order: BookedOrder, state: str, reason: str) -> None:
        """Take the rest of a working order out."""
        if order.state == "working":
            order.state, order.reason = state, reason
            self._tell(order, state, reason=reason, filled_quantity=str(order.filled))

    def report(self) -> dict[str, Any]:
        """All there is."""
        return {
            "orders": [order.fields() for order in self.orders.values()],
            "fills": list(self.fills),
            "positions": self.positions(),
        }

    def positions(self) -> list[dict[str, Any]]:
        """Net, with what was carried from the day before."""
        net = {symbol: replace_quantity(carried) for symbol, carried in self.carried.items()}
        for fill in self.fills:
            quantity, price, _ = net.get(fill["symbol"], (D(0), D(fill["price"]), False))
            signed = D(fill["quantity"]) * (1 if fill["side"] == "BUY" else -1)
            overnight = fill["symbol"] in self.carried
            net[fill["symbol"]] = (quantity + signed, price, overnight)
        return [
            {"symbol": symbol, "quantity": str(quantity), "average_price": str(price), "overnight": overnight}
            for symbol, (quantity, price, overnight) in sorted(net.items())
            if quantity
        ]

    def _tell(self, order: BookedOrder, kind: str, **more: Any) -> None:
        if not self.muted:
            named = {"client_order_id": order.client_order_id, "venue_order_id": order.venue_order_id}
            self.events.append({"kind": kind, **named, **more})


def is_away(asked: dict[str, Any]) -> bool:
    """Whether a limit is away from the price: such an order rests."""
    limit = asked.get("limit_price")
    return bool(limit) and (D(limit) - D(asked["price"])) * (1 if asked["side"] == "BUY" else -1) < 0


def replace_quantity(carried: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal, bool]:
    """A carried position as the beginning of a net one."""
    return (*carried, True)
