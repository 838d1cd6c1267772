"""Stops and targets: their prices, how a stop follows the price, and the prices a symbol's ticks are compared with.

Asked by settle.py, decide.py and leaving.py. Below, "beyond" is in favour of the position: above for a long one.

A position's stop is the tightest of three: `stop_pct` from the average entry; `trail_pct` from its best price since the
entry; and, once the price was `break_even_at_pct` beyond the average entry, that entry and `break_even_plus_bps`.

The best price moves in whole steps, so that ticks within a step change nothing and need no second look: a step is a
tenth of the trail's distance at the best price so far, down to a whole tick, and at least one. How far it has come
depends on the furthest price alone, not on the way there: ticks and their bars give the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from engine.core.position import Position
from engine.core.tape import UNBOUNDED
from engine.domain.exits import Exits
from engine.domain.instrument import Instrument
from engine.domain.order import ExitReason

STEPS_A_TRAIL = 10
STOPS = (ExitReason.STOP, ExitReason.TRAILING, ExitReason.BREAK_EVEN)


def exit_prices(
    exits: Exits, entry_price: Decimal, sign: int, instrument: Instrument
) -> tuple[Decimal | None, Decimal | None]:
    """Stop and target that an entry at a price begins with, rounded to the tick away from early triggering."""
    return first_stop(exits, entry_price, sign, instrument), _target(exits, entry_price, sign, instrument)


def first_stop(exits: Exits, entry_price: Decimal, sign: int, instrument: Instrument) -> Decimal | None:
    """The stop that an entry at a price begins with."""
    nearest_pct = exits.stop_pct
    if exits.trail_pct is not None and (nearest_pct is None or exits.trail_pct < nearest_pct):
        nearest_pct = exits.trail_pct
    return None if nearest_pct is None else _stop_at(entry_price, nearest_pct, sign, instrument)


def _target(exits: Exits, entry_price: Decimal, sign: int, instrument: Instrument) -> Decimal | None:
    if exits.target_pct is None:
        return None
    exact = entry_price * (1 + sign * exits.target_pct / 100)
    return _to_tick(exact, instrument, beyond=True, sign=sign)


def place(exits: Exits, position: Position) -> None:
    """Set a position's stop, with what moved it there, and its target, as its exits and its best price are now."""
    sign, instrument, entry = position.sign, position.instrument, position.entry_price
    if exits.trail_pct is None:
        position.best_price = None
    elif position.best_price is None:
        position.best_price = instrument.price_of(instrument.units_of(entry))
    if exits.break_even_at_pct is None:
        position.break_even_price = None
    stops: list[tuple[Decimal, ExitReason]] = []
    if exits.stop_pct is not None:
        stops.append((_stop_at(entry, exits.stop_pct, sign, instrument), ExitReason.STOP))
    if exits.trail_pct is not None and position.best_price is not None:
        stops.append((_stop_at(position.best_price, exits.trail_pct, sign, instrument), ExitReason.TRAILING))
    if position.break_even_price is not None:
        stops.append((position.break_even_price, ExitReason.BREAK_EVEN))
    tightest = max(stops, key=lambda stop: stop[0] * sign, default=(None, ExitReason.STOP))
    position.stop_price, position.stop_reason = tightest
    position.target_price = _target(exits, entry, sign, instrument)


def ratchet(exits: Exits, position: Position, units: int) -> bool:
    """Let the stops follow a price (units) that was reached; whether anything moved. The stop itself is `place`'s."""
    moved, sign, instrument = False, position.sign, position.instrument
    if exits.trail_pct is not None and position.best_price is not None:
        best = instrument.units_of(position.best_price)
        step = _step(best, exits.trail_pct, instrument)
        while (units - best) * sign >= step and best + step * sign > 0:
            best, moved = best + step * sign, True
            step = _step(best, exits.trail_pct, instrument)
        position.best_price = instrument.price_of(best)
    trigger = _break_even_trigger(exits, position)
    if trigger is not None and (units - trigger) * sign >= 0:
        position.break_even_price, moved = _break_even(exits, position), True
    return moved


