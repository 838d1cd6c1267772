"""What an entry fills after the exit of its position was decided. Asked by answers.py after each fill.

An exit leaves for what is held at that moment, and entries that are still on their way are taken back: the venue may
have traded them by then. The exit was of all of it, so the rest is left by another one, for the same reason. An entry
that was decided after the exit is another matter, and an exit of a part asks for no more than that part.
"""

from __future__ import annotations

from engine.core.decide import exit_position
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.state import State
from engine.core.stuck_exits import wish_again
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderState, Purpose


def leave_rest(state: State, order: Order, at: Instant) -> None:
    """After a fill of this order, leave what its position's exit was meant to close and did not."""
    position = state.portfolio.get(order.bot_id, order.symbol)
    if position is None or state.ended:
        return
    last = _exit_that_closed(state, order)
    if last is None or _built_since(state, position, last) or state.exit_in_flight(order.bot_id, order.symbol):
        return
    reason = last.exit_reason or ExitReason.MANUAL
    if exit_position(state, position, reason, max(at, state.now)) is None:
        wish_again(state, last)


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
