"""The account's equity at minutes to come in which nothing is traded, and how far no breaker trips at it.

Asked by skip_bars.py and skip_ticks.py. As the engine reckons it minute by minute: cash, and every position at its
symbol's last price. The minutes between two moments that matter are few: whole numbers in lists are quicker here than
columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine.core.position import Position
from engine.core.state import State
from engine.domain.instant import Instant
from engine.domain.instrument import MONEY_DIGITS

Ints = npt.NDArray[np.int64]


class Priced(Protocol):
    """A symbol's closes (units) by the instants of its bars' closes, ascending, and its price before the first."""

    close_at: Ints
    close: Ints
    start_price: int


def equity_line(state: State, lanes: Mapping[str, Priced], minutes: Sequence[Instant]) -> tuple[list[Decimal], int]:
    """Equity (currency) at each minute, ascending, and how many of the first minutes no breaker can trip at."""
    cash, positions, ledger = state.ledger.cash, state.portfolio.all(), state.ledger
    if int(cash.as_tuple().exponent) < -MONEY_DIGITS:
        return [], 0
    if len(minutes) == 0:
        return [], 0
    cents = [int(cash.scaleb(MONEY_DIGITS))] * len(minutes)
    line = [cash] * len(minutes)
    if positions:
        for position in positions:
            worth = _worth(position, _units(state, lanes.get(position.symbol), position.symbol, minutes))
            cents = [sum_so_far + more for sum_so_far, more in zip(cents, worth, strict=True)]
        line = [Decimal(value).scaleb(-MONEY_DIGITS) for value in cents]
    best = max(cents)
    mark = ledger.high_water_mark if best <= ledger.high_water_mark.scaleb(MONEY_DIGITS) else line[cents.index(best)]
    floor = state.floor.ahead(state.policy, ledger, mark, state.breaker.trips)
    if floor.is_infinite():
        return line, len(line)
    lowest = int(floor.scaleb(MONEY_DIGITS).to_integral_value(ROUND_FLOOR))
    if min(cents) > lowest:
        return line, len(line)
    return line, next(number for number, value in enumerate(cents) if value <= lowest)


def _units(state: State, lane: Priced | None, symbol: str, minutes: Sequence[Instant]) -> list[int]:
    """The symbol's last price at each minute, before that minute's opens."""
    if lane is None:
        return [state.tapes[symbol].last_price] * len(minutes)
    first = int(lane.close_at.searchsorted(minutes[0], side="right"))
    last = int(lane.close_at.searchsorted(minutes[-1], side="right"))
    price = int(lane.close[first - 1]) if first else lane.start_price
    closes, close_at = lane.close[first:last].tolist(), lane.close_at[first:last].tolist()
    if close_at == list(minutes[1:]):  # a bar a minute
        return [price, *closes]
    made, number = [], 0
    for minute in minutes:
        while number < len(closes) and close_at[number] <= minute:
            price = closes[number]
            number += 1
        made.append(price)
    return made


def _worth(position: Position, units: list[int]) -> list[int]:
    """What the position is worth at prices (units), in whole hundredths of the currency."""
    whole = position.cents_a_unit()
    if whole is not None:
        return [whole * one for one in units]
    price_of = position.instrument.price_of
    return [int(position.value(price_of(one)).scaleb(MONEY_DIGITS)) for one in units]