@dataclass(frozen=True, slots=True)
class Levels:
    """A position's exit prices in units, None where there is none. At `beyond` a stop moves."""

    sign: int
    stop: int | None
    target: int | None
    reason: ExitReason = ExitReason.STOP
    beyond: int | None = None

    def crossed(self, low: int, high: int) -> ExitReason | None:
        """Which exit a price range touches; the stop first, since within a bar the worse is assumed."""
        if self.stop is not None and (low <= self.stop if self.sign > 0 else high >= self.stop):
            return self.reason
        if self.target is not None and (high >= self.target if self.sign > 0 else low <= self.target):
            return ExitReason.TARGET
        return None


def levels(position: Position, exits: Exits | None) -> Levels:
    """The exit prices of a position, in units; `exits` are its bot's, if there is one."""
    instrument, stop, target = position.instrument, position.stop_price, position.target_price
    return Levels(
        position.sign,
        None if stop is None else instrument.units_of(stop),
        None if target is None else instrument.units_of(target),
        position.stop_reason,
        None if exits is None else _beyond(exits, position),
    )


def nearest(all_levels: Iterable[Levels]) -> tuple[int, int]:
    """The open interval of prices, in units, in which no exit is touched and no stop moves."""
    low, high = 0, UNBOUNDED
    for level in all_levels:
        for price, ahead in ((level.stop, False), (level.target, True), (level.beyond, True)):
            if price is None:
                continue
            if ahead is (level.sign > 0):
                high = min(high, price)
            else:
                low = max(low, price)
    return low, high


def _beyond(exits: Exits, position: Position) -> int | None:
    """The nearest price, in units, at which a stop of this position moves."""
    instrument, sign = position.instrument, position.sign
    found = []
    if exits.trail_pct is not None and position.best_price is not None:
        best = instrument.units_of(position.best_price)
        found.append(best + _step(best, exits.trail_pct, instrument) * sign)
    trigger = _break_even_trigger(exits, position)
    if trigger is not None:
        found.append(trigger)
    return min(found, key=lambda units: units * sign, default=None)


def _step(best: int, trail_pct: Decimal, instrument: Instrument) -> int:
    tick = max(instrument.units_of(instrument.tick_size), 1)
    return max(int(best * trail_pct / (100 * STEPS_A_TRAIL)) // tick * tick, tick)


def _break_even(exits: Exits, position: Position) -> Decimal:
    exact = position.entry_price * (1 + position.sign * exits.break_even_plus_bps / 10_000)
    return _to_tick(exact, position.instrument, beyond=True, sign=position.sign)


def _break_even_trigger(exits: Exits, position: Position) -> int | None:
    """Where the break-even stop is moved: `break_even_at_pct` beyond, and beyond that stop in any case."""
    if exits.break_even_at_pct is None or position.break_even_price is not None:
        return None
    sign, instrument = position.sign, position.instrument
    exact = position.entry_price * (1 + sign * exits.break_even_at_pct / 100)
    least = _break_even(exits, position) + sign * instrument.tick_size
    reached = _to_tick(exact, instrument, beyond=True, sign=sign)
    return instrument.units_of(max(reached, least, key=lambda price: price * sign))


def _stop_at(price: Decimal, distance_pct: Decimal, sign: int, instrument: Instrument) -> Decimal:
    return _to_tick(price * (1 - sign * distance_pct / 100), instrument, beyond=False, sign=sign)


def _to_tick(price: Decimal, instrument: Instrument, *, beyond: bool, sign: int) -> Decimal:
    rounding = ROUND_CEILING if beyond is (sign > 0) else ROUND_FLOOR
    return (price / instrument.tick_size).to_integral_value(rounding) * instrument.tick_size
