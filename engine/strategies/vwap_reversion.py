"""Mean reversion to the session's VWAP: buy what fell far below it and begins to turn, sell it back at VWAP.

distance = (close - VWAP) / D, D the volume-weighted standard deviation of the session's typical prices
BUY   at distance <= -enter_at, at a close above the one before, ADX at most adx_max, from from_minutes to
      until_minutes after the open; once until the distance has come back to -exit_at
SELL  after a BUY, at distance >= -exit_at, or at distance <= -give_up_at; it only ends what is held
score = -60 x distance / enter_at, at most 100 in size

Long only unless allow_short, which mirrors it all: a short of what rose far above VWAP, bought back there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import check_bounds, cooldown, flag, number

CLOSE: IndicatorKey = ("close",)
VWAP: IndicatorKey = ("vwap",)
DEVIATION: IndicatorKey = ("vwap_deviation",)
SESSION: IndicatorKey = ("session_minutes",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Distances are in deviations below VWAP, for a short above it; minutes count from the session's open."""

    enter_at: float = number(2.0, 0.5, 6, "deviations", means="how far below VWAP a close must be to buy")
    exit_at: float = number(0.0, 0, 5, "deviations", means="how far below VWAP it is sold again; 0 is at VWAP")
    give_up_at: float = number(4.0, 1, 12, "deviations", means="how far below VWAP it is sold at a loss")
    adx_period: int = number(14, 2, 100, "bars", means="of ADX")
    adx_max: float = number(40.0, 0, 100, means="no entry while ADX is above; 100 allows all")
    from_minutes: int = number(30, 1, 1_440, "minutes", means="no entry before")
    until_minutes: int = number(300, 1, 1_440, "minutes", means="no entry after")
    cooldown_s: int = cooldown(900)
    allow_short: bool = flag(False, "whether what rose far above VWAP is sold short")

    def __post_init__(self) -> None:
        check_bounds(self)
        for name, wrong, words in (
            ("exit_at", self.exit_at >= self.enter_at, f"less than enter_at ({self.enter_at:g})"),
            ("give_up_at", self.give_up_at <= self.enter_at, f"more than enter_at ({self.enter_at:g})"),
            ("until_minutes", self.until_minutes < self.from_minutes, f"at least from_minutes ({self.from_minutes})"),
        ):
            if wrong:
                raise InvalidValue(f"parameters.{name}", f"must be {words}, is {getattr(self, name):g}")


PRESETS = {
    "conservative": Parameters(enter_at=2.5, exit_at=0.5, give_up_at=3.5, adx_max=25.0, from_minutes=60),
    "balanced": Parameters(),
    "aggressive": Parameters(enter_at=1.5, give_up_at=4.5, adx_max=60.0, from_minutes=15, cooldown_s=300),
}


class VwapReversion:
    """How far one symbol is from VWAP, and what was said of it."""

    __slots__ = ("_adx", "_before", "_entered", "_opened_at", "_parameters", "_spent", "needs")

    confirm_us = 0

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._adx: IndicatorKey = ("adx", parameters.adx_period)
        self.needs = (CLOSE, VWAP, DEVIATION, SESSION, self._adx)
        self._opened_at: Instant | None = None
        self._before: int | None = None  # the close before
        self._spent = 0  # the side entered, or given up, and not back since: 1 below VWAP (long), -1 above it
        self._entered = False  # that side was entered, and not left since

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._parameters.allow_short

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Measure the distance and act on it."""
        before, self._before = self._before, bar.close
        minutes, adx = values[SESSION], values[self._adx]
        if minutes is not None and (opened_at := bar.close_at - round(minutes * MINUTE)) != self._opened_at:
            self._opened_at = opened_at
            self._spent, self._entered = 0, False
        close, vwap, deviation = values[CLOSE], values[VWAP], values[DEVIATION]
        if minutes is None or adx is None or close is None or vwap is None or not deviation:
            return Verdict("warming")
        given = self._parameters
        distance = (close - vwap) / deviation
        score = round(max(-100.0, min(100.0, -60.0 * distance / given.enter_at)), 6)
        inputs = {"distance": distance, "adx": adx}
        left = self._leave(distance)
        if left is not None:
            return Verdict("signal", score, left, inputs=inputs, closes_only=True)
        turns = before is not None and (bar.close - before) * distance < 0
        timely = given.from_minutes <= minutes <= given.until_minutes
        entered = self._enter(distance) if turns and timely and adx <= given.adx_max else None
        return Verdict("signal" if entered else "quiet", score, entered, inputs=inputs)

    def _leave(self, distance: float) -> SignalType | None:
        """Whether what was entered is back at VWAP, or too far away; what is too far is left alone until it is back."""
        given = self._parameters
        side = self._spent or self._side(distance)
        away = -distance * side
        back = away <= given.exit_at
        if side == 0 or not (back or away >= given.give_up_at):
            return None
        leaves, self._entered = self._entered, False
        self._spent = 0 if back else side
        if not leaves:
            return None
        return SignalType.SELL if side > 0 else SignalType.BUY

    def _enter(self, distance: float) -> SignalType | None:
        side = self._side(distance)
        if self._spent or side == 0 or abs(distance) < self._parameters.enter_at:
            return None
        self._spent, self._entered = side, True
        return SignalType.BUY if side > 0 else SignalType.SELL

    def _side(self, distance: float) -> int:
        """Which side could be entered there: 1 below VWAP, -1 above it where shorts are allowed, else 0."""
        return 1 if distance < 0 else -1 if distance > 0 and self._parameters.allow_short else 0

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """How far from VWAP the close is, and what that means."""
        if verdict.score is None:
            return ("No VWAP of this session yet, or too few bars for ADX",)
        given, inputs = self._parameters, verdict.inputs
        distance = inputs["distance"]
        where = f"Close {abs(distance):.2f} deviations {'below' if distance < 0 else 'above'} the session's VWAP"
        if verdict.closes_only and verdict.signal is not None:
            long = verdict.signal is SignalType.SELL
            did, does, side = ("Bought", "sells", "below") if long else ("Sold", "buys back", "above")
            gave_up = (-distance if long else distance) >= given.give_up_at
            why = f"gives up at {given.give_up_at:g}" if gave_up else f"{does} at {given.exit_at:g}"
            return (where, f"{did} before, it {why} {side}")
        beyond = "below or above" if given.allow_short else "below"
        needed = f"Entries need {given.enter_at:g} {beyond}"
        return (where, needed, f"ADX {inputs['adx']:.1f}, at most {given.adx_max:g}")
