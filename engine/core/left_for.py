"""Exits and stops that left for another quantity than the one they were decided for. Fed by answers.py with what the
venue has; asked by protect.py whether a stop has to be placed anew.

An exit leaves for what is held when its stop is out; and while broker and books differ on a symbol, nothing leaves for
more than the broker has.
"""

from __future__ import annotations

from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.publish import publish_order
from engine.core.state import Guard, State
from engine.domain.events import OrderAccepted
from engine.domain.order import Purpose


def take_quantity(state: State, order: Order, event: OrderAccepted) -> None:
    """The venue has the order, and may say for how much. The books of an exit follow it; a stop is kept as it was
    decided, or it would be placed anew until its position is as large as the broker's.
    """
    if event.quantity is None:
        return
    if order.purpose is Purpose.PROTECT:
        guard = state.guards.setdefault((order.bot_id, order.symbol), Guard())
        guard.left_for = event.quantity if event.quantity < order.quantity else None
    elif order.purpose is Purpose.EXIT and order.open:
        _follow(state, order, event)


def _follow(state: State, order: Order, event: OrderAccepted) -> None:
    """More than was decided is believed only of an order of before a restart: with the journal lost, the store may have
    it as it was decided.
    """
    theirs = event.quantity
    if theirs is None or theirs <= 0 or theirs < order.filled_quantity:
        return
    if theirs < order.quantity or (theirs > order.quantity and order.order_id in state.orders_before):
        order.left_for(theirs, event.at)
        publish_order(state, order)


def too_small(state: State, guard: Guard, position: Position) -> bool:
    """Whether a stop left for what the venue had while something differed, and all that is held can rest by now."""
    if guard.left_for is None or guard.left_for >= abs(position.quantity):
        return False
    return position.symbol not in state.truth.doubted()
