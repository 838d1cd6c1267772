"""What is assumed of the way prices took within a bar. Asked by venue.py for exits that a whole bar's range caused.

A bar tells its extremes, not their order. In both rules a bar that touches stop and target was a stop, and the exit is
decided as the bar closes. They differ in the price:

stated        the next bar's open, with slippage: what the order would have got
pessimistic   a stop: the worst price of the bar, or the next open if that is worse; a target: the target's own price,
              or the next open if that is worse; slippage on top

So no fill is better under the pessimistic rule, and its times are the same. With ticks there is no bar to look into.
"""

from __future__ import annotations

from enum import StrEnum

from engine.core.exits import STOPS
from engine.core.state import State
from engine.domain.effects import SubmitOrder
from engine.domain.order import ExitReason


class Intrabar(StrEnum):
    """Which rule prices the exits that a bar's range caused."""

    STATED = "stated"
    PESSIMISTIC = "pessimistic"


def worst_price(state: State, order: SubmitOrder) -> int | None:
    """The price, in units, that an exit fills at or worse under the pessimistic rule; None where no bar caused it."""
    reason = order.exit_reason
    if reason not in (*STOPS, ExitReason.TARGET):
        return None
    tape = state.tapes[order.symbol]
    bar = tape.closed[-1] if tape.closed else None
    if bar is None or bar.close_at - 1 != order.at:
        return None
    if reason is not ExitReason.TARGET:
        return bar.low if order.side.sign < 0 else bar.high
    position = state.portfolio.get(state.orders[order.order_id].bot_id, order.symbol)
    if position is None or position.target_price is None:
        return None
    return tape.instrument.units_of(position.target_price)
