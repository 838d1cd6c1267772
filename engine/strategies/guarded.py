"""A strategy from outside the project, its every answer looked at before the core acts on it. Made by research's
strategy_files; feeds the core, which trusts what it gets from here as it trusts the strategies of this room.

What it says of itself (needs, cooldown_s, confirm_us, allow_short) is read once, when it is made. A verdict that makes
no sense raises InvalidValue, and what the core does of a strategy that raises, it does of this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from engine.core.indicators import IndicatorKey, IndicatorSet
from engine.core.strategy import Strategy, UniverseStrategy, Verdict
from engine.domain.errors import InvalidValue, InvariantBroken
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType

CODES = ("warming", "quiet", "candidate", "ended", "signal")
DAY_S = 86_400

Values = Mapping[IndicatorKey, float | None]


class _Terms:
    """What a strategy says of itself."""

    __slots__ = ("_own", "allow_short", "confirm_us", "cooldown_s", "needs")

    def __init__(self, own: Any) -> None:
        self._own = own
        self.needs = _needs(own)
        self.cooldown_s = _whole(own, "cooldown_s", DAY_S)
        self.confirm_us = _whole(own, "confirm_us", DAY_S * 1_000_000)
        short = _attribute(own, "allow_short")
        if not isinstance(short, bool):
            raise InvalidValue("allow_short", f"must be True or False, is {short!r}")
        self.allow_short = short

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Its own words."""
        try:
            words: tuple[str, ...] = self._own.explain(verdict)
        except SystemExit as error:
            raise InvalidValue("explain", "it raised SystemExit") from error
        return words


class Guarded(_Terms):
    """A strategy of one symbol."""

    __slots__ = ("_on_bar",)

    def __init__(self, own: Strategy) -> None:
        super().__init__(own)
        self._on_bar = own.on_bar

    def on_bar(self, bar: Bar, values: Values) -> Verdict:
        """Its verdict, if it is one."""
        try:
            verdict = self._on_bar(bar, values)
        except SystemExit as error:  # no Exception: it would end the engine
            raise InvalidValue("on_bar", "it raised SystemExit") from error
        check_verdict(verdict)
        return verdict


class GuardedUniverse(_Terms):
    """A strategy of all its bot's symbols together."""

    __slots__ = ("_on_bars",)

    def __init__(self, own: UniverseStrategy) -> None:
        super().__init__(own)
        self._on_bars = own.on_bars

    def on_bars(self, at: Instant, bars: Mapping[str, Bar], values: Mapping[str, Values]) -> Mapping[str, Verdict]:
        """Its verdicts, if they are such."""
        try:
            verdicts = self._on_bars(at, bars, values)
        except SystemExit as error:
            raise InvalidValue("on_bars", "it raised SystemExit") from error
        if not isinstance(verdicts, Mapping):
            raise InvalidValue("on_bars", f"must return verdicts by symbol, returned {verdicts!r}")
        for verdict in verdicts.values():
            check_verdict(verdict)
        return verdicts


def guarded(own: Any) -> Guarded | GuardedUniverse:
    """The strategy behind its guard; raises InvalidValue naming what it lacks, or says of itself that can't be."""
    if not callable(getattr(own, "explain", None)):
        raise InvalidValue("explain", "is missing: a strategy says why in explain(verdict)")
    return GuardedUniverse(own) if callable(getattr(own, "on_bars", None)) else Guarded(own)


def check_verdict(verdict: Any) -> None:
    """Raise InvalidValue for what is no verdict, or for one that contradicts itself."""
    if type(verdict) is not Verdict:
        raise InvalidValue("on_bar", f"must return a Verdict, returned {verdict!r}")
    code, score, signal = verdict.code, verdict.score, verdict.signal
    if code not in CODES:
        raise InvalidValue("verdict.code", f"unknown code {code!r}; there are {', '.join(CODES)}")
    if score is not None and not (type(score) in (float, int) and -100 <= score <= 100):
        raise InvalidValue("verdict.score", f"must be None or -100 to 100, is {score!r}")
    if (signal is not None) is not (code == "signal"):
        raise InvalidValue("verdict.signal", f"is {signal!r} with the code {code!r}: a signal has the code 'signal'")
    if signal is not None and (type(signal) is not SignalType or score is None):
        raise InvalidValue("verdict.signal", f"must be a SignalType with a score, is {signal!r}, score {score!r}")
    if (verdict.candidate is not None) is not (verdict.candidate_since is not None):
        raise InvalidValue("verdict.candidate", "goes with candidate_since: both, or neither")
    if code == "candidate" and verdict.candidate is None:
        raise InvalidValue("verdict.candidate", "is missing: the code is 'candidate'")
    if verdict.candidate is not None and type(verdict.candidate) is not SignalType:
        raise InvalidValue("verdict.candidate", f"must be a SignalType, is {verdict.candidate!r}")
    if verdict.inputs:
        for name, value in verdict.inputs.items():
            if type(name) is not str or type(value) not in (float, int) or not isfinite(value):
                raise InvalidValue("verdict.inputs", f"must be finite numbers by name, has {name!r}: {value!r}")


def _attribute(own: Any, name: str) -> Any:
    try:
        return getattr(own, name)
    except AttributeError:
        raise InvalidValue(name, f"is missing: a strategy says its {name}") from None


def _whole(own: Any, name: str, most: int) -> int:
    found = _attribute(own, name)
    if type(found) is not int or not 0 <= found <= most:
        raise InvalidValue(name, f"must be a whole number, 0 to {most}, is {found!r}")
    return found


def _needs(own: Any) -> tuple[IndicatorKey, ...]:
    found = _attribute(own, "needs")
    if not isinstance(found, tuple) or not all(isinstance(key, tuple) and key for key in found):
        raise InvalidValue("needs", f"must be a tuple of keys such as (('rsi', 14),), is {found!r}")
    try:
        IndicatorSet().keep(found)
    except InvariantBroken as error:
        raise InvalidValue("needs", str(error)) from error
    except (TypeError, ValueError) as error:
        raise InvalidValue("needs", f"can't be kept: {error}") from error
    return found
