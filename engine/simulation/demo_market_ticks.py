"""The demo market's ticks: a day of one symbol, about one a second, with a little dirt for the tick guard to find.

Fed by demo_market_path; feeds demo_market. True ticks never share an instant, so any of them is a place to go on from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain.instant import MILLISECOND, MINUTE, SECOND
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.market_data.columns import Instants, Mask, Quantities, Units
from engine.simulation.demo_market_noise import Whole, bell, below, key_of, scaled
from engine.simulation.demo_market_path import MINUTES, ONE, liveliness_pct

_DRAWN = 25_000  # gaps of a second on average fill the 22,500 s of a day with 16 standard deviations to spare
_DIRT_EVERY = 1_500  # ticks: some fifteen a day and symbol
_CLEAN_FIRST = 60  # ticks at the open, so that the guard has a price to judge by


@dataclass(frozen=True, slots=True)
class DemoTicks:
    """A symbol's ticks of a day in the order in which they arrive; `clean` tells those that are true."""

    at: Instants
    price: Units
    quantity: Quantities
    clean: Mask


def ticks_of_day(
    seed: int, day: int, number: int, instrument: Instrument, session: TradingSession, before: int, path: Whole
) -> DemoTicks:
    """A day's ticks along a path of moves from the close `before` (price units).

    `number` is the symbol's place in the market, the last microseconds of all its times.
    """
    symbol = instrument.symbol
    since_open = _times(key_of(seed, symbol, day, "gaps"))
    minute = since_open // MINUTE
    moves = _moves(key_of(seed, symbol, day, "ticks"), path, minute)
    tick = instrument.units_of(instrument.tick_size)
    price = (before * (ONE + moves) // ONE + tick // 2) // tick * tick
    quantity = _quantities(key_of(seed, symbol, day, "quantities"), instrument, minute)
    at = session.open_at + since_open + number
    return _with_dirt(key_of(seed, symbol, day, "dirt"), at, price, quantity, tick)


def _times(key: int) -> Whole:
    """Microseconds from the open: gaps of 0.5 to 2 s, short ones more often, one second on average."""
    gaps = 500 + np.minimum(below(key, _DRAWN, 1_501), below(key + 1, _DRAWN, 1_501))
    since_open: Whole = np.cumsum(gaps) * MILLISECOND
    return since_open[: int(np.searchsorted(since_open, MINUTES * MINUTE))]


def _moves(key: int, path: Whole, minute: Whole) -> Whole:
    """The path between the minutes: each minute's ticks wander from its start and end exactly on its close."""
    size = np.bincount(minute, minlength=MINUTES)
    end = np.cumsum(size)
    place = np.arange(len(minute)) - (end - size)[minute] + 1
    count = size[minute]
    # A tenth of the day's typical minute a tick: 60 of them wander about as far as the minutes themselves.
    step = int(np.abs(np.diff(path)).sum()) // MINUTES // 8
    wander = np.cumsum(scaled(bell(key, len(minute)), step))
    bounds = np.concatenate([[0], wander[end - 1]])
    detour = (wander - bounds[minute]) - (bounds[minute + 1] - bounds[minute]) * place // count
    moves: Whole = path[minute] + (path[minute + 1] - path[minute]) * place // count + detour
    return moves


def _quantities(key: int, instrument: Instrument, minute: Whole) -> Quantities:
    """Traded quantities: whole shares, or hundred-thousandths of a coin, U-shaped through the day; 0 for an index."""
    if not instrument.tradable:
        return np.zeros(len(minute))
    lots = 1 + below(key, len(minute), 200) * below(key + 1, len(minute), 40) * liveliness_pct()[minute] // 1_000
    return lots / (1.0 if instrument.quantity_digits == 0 else 100_000.0)


def _with_dirt(key: int, at: Instants, price: Units, quantity: Quantities, tick: int) -> DemoTicks:
    """The ticks with one in 1,500 followed by a false one: a late one, a repeat, or a price nobody traded at."""
    dirty = np.flatnonzero(below(key, len(at), _DIRT_EVERY) == 0)
    dirty = dirty[dirty >= _CLEAN_FIRST]
    kind = below(key + 1, len(dirty), 3)
    size_pct = 130 + below(key + 2, len(dirty), 60)
    false_at = at[dirty] + np.choose(kind, [-2 * SECOND - 7, 0, 100 * MILLISECOND])
    false_price = np.where(kind == 2, price[dirty] * size_pct // 100 // tick * tick, price[dirty])
    false_quantity = np.where(kind == 1, 0.0, quantity[dirty])
    return DemoTicks(
        at=np.insert(at, dirty + 1, false_at),
        price=np.insert(price, dirty + 1, false_price),
        quantity=np.insert(quantity, dirty + 1, false_quantity),
        clean=np.insert(np.ones(len(at), dtype=np.bool_), dirty + 1, False),
    )
