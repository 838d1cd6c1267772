"""Entries that a signal the other way takes back before they are filled: nobody expects them to be held any more.

Fed by decide.py and copying.py with the signal, by minute.py with the time; asked by closed.py before another entry, by
leftovers.py about what is filled all the same, which is left by an exit with reason `signal`.

The order says so itself, from the signal on: a restart may lie between the two.
"""

from __future__ import annotations

from engine.core.orders import Order
from engine.core.publish import publish_order
from engine.core.sending import request_cancel, withdraw_entries
from engine.core.state import State
from engine.domain.instant import Instant
from engine.domain.order import OrderState, Purpose

_AT_WORK = (OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED)


def withdraw_for(state: State, at: Instant, bot_id: str, symbol: str, reason: str, signal_id: str) -> None:
    """Take back the entries of a bot in a symbol, for a signal; the earlier attempts at them may be filled late too."""
    for order in state.open_orders(bot_id, symbol):
        if order.purpose is not Purpose.ENTRY or order.withdrawn_by is not None:
            continue
        for attempt in _attempts(state, order):
            attempt.withdrawn_by = signal_id
        publish_order(state, order)
    withdraw_entries(state, at, bot_id, symbol, reason)


def withdrawn(state: State, bot_id: str, symbol: str) -> Order | None:
    """An entry that was taken back for a signal, and of which the venue has not said yet that it is out."""
    return next((order for order in state.open_orders(bot_id, symbol) if order.withdrawn_by is not None), None)


def keep_withdrawn_out(state: State, at: Instant) -> None:
    """At a whole minute: ask again for what the venue has refused to take out."""
    for order in state.open_orders():
        if order.withdrawn_by is not None and order.state in _AT_WORK:
            request_cancel(state, order, at, "a signal the other way came before it was filled")


def _attempts(state: State, order: Order) -> list[Order]:
    """All orders of the entry that this one belongs to."""
    leg = state.legs.get(order.order_id)
    if leg is None:
        return [order]
    return [state.orders[order_id] for order_id in leg.order_ids if order_id in state.orders]
