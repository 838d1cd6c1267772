"""The ids of a position's protective stops: each is named after the position and a number, and none is given twice.

Asked by protect.py. The number given last is kept with the position.
"""

from __future__ import annotations

from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.publish import publish_position
from engine.core.state import State
from engine.domain.identity import order_id

AHEAD_MAX = 20  # stops that were placed since the position was written down last


def next_stop_id(state: State, position: Position) -> str:
    """The id of the first number that neither the books nor the venue know; the position keeps the number."""
    while True:
        position.stops += 1
        identity = _id_of(state, position, position.stops)
        if identity not in state.orders and identity not in state.truth.listed:
            return identity


def count_stop(state: State, stop: Order) -> None:
    """Keep the number of a stop of before a restart: its position may have been written down before it was given."""
    position = state.portfolio.get(stop.bot_id, stop.symbol)
    if position is None:
        return
    for number in range(position.stops + 1, position.stops + 1 + AHEAD_MAX):
        if _id_of(state, position, number) == stop.order_id:
            position.stops = number
            publish_position(state, position)
            return


def _id_of(state: State, position: Position, number: int) -> str:
    """Named after the position, by the fill that opened it, and the number."""
    account_id, opened_by = state.account.account_id, position.fill_ids[0]
    return order_id(account_id, position.bot_id, position.symbol, "stop", 0, opened_by, number)
