"""Stops and targets: their prices, and the two prices a symbol's ticks are compared with.

Asked by settle.py and engine.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from engine.core.tape import UNBOUNDED
from engine.domain.account import Exits
from engine.domain.instrument import Instrument
from engine.domain.order import ExitReason


def exit_prices(
    exits: Exits, entry_price: Decimal, sign: int, instrument: Instrument
) -> tuple[Decimal | None, Decimal | None]:
    """Stop and target at their distances from the average entry, rounded to the tick away from early triggering."""
    below, above = ROUND_FLOOR, ROUND_CEILING
    stop = target = None
    if exits.stop_pct is not None:
        exact = entry_price * (1 - sign * exits.stop_pct / 100)
        stop = _to_tick(exact, instrument.tick_size, below if sign > 0 else above)
    if exits.target_pct is not None:
        exact = entry_price * (1 + sign * exits.target_pct / 100)
        target = _to_tick(exact, instrument.tick_size, above if sign > 0 else below)
    return stop, target


def _to_tick(price: Decimal, tick: Decimal, rounding: str) -> Decimal:
    return (price / tick).to_integral_value(rounding) * tick


@dataclass(frozen=True, slots=True)
class Levels:
    """A position's exit prices in units; UNBOUNDED or 0 where there is none."""

    sign: int
    stop: int | None
    target: int | None

    def crossed(self, low: int, high: int) -> ExitReason | None:
        """Which exit a price range touches; the stop first, since within a bar the worse is assumed."""
        if self.stop is not None and (low <= self.stop if self.sign > 0 else high >= self.stop):
            return ExitReason.STOP
        if self.target is not None and (high >= self.target if self.sign > 0 else low <= self.target):
            return ExitReason.TARGET
        return None


def levels(sign: int, stop: Decimal | None, target: Decimal | None, instrument: Instrument) -> Levels:
    """The exit prices of a position, in units."""
    return Levels(
        sign,
        None if stop is None else instrument.units_of(stop),
        None if target is None else instrument.units_of(target),
    )


def nearest(all_levels: Iterable[Levels]) -> tuple[int, int]:
    """The open interval of prices, in units, in which no exit is touched."""
    low, high = 0, UNBOUNDED
    for level in all_levels:
        below, above = (level.stop, level.target) if level.sign > 0 else (level.target, level.stop)
        if below is not None:
            low = max(low, below)
        if above is not None:
            high = min(high, above)
    return low, high
