"""The proof of a kill's steps, order by order and position by position. Asked by kill.py, again after each event.

Nothing is assumed: an order is out when the broker ended it, a position is closed when its fills have closed it. What
the broker refuses is asked again: a cancellation at once, then with each review; an exit with the reviews. After
`TRIES_MAX` refusals it has failed, and counts as done all the same once the broker says so.
"""

from __future__ import annotations

from dataclasses import replace

from engine.core.decide import exit_position
from engine.core.orders import UNANSWERED, Order
from engine.core.portfolio import Position
from engine.core.sending import end_leg, request_cancel
from engine.core.state import State
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderState, Purpose
from engine.domain.records import KillItem, Proof

TRIES_MAX = 5
_WHY = "the account is killed"


def orders_out(state: State, named: tuple[KillItem, ...], at: Instant, *, review: bool) -> list[KillItem]:
    """Every entry that was named, and each that is at work: how far it is. Asks for what is still to be asked."""
    items = {item.subject: item for item in named}
    for order in state.open_orders():
        if order.purpose is Purpose.ENTRY:
            items.setdefault(order.order_id, KillItem(order.order_id, Proof.WAITING, 0, ""))
    return [_order(state, item, at, review=review) for item in items.values()]


def _order(state: State, item: KillItem, at: Instant, *, review: bool) -> KillItem:
    """An entry on its way out. `state.kill_asked` has those whose cancellation was asked for, and not answered;
    `state.kill_again` those that were asked for before a restart, which may have been lost with it.
    """
    order, asked = state.orders.get(item.subject), state.kill_asked
    if order is None or not order.open:
        asked.discard(item.subject)
        if item.state is Proof.DONE:
            return item
        return replace(item, state=Proof.DONE, detail="it has ended" if order is None else _ended(order))
    name = f"{_name(order)} of {order.bot_id}"
    if order.state in UNANSWERED:
        if order.cancel_wanted is None:
            request_cancel(state, order, at, _WHY)
        words = f"{name}: the broker has not said that it has it; it is cancelled as soon as it does"
        return replace(item, state=Proof.WAITING, detail=words)
    refused = item.subject in asked and order.state is not OrderState.CANCEL_REQUESTED
    if refused:
        asked.discard(item.subject)
        item = replace(item, tries=item.tries + 1)
    if item.tries >= TRIES_MAX:
        words = (
            f"{name} ({order.venue_order_id}): the broker refused {item.tries} times to cancel it ({order.reason}). "
            "Cancel it at the broker; it counts once the broker says that it is out"
        )
        return replace(item, state=Proof.FAILED, detail=words)
    if order.state is OrderState.CANCEL_REQUESTED and order.order_id not in state.kill_again:
        asked.add(item.subject)
        end_leg(state, order)  # where it was to be replaced
    elif item.subject not in asked and (review or item.tries < 2):
        request_cancel(state, order, at, _WHY)
        asked.add(item.subject)
        state.kill_again.discard(item.subject)
    words = f"{name}: the broker is asked to cancel it"
    if item.tries:
        words += f"; it refused {item.tries} of {TRIES_MAX} times ({order.reason})"
    return replace(item, state=Proof.WAITING, detail=words)


def positions_closed(state: State, named: tuple[KillItem, ...], at: Instant, *, review: bool) -> list[KillItem]:
    """Every position that was named, and each that is held: how far it is. Asks for what is still to be asked."""
    items = {item.subject: item for item in named}
    held = {f"{position.bot_id}_{position.symbol}": position for position in state.portfolio.all()}
    for subject in held:
        items.setdefault(subject, KillItem(subject, Proof.WAITING, 0, ""))
    found = []
    for subject, item in items.items():
        if subject in held:
            found.append(_position(state, item, held[subject], at, review=review))
        else:
            state.kill_exits.pop(subject, None)
            closed = replace(item, state=Proof.DONE, detail=f"{subject}: closed by the broker's fills")
            found.append(item if item.state is Proof.DONE else closed)
    return found


def _position(state: State, item: KillItem, position: Position, at: Instant, *, review: bool) -> KillItem:
    """A position on its way to flat. `state.kill_exits` has the exit that was seen at work last."""
    name = f"{abs(position.quantity):f} {position.symbol} of {position.bot_id}"
    last = state.orders.get(state.kill_exits.get(item.subject, ""))
    if last is not None and last.state in (OrderState.REJECTED, OrderState.REFUSED):
        state.kill_exits.pop(item.subject)
        item = replace(item, tries=item.tries + 1)
    elif last is not None and last.filled_quantity:
        item = replace(item, tries=0)  # the broker takes them again
    exit_order = _exit_of(state, position)
    if exit_order is None and item.tries >= TRIES_MAX:
        words = (
            f"{name}: the broker rejected {item.tries} closing orders. Close it at the broker and adopt the difference "
            "that is shown then, or kill again once the cause is mended"
        )
        return replace(item, state=Proof.FAILED, detail=words)
    compared = not state.recovered or state.truth.reports > 0  # else an id that the venue knows might be given again
    in_vain = last is not None and not last.open and not last.filled_quantity  # another may end as soon
    if exit_order is None and compared and (review or not (item.tries or in_vain)):
        exit_order = exit_position(state, position, ExitReason.KILL, at)
    if exit_order is not None:
        state.kill_exits[item.subject] = exit_order.order_id
    words = f"{name}: its closing order is at work" if exit_order is not None else f"{name}: is to be closed"
    if item.tries:
        words += f"; the broker rejected {item.tries} of {TRIES_MAX}"
    return replace(item, state=Proof.WAITING, detail=words)


def _exit_of(state: State, position: Position) -> Order | None:
    at_work = state.open_orders(position.bot_id, position.symbol)
    return next((order for order in at_work if order.purpose is Purpose.EXIT), None)


def _name(order: Order) -> str:
    return f"{order.side} {order.quantity:f} {order.symbol}"


def _ended(order: Order) -> str:
    part = f", {order.filled_quantity:f} of it filled before" if order.filled_quantity else ""
    return f"{_name(order)} of {order.bot_id}: {order.state}{'' if order.state is OrderState.FILLED else part}"
