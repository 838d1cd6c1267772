"""What an entry fills after it was decided to leave, or never to hold it. Asked by answers.py after each fill.

An exit leaves for what is held at that moment, and entries that are still on their way are taken back: the venue may
have traded them by then. The exit was of all of it, so the rest is left by another one, for the same reason. An entry
that was decided after the exit is another matter, and an exit of a part asks for no more than that part.

An entry that a signal the other way took back (withdrawn.py) is left as that signal would have it, as soon as any of it
is filled: there was nothing to leave when the signal came.
"""

from __future__ import annotations

from engine.core.decide import exit_position
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.state import State
from engine.core.stuck_exits import wish
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderState, Purpose


def leave_rest(state: State, order: Order, at: Instant) -> None:
    """After a fill of this order, leave what its position's exit was meant to close and did not."""
    position = state.portfolio.get(order.bot_id, order.symbol)
    if position is None or state.ended:
        return
    reason = _wanted(state, order, position)
    if reason is None or state.exit_in_flight(order.bot_id, order.symbol):
        return
    if exit_position(state, position, reason, max(at, state.now)) is None:
        wish(state, order.bot_id, order.symbol, reason)


def _wanted(state: State, order: Order, position: Position) -> ExitReason | None:
    """Why the position is to be left, after a fill of this order; None where it is not."""
    if order.withdrawn_by is not None:
        entries = (state.orders.get(tranche.order_id) for tranche in position.tranches)
        built_since = any(entry is not None and entry.withdrawn_by is None for entry in entries)
        return None if built_since else ExitReason.SIGNAL
    last = _exit_that_closed(state, order)
    if last is None or _built_since(state, position, last):
        return None
    return last.exit_reason or ExitReason.MANUAL


def _exit_that_closed(state: State, order: Order) -> Order | None:
    """The exit that is filled and was of all: this order itself, or for an entry that was to be taken back the newest
    of those decided after it.
    """
    if order.purpose is Purpose.EXIT:
        found = order
    elif order.purpose is Purpose.ENTRY and _taken_back(order):
        key = (order.bot_id, order.symbol)
        own = (one for one in reversed(state.orders.values()) if (one.bot_id, one.symbol) == key)
        found = next((one for one in own if one is order or one.purpose is Purpose.EXIT), order)
    else:
        return None
    whole = found.purpose is Purpose.EXIT and found.exit_reason is not ExitReason.REDUCE
    return found if whole and found.state is OrderState.FILLED else None


def _taken_back(order: Order) -> bool:
    return order.cancel_wanted is not None or any(s.state is OrderState.CANCEL_REQUESTED for s in order.history)


def _built_since(state: State, position: Position, last: Order) -> bool:
    """Whether anything of what is held was decided after the exit."""
    entries = (state.orders.get(tranche.order_id) for tranche in position.tranches)
    return any(entry is not None and entry.created_at > last.created_at for entry in entries)
