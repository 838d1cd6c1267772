"""Orders as Angel One is asked for them. Fed by broker.py with what the core wants sent; feeds the body of the call.

Only what the rules of April 2026 allow can be written down at all: a limit, or a limit behind a trigger, good for the
day. An order at the market and one for immediate execution have no type here. Everything in a body is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from engine.adapters.brokers.angelone.prices.instruments import Listed
from engine.adapters.brokers.bookkeeping.price_steps import prices_on_step
from engine.domain.effects import SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.order import Purpose, Side

TAG_MAX = 19  # "less than 20 characters" (AB4008); our ids have 15 letters and digits of base 32


class Product(StrEnum):
    """What the shares are for: gone by the end of the day, or to be kept. One an account; they are never netted."""

    INTRADAY = "INTRADAY"
    DELIVERY = "DELIVERY"


class Variety(StrEnum):
    """The broker's drawer. Whoever cancels an order has to name the one it lies in."""

    NORMAL = "NORMAL"
    STOPLOSS = "STOPLOSS"
    AMO = "AMO"  # never asked for: what an order becomes that comes after hours


@dataclass(frozen=True, slots=True)
class Limit:
    """At `price` or better, in currency."""

    price: Decimal

    variety = Variety.NORMAL
    kind = "LIMIT"


@dataclass(frozen=True, slots=True)
class StopLimit:
    """A limit that rests until `trigger` is reached. A sale's price is not above it, a purchase's not below."""

    price: Decimal
    trigger: Decimal

    variety = Variety.STOPLOSS
    kind = "STOPLOSS_LIMIT"


Pricing: TypeAlias = Limit | StopLimit


@dataclass(frozen=True, slots=True)
class DayOrder:
    """An order that can be asked for."""

    tag: str
    listed: Listed
    side: Side
    quantity: int
    product: Product
    pricing: Pricing

    def body(self) -> dict[str, str]:
        """What placeOrder is sent."""
        pricing = self.pricing
        body = {
            "variety": pricing.variety.value,
            "tradingsymbol": self.listed.trading_symbol,
            "symboltoken": self.listed.token,
            "transactiontype": self.side.value,
            "exchange": self.listed.exchange,
            "ordertype": pricing.kind,
            "producttype": self.product.value,
            "duration": "DAY",
            "price": _rupees(pricing.price),
            "squareoff": "0",
            "stoploss": "0",
            "quantity": str(self.quantity),
            "ordertag": self.tag,
        }
        if isinstance(pricing, StopLimit):
            body["triggerprice"] = _rupees(pricing.trigger)
        return body


def day_order(order: SubmitOrder, listed: Listed, product: Product) -> DayOrder:
    """What the core wants, as this broker can be asked for it; prices come to the broker's own tick, to the side that
    is better for us. Raises InvalidValue for what can't be asked for, in a sentence.
    """
    if not 0 < len(order.order_id) <= TAG_MAX:
        raise InvalidValue("order_id", f"{order.order_id!r} does not fit the {TAG_MAX} characters of an order tag")
    if order.post_only:
        raise InvalidValue("entries", "Angel One knows no order that never takes: set entries to limit")
    name = listed.trading_symbol
    if product is Product.INTRADAY and order.purpose is Purpose.ENTRY and not listed.intraday_allowed:
        raise InvalidValue("symbol", f"{name} can't be traded within the day, only for delivery")
    lots, rest = divmod(order.quantity, listed.lot)
    if lots <= 0 or rest:
        raise InvalidValue("quantity", f"{order.quantity:f} of {name} are no whole lots of {listed.lot}")
    price, trigger = prices_on_step(order, Decimal(listed.tick_paise) / 100, "Angel One")
    pricing = Limit(price) if trigger is None else StopLimit(price, trigger)
    return DayOrder(order.order_id, listed, order.side, int(order.quantity), product, pricing)


def cancel_body(venue_order_id: str, variety: Variety) -> dict[str, str]:
    """What cancelOrder is sent."""
    return {"variety": variety.value, "orderid": venue_order_id}


def _rupees(price: Decimal) -> str:
    """With its two digits; ticks are whole paise."""
    return f"{price:.2f}"
