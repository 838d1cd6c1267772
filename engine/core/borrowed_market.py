"""What another engine of the same process has seen of a market, for one that begins in the middle of the day. Called by
runtime/rehearsal on the thread of the engine that is looked at, before prices go on.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.state import State


def borrow_prices(state: State, seen: State, symbols: Iterable[str]) -> None:
    """Go on from the bars and the last price of these symbols. They are listed, and their sessions are told of, here
    too; nothing of before that price is taken any more.
    """
    for symbol in symbols:
        own, other = state.tapes[symbol], seen.tapes[symbol]
        own.history.extend(list(other.history))
        own.last_price, own.last_at, own.first_price = other.last_price, other.last_at, other.first_price
        own.floor, own.wall_at = max(own.floor, other.floor), other.wall_at
