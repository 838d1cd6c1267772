"""Trend following: Supertrend says which way, ADX whether there is a trend at all. Long only unless allow_short.

BUY   at the first close at which Supertrend is below the price and ADX >= adx_min, once a turn (and, with
      each_session, once a session, from_minutes after its open)
SELL  at the close at which Supertrend turns down, whatever ADX says; it only ends what is held
score = side x 60 x ADX / adx_min, at most 100 in size

With allow_short both are mirrored too: a turn's own close only ends what is held, and an entry, long or short, comes at
a later close of the turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import check_bounds, cooldown, flag, number

SESSION: IndicatorKey = ("session_minutes",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Periods are in bars of the bot's timeframe."""

    period: int = number(10, 2, 100, "bars", means="of Supertrend's average true range")
    multiplier: float = number(3.0, 0.5, 10, means="how many average true ranges Supertrend keeps away")
    adx_period: int = number(14, 2, 100, "bars", means="of ADX")
    adx_min: float = number(25.0, 0, 100, means="no entry while ADX is below")
    each_session: bool = flag(True, "enter a trend that goes on anew each session, as venues that flatten need it")
    from_minutes: int = number(5, 0, 1_440, "minutes", means="with each_session, no entry so soon after the open")
    cooldown_s: int = cooldown(900)
    allow_short: bool = flag(False, "whether a trend down is entered too")

    def __post_init__(self) -> None:
        check_bounds(self)


PRESETS = {
    "conservative": Parameters(period=14, multiplier=4.0, adx_min=30.0, cooldown_s=1_800),
    "balanced": Parameters(),
    "aggressive": Parameters(period=7, multiplier=2.0, adx_min=20.0, cooldown_s=300),
}


class Trend:
    """The trend on one symbol, and whether it was entered."""

    __slots__ = ("_adx", "_given", "_opened_at", "_parameters", "_side", "_turn", "needs")

    confirm_us = 0

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._turn: IndicatorKey = ("supertrend_side", parameters.period, parameters.multiplier)
        self._adx: IndicatorKey = ("adx", parameters.adx_period)
        self.needs = (self._turn, self._adx, SESSION)
        self._side = 0.0
        self._given = False
        self._opened_at: Instant | None = None

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._parameters.allow_short

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Follow the turns of Supertrend."""
        side, adx, minutes = values[self._turn], values[self._adx], values[SESSION]
        if side is None or adx is None:
            return Verdict("warming")
        early = self._session(bar, minutes)
        least = self._parameters.adx_min
        inputs = {"side": side, "adx": adx}
        score = round(side * min(60.0 * adx / least if least else 100.0, 100.0), 6)
        before, self._side = self._side, side
        if side != before:
            self._given = False
        way = SignalType.BUY if side > 0 else SignalType.SELL
        both = self._parameters.allow_short
        if before * side < 0 and (both or side < 0):
            return Verdict("signal", score, way, inputs=inputs, closes_only=True)
        if (both or side > 0) and adx >= least and not early and not self._given:
            self._given = True
            return Verdict("signal", score, way, inputs=inputs)
        return Verdict("quiet", score, inputs=inputs)

    def _session(self, bar: Bar, minutes: float | None) -> bool:
        """Take note of a new session; whether it is too early in this one for an entry."""
        if not self._parameters.each_session or minutes is None:
            return False
        opened_at = bar.close_at - round(minutes * MINUTE)
        if opened_at != self._opened_at:
            self._opened_at, self._given = opened_at, False
        return minutes < self._parameters.from_minutes

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Where Supertrend is, and how strong the trend."""
        if verdict.score is None:
            return ("Too few bars yet for Supertrend and ADX",)
        given, inputs = self._parameters, verdict.inputs
        where = "below the price: up" if inputs["side"] > 0 else "above the price: down"
        return (
            f"Supertrend {given.period} x {given.multiplier:g} is {where}",
            f"ADX {given.adx_period} is {inputs['adx']:.1f}, entries need {given.adx_min:g}",
        )
