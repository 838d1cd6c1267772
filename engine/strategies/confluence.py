"""Confluence: three momentum measures that have to agree, and go on agreeing, before money moves.

The default strategy, CONTRACT section 4. At each bar close, with clip to [-1, 1]:

    rsi   = clip((RSI14 - 50) / 20)
    ma    = clip((EMA12 - EMA26) / ATR14)
    macd  = clip(4 x histogram / ATR14)
    score = 100 x (0.4 rsi + 0.3 ma + 0.3 macd), rounded to 6 decimals

A BUY candidate begins at the first close with score >= buy_at and lives while every close stays there; it is
confirmed at the first close at least confirm_s after the close that began it, once. SELL mirrors it at score <=
-sell_at.

With follow_volatility both thresholds are multiplied by ATR14 / ATR60, at least 0.8 and at most 1.5 times, and are at
most 100: what moves more than it did within the hour has to agree more. Without it they are as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nextafter
from operator import itemgetter

import numpy as np

from engine.core.indicators import IndicatorKey
from engine.core.indicators.stretch import Column
from engine.core.strategy import Sleep, Verdict
from engine.domain.instant import NEVER, SECOND, Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.confluence_ahead import BUYS, OUTSIDE, SELLS, UNSURE, Plan, zones_of
from engine.strategies.parameters import DAY_S, check_bounds, cooldown, flag, number

RSI: IndicatorKey = ("rsi", 14)
FAST: IndicatorKey = ("ema", 12)
SLOW: IndicatorKey = ("ema", 26)
HISTOGRAM: IndicatorKey = ("macd_histogram", 12, 26, 9)
ATR: IndicatorKey = ("atr", 14)

_read = itemgetter(RSI, FAST, SLOW, HISTOGRAM, ATR)

USUAL_ATR: IndicatorKey = ("atr", 60)  # an hour of minutes; forgets what it began with within the history kept
FOLLOWS_LEAST, FOLLOWS_MOST = 0.8, 1.5


@dataclass(frozen=True, slots=True)
class Parameters:
    """buy_at, sell_at: score thresholds. confirm_s: how long the score must stay beyond them."""

    buy_at: float = number(60.0, 0, 100, above=True, means="the score from which on a BUY may follow")
    sell_at: float = number(60.0, 0, 100, above=True, means="a SELL may follow at minus this score")
    confirm_s: int = number(300, 0, DAY_S, "seconds", means="how long the score must stay there")
    cooldown_s: int = cooldown(900)
    allow_short: bool = flag(False, "whether SELL may open a position")
    follow_volatility: bool = flag(False, "raise the thresholds where it moves more than usual, lower them where less")

    def __post_init__(self) -> None:
        check_bounds(self)


PRESETS = {
    "conservative": Parameters(buy_at=75.0, sell_at=50.0, confirm_s=600, cooldown_s=1_800),
    "balanced": Parameters(),
    "aggressive": Parameters(buy_at=45.0, sell_at=45.0, confirm_s=120, cooldown_s=300),
    "adaptive": Parameters(buy_at=50.0, sell_at=50.0, follow_volatility=True),  # 40, where WARM begins, to 75
}


def score_of(values: Mapping[IndicatorKey, float | None]) -> float | None:
    """The score of a bar, None while one of its indicators is not warm or nothing moves."""
    inputs = _inputs_of(values)
    return None if inputs is None else _score(*inputs)


def _inputs_of(values: Mapping[IndicatorKey, float | None]) -> tuple[float, float, float] | None:
    rsi, fast, slow, histogram, atr = _read(values)
    if rsi is None or fast is None or slow is None or histogram is None or atr is None or atr == 0.0:
        return None
    momentum, ma, macd = (rsi - 50.0) / 20.0, (fast - slow) / atr, 4.0 * histogram / atr
    return (  # clipped in place: every bar of every symbol comes here
        -1.0 if momentum < -1.0 else 1.0 if momentum > 1.0 else momentum,
        -1.0 if ma < -1.0 else 1.0 if ma > 1.0 else ma,
        -1.0 if macd < -1.0 else 1.0 if macd > 1.0 else macd,
    )


def _score(rsi: float, ma: float, macd: float) -> float:
    return round(100.0 * (0.4 * rsi + 0.3 * ma + 0.3 * macd), 6)


class Confluence:
    """The candidate on one symbol, and the rule that moves it.

    Bots that differ by their thresholds share the score; with follow_volatility the thresholds move with every bar.
    """

    __slots__ = ("_buy_at", "_candidate", "_given", "_outside", "_parameters", "_sell_at", "_since", "gauge", "needs")

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._buy_at, self._sell_at = parameters.buy_at, parameters.sell_at
        self.needs: tuple[IndicatorKey, ...] = (RSI, FAST, SLOW, HISTOGRAM, ATR)
        if parameters.follow_volatility:
            self.needs += (USUAL_ATR,)
        self._outside = Sleep(
            nextafter(-self._sell_at, inf), nextafter(self._buy_at, -inf), NEVER, unread=True, stay_us=self.confirm_us
        )
        self.gauge = None if parameters.follow_volatility else score_of
        self._candidate: SignalType | None = None
        self._since: Instant = 0
        self._given = False

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._parameters.allow_short

    @property
    def confirm_us(self) -> int:
        return self._parameters.confirm_s * SECOND

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Score a bar and move the candidate."""
        parts = _inputs_of(values)
        if parts is None:
            # no score is no close inside the zone: a candidate does not outlive it
            self._candidate = None
            return Verdict("warming")
        score = _score(*parts)
        inputs = {"rsi": parts[0], "ma": parts[1], "macd": parts[2]}
        if self._parameters.follow_volatility:
            atr, usual = values[ATR], values[USUAL_ATR]
            if not usual or atr is None:
                self._candidate = None
                return Verdict("warming")
            inputs["volatility"] = self._follow(atr / usual)
        return self._move(score, bar.close_at, inputs)

    def _follow(self, volatility: float) -> float:
        """Set the thresholds by how much it moves, 1 being as usual; returns what they are multiplied by."""
        times = round(max(FOLLOWS_LEAST, min(FOLLOWS_MOST, volatility)), 6)
        self._buy_at = min(100.0, self._parameters.buy_at * times)
        self._sell_at = min(100.0, self._parameters.sell_at * times)
        return times

    def plan(self, columns: Mapping[IndicatorKey, Column], close_at: Sequence[Instant]) -> Plan:
        """Which of these bars it must be asked about: see foresight."""
        rsi, fast, slow, histogram, atr = (columns[key] for key in (RSI, FAST, SLOW, HISTOGRAM, ATR))
        given = self._parameters
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = ((rsi - 50.0) / 20.0, (fast - slow) / atr, 4.0 * histogram / atr)
            inputs = [np.minimum(np.maximum(part, -1.0), 1.0) for part in parts]  # what np.clip does, at a third of it
            score = 100.0 * (0.4 * inputs[0] + 0.3 * inputs[1] + 0.3 * inputs[2])
            if not given.follow_volatility:
                zones = zones_of(score, given.buy_at, given.sell_at)
            else:
                times = np.clip(atr / columns[USUAL_ATR], FOLLOWS_LEAST, FOLLOWS_MOST)
                buy_at, sell_at = (np.minimum(100.0, at * times) for at in (given.buy_at, given.sell_at))
                zones = zones_of(score, buy_at, sell_at)
                zones[~(columns[USUAL_ATR] > 0.0)] = UNSURE
        zones[atr == 0.0] = UNSURE
        return Plan(zones, close_at, self.confirm_us, self._standing)

    def sleeps(self) -> Sleep:
        """Outside both zones until scores have stayed in one; in a zone until it is left, or it is confirmed."""
        if self._candidate is None:
            return self._outside
        until = NEVER if self._given else self._since + self.confirm_us
        if self._candidate is SignalType.BUY:
            return Sleep(self._buy_at, inf, until)
        return Sleep(-inf, -self._sell_at, until)

    def stayed(self, since: Instant, above: bool) -> None:
        """The candidate that began then lives."""
        self._candidate, self._since, self._given = SignalType.BUY if above else SignalType.SELL, since, False

    def _standing(self) -> tuple[int, Instant]:
        zone = OUTSIDE if self._candidate is None else BUYS if self._candidate is SignalType.BUY else SELLS
        return zone, NEVER if zone == OUTSIDE or self._given else self._since + self.confirm_us

    def _move(self, score: float, close_at: Instant, inputs: dict[str, float]) -> Verdict:
        zone = self._zone(score)
        before = self._candidate
        if zone is None:
            self._candidate = None
            pending = before is not None and not self._given
            return Verdict("ended" if pending else "quiet", score, inputs=inputs)
        if zone is not before:
            self._candidate, self._since, self._given = zone, close_at, False
        signal = None
        if not self._given and close_at - self._since >= self.confirm_us:
            self._given = True
            signal = zone
        open_candidate = None if self._given else zone
        code = "signal" if signal else "quiet" if self._given else "candidate"
        return Verdict(code, score, signal, open_candidate, self._since if open_candidate else None, inputs)

    def _zone(self, score: float) -> SignalType | None:
        if score >= self._buy_at:
            return SignalType.BUY
        if score <= -self._sell_at:
            return SignalType.SELL
        return None

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """One sentence an input, then what the zone and the confirmation made of them."""
        if verdict.score is None:
            return ("Too few bars yet for RSI, EMA, MACD and ATR",)
        inputs, given = verdict.inputs, self._parameters
        sentences = [
            f"RSI part {inputs['rsi']:+.2f} of 1, weight 40",
            f"EMA 12 against 26 {inputs['ma']:+.2f} of 1, weight 30",
            f"MACD histogram {inputs['macd']:+.2f} of 1, weight 30",
        ]
        if verdict.signal:
            limit = given.buy_at if verdict.signal is SignalType.BUY else -given.sell_at
            if given.follow_volatility:
                limit = max(-100.0, min(100.0, limit * inputs["volatility"]))
            sentences.append(f"Score {verdict.score:+.1f}, held beyond {limit:+g} for {given.confirm_s} s")
        return tuple(sentences)
