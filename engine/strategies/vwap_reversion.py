"""Mean reversion to the session's VWAP: buy what fell far below it and begins to turn, sell it back at VWAP. Long only.

distance = (close - VWAP) / D, D the volume-weighted standard deviation of the session's typical prices
BUY   at distance <= -enter_at, at a close above the one before, ADX at most adx_max, from from_minutes to
      until_minutes after the open; once until the distance has come back to -exit_at
SELL  after a BUY, at distance >= -exit_at, or at distance <= -give_up_at
score = -60 x distance / enter_at, at most 100 in size
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
from engine.strategies.parameters import check_bounds, cooldown, number

CLOSE: IndicatorKey = ("close",)
VWAP: IndicatorKey = ("vwap",)
DEVIATION: IndicatorKey = ("vwap_deviation",)
SESSION: IndicatorKey = ("session_minutes",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Distances are in deviations below VWAP, minutes count from the session's open."""

    enter_at: float = number(2.0, 0.5, 6, "deviations", means="how far below VWAP a close must be to buy")
    exit_at: float = number(0.0, 0, 5, "deviations", means="how far below VWAP it is sold again; 0 is at VWAP")
    give_up_at: float = number(4.0, 1, 12, "deviations", means="how far below VWAP it is sold at a loss")
    adx_period: int = number(14, 2, 100, "bars", means="of ADX")
    adx_max: float = number(40.0, 0, 100, means="no entry while ADX is above; 100 allows all")
    from_minutes: int = number(30, 1, 1_440, "minutes", means="no entry before")
    until_minutes: int = number(300, 1, 1_440, "minutes", means="no entry after")
    cooldown_s: int = cooldown(900)

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
    """The way below VWAP on one symbol, and what was said of it."""

    __slots__ = ("_adx", "_before", "_bought", "_opened_at", "_parameters", "_spent", "needs")

    confirm_us = 0
    allow_short = False

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._adx: IndicatorKey = ("adx", parameters.adx_period)
        self.needs = (CLOSE, VWAP, DEVIATION, SESSION, self._adx)
        self._opened_at: Instant | None = None
        self._before: int | None = None  # the close before
        self._bought = False
        self._spent = False  # bought, or given up, and not back since

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Measure the distance and act on it."""
        before, self._before = self._before, bar.close
        minutes, adx = values[SESSION], values[self._adx]
        if minutes is not None and (opened_at := bar.close_at - round(minutes * MINUTE)) != self._opened_at:
            self._opened_at = opened_at
            self._bought = self._spent = False
        close, vwap, deviation = values[CLOSE], values[VWAP], values[DEVIATION]
        if minutes is None or adx is None or close is None or vwap is None or not deviation:
            return Verdict("warming")
        given = self._parameters
        distance = (close - vwap) / deviation
        score = round(max(-100.0, min(100.0, -60.0 * distance / given.enter_at)), 6)
        signal = None
        if distance >= -given.exit_at:
            signal = SignalType.SELL if self._bought else None
            self._bought = self._spent = False
        elif distance <= -given.give_up_at:
            signal = SignalType.SELL if self._bought else None
            self._bought = False
            self._spent = True  # what fell so far is left alone until it has come back
        elif distance <= -given.enter_at and not self._spent and adx <= given.adx_max:
            turns = before is not None and bar.close > before
            if turns and given.from_minutes <= minutes <= given.until_minutes:
                signal = SignalType.BUY
                self._bought = self._spent = True
        inputs = {"distance": distance, "adx": adx}
        return Verdict("signal" if signal else "quiet", score, signal, inputs=inputs)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """How far from VWAP the close is, and what that means."""
        if verdict.score is None:
            return ("No VWAP of this session yet, or too few bars for ADX",)
        given, inputs = self._parameters, verdict.inputs
        distance = inputs["distance"]
        where = f"Close {abs(distance):.2f} deviations {'below' if distance < 0 else 'above'} the session's VWAP"
        if verdict.signal is SignalType.SELL:
            gave_up = distance <= -given.give_up_at
            why = f"gives up at {given.give_up_at:g} below" if gave_up else f"sells at {given.exit_at:g} below"
            return (where, f"Bought before, it {why}")
        return (where, f"Entries need {given.enter_at:g} below", f"ADX {inputs['adx']:.1f}, at most {given.adx_max:g}")
