"""What the broker has, taken into the books: a missed fill, an order's end, a quantity. Called by reconcile.py.

Quantities go through orders and fills like everything else, so that cash, charges and closed trades tie: what somebody
else bought is held by `by-hand-` and the account, what somebody else sold is taken from the bots that hold it.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.answers import on_ended, on_rejected
from engine.core.orders import Move, Order
from engine.core.publish import publish_order
from engine.core.settle import book_fill, check_fill
from engine.core.state import State
from engine.domain.broker import VenueState
from engine.domain.errors import InvariantBroken
from engine.domain.events import FillReceived, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.identity import fill_key, order_id
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderRequest, Purpose, Side
from engine.domain.records import DifferenceKind, DifferenceRecord

BY_HAND = "by-hand-"  # with the account: a position's document is named after bot and symbol alone


def adopt(state: State, standing: DifferenceRecord, at: Instant) -> str:
    """Book it; returns what was done, in words. Raises InvariantBroken for what the books can't take."""
    match standing.kind:
        case DifferenceKind.MISSED_FILL:
            return _adopt_fill(state, standing)
        case DifferenceKind.MISSED_STATUS | DifferenceKind.KILLED_BY_BROKER:
            return _adopt_end(state, standing, at)
        case DifferenceKind.LATE_ORDER:
            return "it may work on; its fills are booked as they come"
        case DifferenceKind.FOREIGN_ORDER:
            return f"it may work on; what it fills shows as a position of {standing.symbol}"
        case _:
            return _adopt_quantity(state, standing, at)


def _adopt_fill(state: State, standing: DifferenceRecord) -> str:
    """To the order it was for; where that can't take it, as what somebody else did."""
    quantity, price = abs(standing.quantity), standing.price or Decimal(0)
    event = FillReceived(str(standing.order_id), standing.subject, quantity, price, standing.at)
    order = state.orders[event.order_id]
    if state.portfolio.has_booked(fill_key(state.account.account_id, order.order_id, event.venue_fill_id)):
        return "it was told meanwhile, and is booked already"
    try:
        check_fill(state, order, event)
    except InvariantBroken:
        return _adopt_quantity(state, standing, standing.at)
    book_fill(state, order, event)
    return f"booked {quantity:f} at {price:f}"


def _adopt_end(state: State, standing: DifferenceRecord, at: Instant) -> str:
    identity, reason = str(standing.order_id), f"at the broker: {standing.theirs}"
    if standing.venue_state == VenueState.REJECTED:
        on_rejected(state, OrderRejected(identity, reason, at))
    elif standing.venue_state == VenueState.EXPIRED:
        on_ended(state, OrderExpired(identity, reason, at))
    else:
        on_ended(state, OrderCancelled(identity, reason, at))
    return f"the order is {state.orders[identity].state}"


def _adopt_quantity(state: State, standing: DifferenceRecord, at: Instant) -> str:
    """Take it from, or add it to, what is held: first from positions the other way, the rest is held by hand."""
    symbol, left = standing.symbol, standing.quantity
    side = Side.BUY if left > 0 else Side.SELL
    price = standing.price or state.tapes[symbol].price()
    left, number, done = abs(left), 0, []
    for position in state.portfolio.all():
        if position.symbol == symbol and position.sign != side.sign and left:
            part = min(left, abs(position.quantity))
            _book(state, standing, number, position.bot_id, side, part, price, Purpose.EXIT, at)
            done.append(f"{side} {part:f} booked to {position.bot_id}")
            left, number = left - part, number + 1
    if left:
        _book(state, standing, number, BY_HAND + state.account.account_id, side, left, price, Purpose.ENTRY, at)
        done.append(f"{side} {left:f} at {price:f} held by hand")
    return ", ".join(done)


def _book(
    state: State, standing: DifferenceRecord, number: int, bot_id: str, side: Side, quantity: Decimal,
    price: Decimal, purpose: Purpose, at: Instant,
) -> None:  # fmt: skip
    """One order and one fill that say what somebody else did."""
    leg = f"adopt-{standing.difference_id}"
    identity = order_id(state.account.account_id, bot_id, standing.symbol, "adopted", at, leg, number)
    reason = None if purpose is Purpose.ENTRY else ExitReason.MANUAL
    order = Order.of(
        OrderRequest(identity, bot_id, standing.symbol, side, quantity, price, purpose, at, exit_reason=reason)
    )
    state.orders[identity] = order
    order.move(Move.SEND, at)
    order.move(Move.ACCEPT, at, "adopted from the broker")
    publish_order(state, order)
    book_fill(state, order, FillReceived(identity, f"{standing.difference_id}-{number}", quantity, price, at))
