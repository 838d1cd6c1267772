"""What the venue says of an order: taken, rejected, ended, filled, or nothing at all. Called by engine.py for every
broker event.

A venue says things twice, late and out of turn: the order table (orders.py) knows which of that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.core import tripping
from engine.core.decide import exit_position
from engine.core.left_for import take_quantity
from engine.core.leftovers import leave_rest
from engine.core.orders import TERMINAL, UNANSWERED, Move, Order
from engine.core.publish import publish_alert, publish_order
from engine.core.replacing import check_leg, go_on, on_filled, on_refused
from engine.core.sending import request_cancel
from engine.core.settle import book_fill, check_fill, forget_if_removed
from engine.core.standing import announce, close_missed, close_unknown, difference, open_unknown
from engine.core.state import State
from engine.core.stuck_exits import ended, filled, taken
from engine.domain.errors import InvariantBroken
from engine.domain.events import (
    CancelRefused,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderDispatched,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
)
from engine.domain.identity import fill_key
from engine.domain.instant import SECOND, Instant
from engine.domain.order import ExitReason, OrderState, Purpose
from engine.domain.records import DifferenceKind

LATE_AFTER_US = 60 * SECOND  # the longest that a request without an expiry of its own may live in a network
EXIT_REST_US = 5 * SECOND
TOLD = "it was told meanwhile, and is booked"


def _known(state: State, order_id: str) -> Order | None:
    """Our order of that id. Of one that is not ours, or was closed days ago, a report tells: here it is only noted."""
    order = state.orders.get(order_id)
    if order is None:
        publish_alert(state, "warning", "strange_order", order_id, f"The broker speaks of order {order_id}, not known")
        return None
    state.truth.touch(order.symbol)
    return order


def on_dispatched(state: State, event: OrderDispatched) -> None:
    """The order is on the wire."""
    _move(state, event.order_id, Move.DISPATCH, event.at)


def on_unknown(state: State, event: OrderUnknown) -> None:
    """No answer came: the order may work or not, until the venue says."""
    order = _move(state, event.order_id, Move.LOSE, event.at, event.reason)
    if order is not None and order.state is OrderState.UNKNOWN:
        open_unknown(state, order.order_id, order.symbol, event.reason, event.at)
        if event.needs_person or (event.refused and order.purpose is Purpose.ENTRY):
            tripping.refused_unread(state, event.at, event.reason, needs_person=event.needs_person)


def on_accepted(state: State, event: OrderAccepted) -> None:
    """The venue has the order. An entry that comes to light long after it was sent is taken back.

    What was wanted of it before is asked for now. A part of it may have been filled by then: a venue's stream can be
    ahead of its answer.
    """
    order = state.orders.get(event.order_id)
    late = order is not None and _was_unknown(order) and event.at - order.created_at > LATE_AFTER_US
    _understood(state, order)
    order = _move(state, event.order_id, Move.ACCEPT, event.at, venue_order_id=event.venue_order_id)
    if order is None:
        return
    close_unknown(state, order.order_id, "the broker has it")
    take_quantity(state, order, event)
    taken(state, order)
    if order.state not in (OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED):
        return
    wanted, late = order.cancel_wanted, late and order.purpose is Purpose.ENTRY
    if wanted is not None:
        request_cancel(state, order, event.at, wanted.reason, expire=wanted.expire, replacing=not late)
    elif late:
        request_cancel(state, order, event.at, "it came too late")


def _was_unknown(order: Order) -> bool:
    """Whether its send brought no answer, and the venue has not named it since."""
    return order.venue_order_id is None and any(step.state is OrderState.UNKNOWN for step in order.history)


def on_rejected(state: State, event: OrderRejected) -> None:
    """The venue will not have it. A rejected exit rests a while, or each tick beyond the stop would send another.

    What was filled stays filled: of such an order it ends the rest. Of one that has ended it says nothing new.
    """
    known = state.orders.get(event.order_id)
    _understood(state, known)
    if known is not None and known.open and known.filled_quantity:
        _let_exits_rest(state, known, event.at)
        on_ended(state, OrderCancelled(event.order_id, event.reason, event.at))
        tripping.rejected(state, event.at, event.reason)
        return
    told_before = known is not None and not known.open
    order = _move(state, event.order_id, Move.REJECT, event.at, event.reason)
    if order is None or told_before:
        return
    if not event.would_cross:  # that one is no refusal to trade: the price had moved
        tripping.rejected(state, event.at, event.reason)
    close_unknown(state, order.order_id, "the broker rejected it")
    if on_refused(state, order, event.at, would_cross=event.would_cross):
        return
    publish_alert(state, "warning", "order_rejected", order.order_id, f"{order.symbol}: rejected, {event.reason}")
    _let_exits_rest(state, order, event.at)
    ended(state, order, event.at)
    forget_if_removed(state, order.bot_id)


def _understood(state: State, order: Order | None) -> None:
    """The broker has answered to an entry in words that are known."""
    if order is not None and order.purpose is Purpose.ENTRY and order.state in UNANSWERED:
        state.unread_refusals = 0


def _let_exits_rest(state: State, order: Order, at: Instant) -> None:
    if order.purpose is Purpose.EXIT:
        state.exit_rests[order.bot_id, order.symbol] = at + EXIT_REST_US


def on_ended(state: State, event: OrderCancelled | OrderExpired) -> None:
    """The rest of the order is out. Where the venue filled more of it than was told, it stays open until that is
    booked: a restart looks open orders up, and forgets the others.
    """
    known = state.orders.get(event.order_id)
    if known is not None and known.open and (event.filled_quantity or 0) > known.filled_quantity:
        known.ending = event
        state.truth.touch(known.symbol)
        return
    if isinstance(event, OrderExpired) and event.unsent and known is not None and known.venue_order_id is not None:
        return  # another engine, cut off from the store, had sent the same: it is at the venue, and ends there
    told_before = known is not None and not known.open
    move = Move.CANCEL if isinstance(event, OrderCancelled) else Move.EXPIRE
    order = _move(state, event.order_id, move, event.at, event.reason)
    if order is None:
        return
    close_unknown(state, order.order_id, event.reason)
    go_on(state, order, event.at)
    if not told_before:
        ended(state, order, event.at)
    tripping.told_of_ends(state)
    forget_if_removed(state, order.bot_id)
    position = state.portfolio.get(order.bot_id, order.symbol)
    if state.ended and position is not None:
        exit_position(state, position, ExitReason.END, event.at)


def on_cancel_refused(state: State, event: CancelRefused) -> None:
    """The venue did not cancel: the order works on."""
    order = state.orders.get(event.order_id)
    if order is not None and order.state is OrderState.CANCEL_REQUESTED:
        _move(state, event.order_id, Move.KEEP_PART if order.filled_quantity else Move.KEEP, event.at, event.reason)


def _move(
    state: State, order_id: str, move: Move, at: Instant, reason: str | None = None, *, venue_order_id: str = ""
) -> Order | None:
    """Move an order and publish it where that changed anything; None for one that is not ours."""
    order = _known(state, order_id)
    if order is None:
        return None
    before = order.state, order.venue_order_id
    trailing = order.state in TERMINAL
    order.move(move, at, None if trailing else reason)
    order.venue_order_id = venue_order_id or order.venue_order_id
    if (order.state, order.venue_order_id) != before:
        publish_order(state, order)
    return order


def on_fill(state: State, event: FillReceived) -> None:
    """Book a fill once, whatever the number of times it arrives. One that can't be booked changes nothing.

    It stays a difference that a person decides about: the broker says that it happened.
    """
    key = fill_key(state.account.account_id, event.order_id, event.venue_fill_id)
    if state.portfolio.has_booked(key):
        return
    order = _known(state, event.order_id)
    if order is None:
        return
    try:
        check_fill(state, order, event)
        check_leg(state, order, event.quantity)
    except InvariantBroken as broken:
        _open_unbookable(state, order, event, str(broken))
        return
    book_fill(state, order, event, key)
    close_missed(state, event.venue_fill_id, TOLD)
    on_filled(state, order, event.at)
    filled(state, order)
    end_if_told(state, order)
    leave_rest(state, order, event.at)


def end_if_told(state: State, order: Order, decided: Decimal = Decimal(0)) -> None:
    """Let an order end that the venue has ended, once all that it filled is booked, or was decided about otherwise."""
    ending = order.ending
    if ending is not None and order.open and order.filled_quantity + decided >= (ending.filled_quantity or 0):
        on_ended(state, replace(ending, filled_quantity=None))


def _open_unbookable(state: State, order: Order, event: FillReceived, why: str) -> None:
    words = (f"the books can't take it: {why}", f"{order.side} {event.quantity:f} at {event.price:f}")
    finding = difference(
        state, DifferenceKind.MISSED_FILL, event.venue_fill_id, order.symbol, event.at, words,
        order_id=order.order_id, venue_order_id=order.venue_order_id,
        quantity=event.quantity * order.side.sign, price=event.price,
    )  # fmt: skip
    if finding.difference_id in state.truth.differences:
        return
    if any(other.side is not order.side for other in state.open_orders(order.bot_id, order.symbol)):
        # What it closes, or is closed by it, may be on its way: a restart has orders asked in any order. The next
        # report opens it, if that shows it still.
        state.truth.suspects[finding.difference_id] = 1
    else:
        announce(state, finding)


HANDLERS: dict[type, Callable[[State, Any], None]] = {
    OrderDispatched: on_dispatched,
    OrderAccepted: on_accepted,
    OrderUnknown: on_unknown,
    OrderRejected: on_rejected,
    OrderCancelled: on_ended,
    OrderExpired: on_ended,
    CancelRefused: on_cancel_refused,
    FillReceived: on_fill,
}
