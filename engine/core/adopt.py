"""What the broker has, taken into the books: a missed fill, an order's end, a quantity. Called by reconcile.py.

Quantities go through orders and fills like everything else, so that cash, charges and closed trades tie: what somebody
else bought is held by `by-hand-` and the account, what somebody else sold is taken from the bots that hold it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.answers import end_if_told, on_ended, on_rejected
from engine.core.orders import Move, Order
from engine.core.publish import publish_order
from engine.core.risk.view import request_at_risk_pct
from engine.core.sending import end_leg
from engine.core.settle import book_fill, check_fill
from engine.core.standing import put
from engine.core.state import State
from engine.domain.broker import VenueState
from engine.domain.errors import InvariantBroken
from engine.domain.events import FillReceived, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.identity import fill_key, order_id
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderRequest, Purpose, Side
from engine.domain.records import DifferenceKind, DifferenceRecord, DifferenceState

BY_HAND = "by-hand-"  # with the account: a position's document is named after bot and symbol alone
_BOOKED = (
    DifferenceKind.MISSED_FILL,
    DifferenceKind.FOREIGN_POSITION,
    DifferenceKind.OVERNIGHT_POSITION,
    DifferenceKind.QUANTITY_MISMATCH,
)


def adopt(state: State, standing: DifferenceRecord, at: Instant) -> str:
    """Book it; returns what was done, in words. Raises InvariantBroken for what the books can't take."""
    match standing.kind:
        case DifferenceKind.MISSED_FILL:
            return _adopt_fill(state, standing)
        case DifferenceKind.MISSED_STATUS | DifferenceKind.KILLED_BY_BROKER | DifferenceKind.LAPSED_ORDER:
            return _adopt_end(state, standing, at)
        case DifferenceKind.LATE_ORDER:
            return "it may work on; its fills are booked as they come"
        case DifferenceKind.FOREIGN_ORDER:
            return f"it may work on; what it fills shows as a position of {standing.symbol}"
        case _:
            return _adopt_quantity(state, standing, at)


def missing_for(state: State, standing: DifferenceRecord) -> str | None:
    """Why its quantity can't be booked at all, in words; None where it can, or where there is none to book.

    What is held is decided about before an order of an earlier day ends: an exit that nobody waits for any more would
    be sent again, and close what the broker may have closed.
    """
    if standing.kind is DifferenceKind.LAPSED_ORDER:
        held = [found for found in state.truth.open() if found.symbol == standing.symbol and found.kind in _BOOKED]
        return f"first decide what is held of {standing.symbol}: the broker has {held[0].theirs}" if held else None
    if standing.kind not in _BOOKED:
        return None
    tape = state.tapes.get(standing.symbol)
    if tape is None:
        return f"{standing.symbol} is not among this account's instruments; it can only be ignored"
    if not standing.price and not tape.last_price:
        return f"there is no price of {standing.symbol} yet; decide once it has traded, or ignore it"
    return None


def _adopt_fill(state: State, standing: DifferenceRecord) -> str:
    """To the order it was for; where that can't take it, or is forgotten, as what somebody else did."""
    quantity, price = abs(standing.quantity), _price(state, standing)
    event = FillReceived(str(standing.order_id), standing.subject, quantity, price, standing.at)
    key = fill_key(state.account.account_id, event.order_id, event.venue_fill_id)
    if state.portfolio.has_booked(key):
        return "it was told meanwhile, and is booked already"
    order = state.orders.get(event.order_id)
    if order is None:
        return _adopt_quantity(state, standing, standing.at)
    try:
        check_fill(state, order, event)
    except InvariantBroken:
        return _adopt_quantity(state, standing, standing.at)
    book_fill(state, order, event, key)
    end_if_told(state, order)
    return f"booked {quantity:f} at {price:f}"


def _adopt_end(state: State, standing: DifferenceRecord, at: Instant) -> str:
    """The order ends in the books too."""
    order = state.orders.get(str(standing.order_id))
    if order is None:
        return "the books have no such order any more"
    end_in_books(state, order, standing.venue_state, f"at the broker: {standing.theirs}", at)
    return f"the order is {order.state}"


def end_in_books(state: State, order: Order, venue_state: str | None, reason: str, at: Instant) -> None:
    """An order ends as it has at the venue. Of an entry no further attempt is made: it was decided that it is over."""
    if order.purpose is Purpose.ENTRY:
        end_leg(state, order)
    if venue_state == VenueState.REJECTED:
        on_rejected(state, OrderRejected(order.order_id, reason, at))
    elif venue_state == VenueState.EXPIRED:
        on_ended(state, OrderExpired(order.order_id, reason, at))
    else:
        on_ended(state, OrderCancelled(order.order_id, reason, at))


def _adopt_quantity(state: State, standing: DifferenceRecord, at: Instant) -> str:
    """Take it from, or add it to, what is held: first from what was let be and positions the other way, the rest is
    held by hand.
    """
    symbol, side = standing.symbol, Side.BUY if standing.quantity > 0 else Side.SELL
    price, number = _price(state, standing), 0
    left, done = _from_let_be(state, standing, at)
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


def _from_let_be(state: State, standing: DifferenceRecord, at: Instant) -> tuple[Decimal, list[str]]:
    """What a person holds beside the books is theirs to trade: less of it was let be. Returns what is left, unsigned,
    and what was done.
    """
    left, done = standing.quantity, []
    for other in state.truth.let_be(standing.symbol):
        if other.difference_id == standing.difference_id or (other.quantity > 0) == (left > 0) or not left:
            continue
        part = min(abs(left), abs(other.quantity)).copy_sign(left)
        left -= part
        stays = replace(other, quantity=other.quantity + part)
        if not stays.quantity:
            stays = replace(stays, state=DifferenceState.GONE, resolved_at=at, result="traded by hand since")
        put(state, stays)
        done.append(f"{abs(part):f} taken from what was let be")
    return abs(left), done


def _price(state: State, standing: DifferenceRecord) -> Decimal:
    """To the instrument's smallest unit: an average is not, and what the store keeps of a price is no finer."""
    price = standing.price or state.tapes[standing.symbol].price()
    return price.quantize(Decimal(1).scaleb(-state.instruments[standing.symbol].price_digits))


def _book(
    state: State, standing: DifferenceRecord, number: int, bot_id: str, side: Side, quantity: Decimal,
    price: Decimal, purpose: Purpose, at: Instant,
) -> None:  # fmt: skip
    """One order and one fill that say what somebody else did."""
    leg = f"adopt-{standing.difference_id}"
    identity = order_id(state.account.account_id, bot_id, standing.symbol, "adopted", at, leg, number)
    reason = None if purpose is Purpose.ENTRY else ExitReason.MANUAL
    request = OrderRequest(identity, bot_id, standing.symbol, side, quantity, price, purpose, at, exit_reason=reason)
    order = Order.of(request)
    if purpose is Purpose.ENTRY:
        order.at_risk_pct = request_at_risk_pct(request, state.equity())  # whole: nothing stops it
    state.orders[identity] = order
    order.move(Move.SEND, at)
    order.move(Move.ACCEPT, at, "adopted from the broker")
    publish_order(state, order)
    fill = FillReceived(identity, f"{standing.difference_id}-{number}", quantity, price, at)
    check_fill(state, order, fill)
    book_fill(state, order, fill, fill_key(state.account.account_id, identity, fill.venue_fill_id))
