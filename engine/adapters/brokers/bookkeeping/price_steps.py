"""An order's prices on a broker's own step, rounded to the side that is better for us. Fed by its order words.

The core rounds to the instrument's tick; a broker's list may have another by now, and an order off its step is refused.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from engine.domain.effects import SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.order import OrderType, Side


def prices_on_step(order: SubmitOrder, step: Decimal, broker: str) -> tuple[Decimal, Decimal | None]:
    """The limit, and the trigger of an order that waits for one. A sale's limit is never above its trigger, a
    purchase's never below. Raises InvalidValue for an order without the prices that it needs.
    """
    if order.order_type is OrderType.MARKET or order.limit_price is None:
        raise InvalidValue("order_type", f"{broker} takes no order at the market: it needs a limit")
    price = on_step(order.limit_price, order.side, step)
    if order.order_type is OrderType.LIMIT:
        return price, None
    if order.trigger_price is None:
        raise InvalidValue("trigger_price", "an order that waits for a price needs that price")
    # The trigger to the side that is reached sooner, which for a sale is up: what protects must not come later.
    trigger = on_step(order.trigger_price, order.side, step)
    return (min if order.side is Side.SELL else max)(price, trigger), trigger


def on_step(price: Decimal, side: Side, step: Decimal) -> Decimal:
    """On the step: down for a purchase, up for a sale, never to nothing."""
    rounding = ROUND_FLOOR if side is Side.BUY else ROUND_CEILING
    return max((price / step).to_integral_value(rounding), Decimal(1)) * step
