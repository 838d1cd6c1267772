"""The account's equity at minutes to come in which nothing is traded, and how far no breaker trips at it.

Asked by skip_bars.py. As the engine reckons it minute by minute: cash, and every position at its symbol's last price.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

import numpy as np
import numpy.typing as npt

from engine.core.position import Position
from engine.core.risk.trips import floor_of
from engine.core.state import State
from engine.research.bar_lanes import Lane

Ints = npt.NDArray[np.int64]

_CENT_DIGITS = 2
_EXACT = 2**60  # products beyond this are left to Decimal


def equity_line(state: State, lanes: Mapping[str, Lane], minutes: Ints) -> tuple[list[Decimal], int]:
    """Equity (currency) at each minute, and how many of the first minutes no breaker can trip at."""
    cash, positions = state.ledger.cash, state.portfolio.all()
    if int(cash.as_tuple().exponent) < -_CENT_DIGITS:
        return [], 0
    cents = np.full(len(minutes), int(cash.scaleb(_CENT_DIGITS)), dtype=np.int64)
    for position in positions:
        cents += _worth(position, _units(state, lanes, position.symbol, minutes))
    values = cents.tolist()
    line = [Decimal(value).scaleb(-_CENT_DIGITS) for value in values] if positions else [cash] * len(values)
    ledger = state.ledger
    mark = max(ledger.high_water_mark, max(line, default=cash))
    floor = floor_of(state.policy, ledger, mark, state.breaker.trips)
    if floor.is_infinite():
        return line, len(line)
    low = cents <= int(floor.scaleb(_CENT_DIGITS).to_integral_value(ROUND_FLOOR))
    return line, int(low.argmax()) if low.any() else len(line)


def _units(state: State, lanes: Mapping[str, Lane], symbol: str, minutes: Ints) -> Ints:
    """The symbol's last price at each minute, before that minute's opens."""
    lane = lanes.get(symbol)
    if lane is None:
        return np.full(len(minutes), state.tapes[symbol].last_price, dtype=np.int64)
    number = np.searchsorted(lane.close_at, minutes, side="right") - 1
    if not len(lane.close):
        return np.full(len(minutes), lane.start_price, dtype=np.int64)
    return np.where(number >= 0, lane.close[number], lane.start_price)


def _worth(position: Position, units: Ints) -> Ints:
    """What the position is worth at prices (units), in whole hundredths of the currency."""
    instrument, quantity = position.instrument, position.quantity
    spare = _CENT_DIGITS - instrument.price_digits
    if spare >= 0 and quantity == quantity.to_integral_value():
        factor = int(quantity) * 10**spare
        if not len(units) or int(units.max()) * abs(factor) < _EXACT:
            whole: Ints = units * factor
            return whole
    worth = [position.value(instrument.price_of(one)).scaleb(_CENT_DIGITS) for one in units.tolist()]
    return np.array([int(one) for one in worth], dtype=np.int64)
