"""Accumulate: buy by the calendar, and more when the price has dropped. Never sells by itself.

    by schedule  every every_days days, at the first close at_minutes after the open of the first session of each
                 period; periods are counted from Monday 1970-01-05 by the UTC date of the session's open
    by drop      level = floor(drop / drop_pct), drop = % below the highest high of drop_bars bars: a BUY at each level
                 deeper than any since the level was last 0
    score = 60 x drop / drop_pct, at most 100; at least 60 where the schedule buys

Both depend on bars alone. A schedule whose moment was not watched is not made up for, so that no restart buys twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import DAY_S, check_bounds, cooldown, number

CLOSE: IndicatorKey = ("close",)
SESSION: IndicatorKey = ("session_minutes",)
FIRST_MONDAY = 4  # 1970-01-05, in days since the epoch


@dataclass(frozen=True, slots=True)
class Parameters:
    """0 turns a rule off; one of the two must be on."""

    every_days: int = number(7, 0, 366, "days", means="how long a period is; 1 buys each session, 0 never")
    at_minutes: int = number(60, 1, 1_440, "minutes", means="how long after the session's open the schedule buys")
    drop_pct: float = number(2.0, 0, 50, "percent", means="how far each further drop is; 0 ignores drops")
    drop_bars: int = number(240, 2, 500, "bars", means="how far back the high is looked for")
    cooldown_s: int = cooldown(0)

    def __post_init__(self) -> None:
        check_bounds(self)
        if not self.every_days and not self.drop_pct:
            raise InvalidValue("parameters.every_days", "must be above 0 where drop_pct is 0, or it never buys")


PRESETS = {
    "conservative": Parameters(every_days=7, drop_pct=0.0),
    "balanced": Parameters(),
    "aggressive": Parameters(every_days=1, drop_pct=1.0),
}


class Accumulate:
    """The schedule and the drop on one symbol."""

    __slots__ = ("_deepest", "_due", "_high", "_parameters", "_period", "_watched_at", "needs")

    confirm_us = 0
    allow_short = False

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._high: IndicatorKey = ("donchian_upper", parameters.drop_bars)
        self.needs = (CLOSE, SESSION, self._high)
        self._watched_at: Instant | None = None  # up to when bars were seen
        self._period: int | None = None
        self._due = False  # this period's purchase is still to come
        self._deepest: int | None = None  # the deepest level since it was last 0

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Look at the calendar and at the drop."""
        scheduled = self._scheduled(bar, values[SESSION])
        drop = self._drop(values[CLOSE], values[self._high])
        deeper = self._deeper(drop)
        self._watched_at = bar.close_at
        if drop is None and not scheduled:
            return Verdict("warming")
        step = self._parameters.drop_pct
        score = min(60.0 * (drop or 0.0) / step, 100.0) if step else 0.0
        score = round(max(score, 60.0) if scheduled else score, 6)
        signal = SignalType.BUY if scheduled or deeper else None
        inputs = {"drop_pct": drop or 0.0, "scheduled": float(scheduled)}
        return Verdict("signal" if signal else "quiet", score, signal, inputs=inputs)

    def _scheduled(self, bar: Bar, minutes: float | None) -> bool:
        every = self._parameters.every_days
        if minutes is None or not every:
            return False
        opened_at = bar.close_at - round(minutes * MINUTE)
        due_at = opened_at + self._parameters.at_minutes * MINUTE
        watched_at = bar.open_at if self._watched_at is None else self._watched_at
        day = opened_at // (DAY_S * SECOND) - FIRST_MONDAY
        if day // every != self._period:
            begins = day % every == 0 and watched_at < due_at
            self._due = begins or self._period is not None
            self._period = day // every
        if not self._due or not watched_at < due_at <= bar.close_at:
            return False
        self._due = False
        return True

    def _drop(self, close: float | None, high: float | None) -> float | None:
        """Percent below the high; None before there is one that matters."""
        if not self._parameters.drop_pct:
            return 0.0
        return None if close is None or not high else 100.0 * (1.0 - close / high)

    def _deeper(self, drop: float | None) -> bool:
        if drop is None or not self._parameters.drop_pct:
            return False
        level = int(drop / self._parameters.drop_pct)
        deepest = level if self._deepest is None or level == 0 else max(self._deepest, level)
        before, self._deepest = self._deepest, deepest
        return before is not None and level > before

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Which of the two rules buys, and how far the price has dropped."""
        if verdict.score is None:
            return ("Too few bars yet for the high that drops are measured from",)
        given, sentences = self._parameters, []
        if verdict.inputs["scheduled"]:
            period = "session" if given.every_days == 1 else f"{given.every_days} days"
            sentences.append(f"Due once every {period}, {given.at_minutes} minutes after the open")
        if given.drop_pct:
            dropped = f"{verdict.inputs['drop_pct']:.2f} % below the high of {given.drop_bars} bars"
            sentences.append(f"{dropped}, one purchase each {given.drop_pct:g} %")
        return tuple(sentences) or ("Nothing is due",)
