"""Opening-range breakout: the session's first minutes set a range, and a close beyond it sets the day's direction.

The range is the highest high and lowest low of the bars that begin within range_minutes of the session's open. After
it, the first close above high x (1 + buffer) is a BUY, the first below low x (1 - buffer) a SELL, each once a session.
Beyond until_minutes only the other side of the session's earlier signal is given, and only to end what is held.

    place = (close - middle) / (edge - middle), the edge with its buffer on the close's side
    score = 60 x place up to the edge, from there to 100 at twice the way
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import check_bounds, cooldown, flag, number

SESSION: IndicatorKey = ("session_minutes",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Minutes count from the session's open."""

    range_minutes: int = number(15, 1, 240, "minutes", means="how long the opening range takes")
    until_minutes: int = number(240, 2, 1_440, "minutes", means="no fresh breakout is followed after so long")
    buffer_bps: float = number(0.0, 0, 500, "basis points", means="how far beyond the range a close must be")
    cooldown_s: int = cooldown(900)
    allow_short: bool = flag(False, "whether SELL may open a position")

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.until_minutes <= self.range_minutes:
            raise InvalidValue(
                "parameters.until_minutes",
                f"must be more than range_minutes ({self.range_minutes}), is {self.until_minutes}",
            )


PRESETS = {
    "conservative": Parameters(range_minutes=30, until_minutes=180, buffer_bps=10.0),
    "balanced": Parameters(),
    "aggressive": Parameters(range_minutes=5, until_minutes=300, cooldown_s=300),
}


class OpeningRange:
    """Today's range on one symbol, and what was said of it."""

    __slots__ = ("_given", "_high", "_low", "_opened_at", "_parameters", "_whole")

    needs = (SESSION,)
    confirm_us = 0

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._opened_at: Instant | None = None
        self._begin(None, whole=False)

    def _begin(self, opened_at: Instant | None, *, whole: bool) -> None:
        self._opened_at = opened_at
        self._whole = whole
        self._high = self._low = 0
        self._given: list[SignalType] = []

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._parameters.allow_short

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Widen the range, or judge the close by it."""
        minutes = values[SESSION]
        if minutes is None:
            return Verdict("warming")
        opened_at = bar.close_at - round(minutes * MINUTE)
        if opened_at != self._opened_at:
            # a range whose beginning nobody saw is no range: it counts only if an earlier session was seen
            self._begin(opened_at, whole=self._opened_at is not None or bar.open_at == opened_at)
        ends_at = opened_at + self._parameters.range_minutes * MINUTE
        if bar.open_at < ends_at:
            self._high = max(self._high, bar.high)
            self._low = min(self._low or bar.low, bar.low)
        if bar.close_at < ends_at or not self._whole or not self._high:
            return Verdict("warming")
        return self._judge(bar, late=bar.close_at > opened_at + self._parameters.until_minutes * MINUTE)

    def _judge(self, bar: Bar, *, late: bool) -> Verdict:
        buffer = self._parameters.buffer_bps / 10_000
        upper, lower = self._high * (1.0 + buffer), self._low * (1.0 - buffer)
        middle = (self._high + self._low) / 2.0
        away = bar.close - middle
        reach = upper - middle if away > 0 else middle - lower
        place = away / reach if reach else copysign(2.0, away) if away else 0.0
        size = abs(place)
        score = round(copysign(60.0 * size if size <= 1.0 else min(60.0 + 40.0 * (size - 1.0), 100.0), place), 6)
        inputs = {"place": place, "width_pct": 100.0 * (self._high - self._low) / middle}
        side = SignalType.BUY if bar.close > upper else SignalType.SELL if bar.close < lower else None
        if side is None or side in self._given or (late and not self._given):
            return Verdict("quiet", score, inputs=inputs)
        self._given.append(side)
        return Verdict("signal", score, side, inputs=inputs, closes_only=late)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """The range's width, and where the close is in it or beyond."""
        if verdict.score is None:
            return ("No opening range yet, or its beginning was not seen",)
        inputs = verdict.inputs
        edge = "upper" if inputs["place"] > 0 else "lower"
        return (
            f"Opening range of {self._parameters.range_minutes} minutes, {inputs['width_pct']:.2f} % wide",
            f"Close {abs(inputs['place']):.2f} times the way from its middle to its {edge} edge",
        )
