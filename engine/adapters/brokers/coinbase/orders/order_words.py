"""Orders as Coinbase is asked for them. Fed by broker.py with what the core wants sent; feeds the body of the call.

A limit, or a limit behind a trigger, good until it is cancelled: orders at the market have no type here. Every number
in a body is text. There is no selling of what one has not got: an order that would open a short is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from engine.adapters.brokers.bookkeeping.price_steps import prices_on_step
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.domain.effects import SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.order import Purpose, Side

LIMIT, STOP_LIMIT = "limit_limit_gtc", "stop_limit_stop_limit_gtc"


@dataclass(frozen=True, slots=True)
class SpotOrder:
    """An order that can be asked for: so much of the coin, at `price` or better, from `trigger` on where there is one.
    Prices are in the money that the product is priced in. `alias`: the product whose book it shares, "" for none.
    """

    tag: str
    symbol: str
    side: Side
    size: Decimal
    price: Decimal
    trigger: Decimal | None = None
    post_only: bool = False
    alias: str = ""

    def body(self) -> dict[str, object]:
        """What the order's route is sent."""
        return {
            "client_order_id": self.tag,
            "product_id": self.symbol,
            "side": self.side.value,
            "order_configuration": self.configuration(),
        }

    def configuration(self) -> dict[str, dict[str, object]]:
        """The part that says what kind of order it is."""
        terms: dict[str, object] = {"base_size": _text(self.size), "limit_price": _text(self.price)}
        if self.trigger is None:
            return {LIMIT: {**terms, "post_only": self.post_only}}
        # A sale waits for the price to fall to its trigger, a purchase for it to rise.
        direction = "STOP_DIRECTION_STOP_DOWN" if self.side is Side.SELL else "STOP_DIRECTION_STOP_UP"
        return {STOP_LIMIT: {**terms, "stop_price": _text(self.trigger), "stop_direction": direction}}


def spot_order(order: SubmitOrder, listed: Listed) -> SpotOrder:
    """What the core wants, as Coinbase can be asked for it. Raises InvalidValue for what can't be asked for, in a
    sentence with the numbers.

    An entry must come in whole increments; what leaves a position is rounded down to them, since the broker may have
    made them coarser after it was bought.
    """
    name, entry = listed.symbol, order.purpose is Purpose.ENTRY
    if not order.order_id:
        raise InvalidValue("order_id", "is empty: without one of ours an order can't be found again")
    if entry and order.side is Side.SELL:
        raise InvalidValue("side", f"{name} can't be sold before it is bought: Coinbase's spot market knows no shorts")
    price, trigger = prices_on_step(order, listed.price_increment, "Coinbase")
    if order.post_only and trigger is not None:
        raise InvalidValue("entries", "Coinbase knows no order that waits for a price and then never takes")
    size = (order.quantity / listed.base_increment).to_integral_value(ROUND_DOWN) * listed.base_increment
    if entry and size != order.quantity:
        raise InvalidValue(
            "quantity", f"{_text(order.quantity)} of {name} are no whole steps of {_text(listed.base_increment)}"
        )
    _check_bounds(order.quantity, size, price, listed)
    return SpotOrder(order.order_id, name, order.side, size, price, trigger, order.post_only, listed.alias)


def cancel_body(venue_order_id: str) -> dict[str, object]:
    """What the route of cancellations is sent."""
    return {"order_ids": [venue_order_id]}


def _check_bounds(wanted: Decimal, size: Decimal, price: Decimal, listed: Listed) -> None:
    """Raises InvalidValue for an order that is smaller or larger than Coinbase takes."""
    name, coin, worth = listed.symbol, listed.base, size * price
    in_money = f"{_text(size)} {coin} at {_text(price)} come to {_text(worth)} {listed.quote}"
    if size < listed.base_min_size:
        rule = f"{_text(wanted)} {coin} are less than the smallest order of {name}, {_text(listed.base_min_size)}"
    elif size > listed.base_max_size:
        rule = f"{_text(wanted)} {coin} are more than the largest order of {name}, {_text(listed.base_max_size)}"
    elif worth < listed.quote_min_size:
        rule = f"{in_money}, less than the smallest order of {name}, {_text(listed.quote_min_size)}"
    elif worth > listed.quote_max_size:
        rule = f"{in_money}, more than the largest order of {name}, {_text(listed.quote_max_size)}"
    else:
        return
    raise InvalidValue("quantity", rule)


def _text(number: Decimal) -> str:
    """Without an exponent, and without zeros at its end."""
    return f"{number.normalize():f}"
