"""How a bot leaves a position by itself: what a person sets. In a bot's spec; core/exits.py makes prices of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.domain.errors import InvalidValue

TIME_EXIT_MAX_S = 30 * 86_400
TRAIL_MIN_PCT = Decimal("0.01")  # a step of it, a tenth, is a thousandth of a percent: finer is not a trail
PLUS_MAX_BPS = Decimal(1_000)


@dataclass(frozen=True, slots=True)
class Exits:
    """Distances in percent, None where there is none. docs/RISK.md, Exits, has the rules.

    stop_pct              the stop below the average entry price (long; above for a short)
    target_pct            the target beyond it
    trail_pct             a stop that follows the best price since the entry at this distance, and never goes back
    break_even_at_pct     so far in favour, the stop moves to the average entry price, once
    break_even_plus_bps   and by so much beyond it, basis points of it, for the charges
    time_exit_s           seconds of market time after the first entry's fill; looked at as minutes end
    """

    stop_pct: Decimal | None = None
    target_pct: Decimal | None = None
    trail_pct: Decimal | None = field(default=None, repr=False)  # out of repr: see BotList.digest
    break_even_at_pct: Decimal | None = field(default=None, repr=False)
    break_even_plus_bps: Decimal = field(default=Decimal(0), repr=False)
    time_exit_s: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("stop_pct", "target_pct", "trail_pct", "break_even_at_pct"):
            value: Decimal | None = getattr(self, name)
            if value is not None and (not value.is_finite() or not Decimal(0) < value < Decimal(100)):
                raise InvalidValue(f"exits.{name}", f"must be above 0 and below 100, is {value}")
        if self.trail_pct is not None and self.trail_pct < TRAIL_MIN_PCT:
            raise InvalidValue("exits.trail_pct", f"must be at least {TRAIL_MIN_PCT}, is {self.trail_pct}")
        plus, at = self.break_even_plus_bps, self.break_even_at_pct
        if not plus.is_finite() or not 0 <= plus <= PLUS_MAX_BPS:
            raise InvalidValue("exits.break_even_plus_bps", f"must be 0 to {PLUS_MAX_BPS}, is {plus}")
        if plus and at is None:
            raise InvalidValue("exits.break_even_plus_bps", "needs break_even_at_pct")
        if at is not None and plus >= at * 100:
            raise InvalidValue("exits.break_even_plus_bps", f"must be less than break_even_at_pct ({at} %), is {plus}")
        if self.time_exit_s is not None and not 1 <= self.time_exit_s <= TIME_EXIT_MAX_S:
            raise InvalidValue("exits.time_exit_s", f"must be 1 to {TIME_EXIT_MAX_S}, is {self.time_exit_s}")

    @property
    def later(self) -> tuple[object, ...]:
        """What is set of the fields that came after the first bot files; empty where nothing is."""
        return tuple(
            (name, value)
            for name in ("trail_pct", "break_even_at_pct", "break_even_plus_bps", "time_exit_s")
            if (value := getattr(self, name))
        )
