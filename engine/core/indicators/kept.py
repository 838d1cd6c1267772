"""The indicators of one (symbol, timeframe), each made once, whoever asks for it. Fed by bars.py, read by strategies.

A key is a kind and its parameters; periods are in bars, numbers of deviations or ATRs may have a fraction:

    ("close",)  ("momentum", n)  ("sma", n)  ("ema", n)  ("rsi", n)  ("atr", n)
    ("macd_line", fast, slow, signal)  ("macd_signal", ...)  ("macd_histogram", ...)
    ("bollinger_middle", n, deviations)  ("bollinger_upper", ...)  ("bollinger_lower", ...)
    ("donchian_middle", n)  ("donchian_upper", n)  ("donchian_lower", n)
    ("supertrend", n, multiplier)  ("supertrend_side", n, multiplier)
    ("adx", n)  ("plus_di", n)  ("minus_di", n)
    ("vwap",)  ("vwap_deviation",)  ("session_minutes",)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from engine.core.indicators.ahead import Ahead
from engine.core.indicators.channels import Adx, Bollinger, Donchian, Supertrend
from engine.core.indicators.momentum import Momentum
from engine.core.indicators.oscillators import MacdHistogram, Rsi
from engine.core.indicators.session import SessionIndicator, SessionMinutes, SessionVwap
from engine.core.indicators.smoothed import Atr, Ema, Indicator, LastClose, Sma
from engine.core.indicators.stretch import VALUE, Column, Stretch
from engine.domain.errors import InvariantBroken
from engine.domain.instant import Instant

IndicatorKey: TypeAlias = tuple[str, *tuple[int | float, ...]]

# A part's kind: the kind that it is read from, and the name there.
_PARTS = {
    "macd_line": ("macd_histogram", "line"),
    "macd_signal": ("macd_histogram", "signal"),
    "bollinger_upper": ("bollinger_middle", "upper"),
    "bollinger_lower": ("bollinger_middle", "lower"),
    "donchian_upper": ("donchian_middle", "upper"),
    "donchian_lower": ("donchian_middle", "lower"),
    "supertrend_side": ("supertrend", "side"),
    "plus_di": ("adx", "plus"),
    "minus_di": ("adx", "minus"),
    "vwap_deviation": ("vwap", "deviation"),
}

_OF_SESSION: dict[str, type[SessionVwap] | type[SessionMinutes]] = {
    "vwap": SessionVwap,
    "session_minutes": SessionMinutes,
}


def _whole(key: IndicatorKey) -> IndicatorKey:
    """The key that a part is read from."""
    return (_PARTS[key[0]][0], *key[1:])


class IndicatorSet:
    """What is kept, in the order it came to keep: what one is reckoned from is kept, and updated, before it."""

    __slots__ = ("_ahead", "_ahead_before", "_derived", "_indicators", "_of_session", "_parts", "_steps", "values")

    def __init__(self) -> None:
        self._indicators: dict[IndicatorKey, Indicator] = {}
        self._derived: dict[IndicatorKey, tuple[MacdHistogram | Supertrend, tuple[IndicatorKey, ...]]] = {}
        self._of_session: dict[IndicatorKey, SessionIndicator] = {}
        self._parts: dict[IndicatorKey, tuple[Indicator | SessionIndicator, str]] = {}
        self._steps: list[tuple[IndicatorKey, Indicator, Callable[[float, float, float], None]]] = []
        self._ahead: Ahead | None = None
        self._ahead_before: Ahead | None = None
        self.values: dict[IndicatorKey, float | None] = {}

    def missing(self, keys: tuple[IndicatorKey, ...]) -> tuple[IndicatorKey, ...]:
        """Those of the keys that are not kept yet."""
        return tuple(key for key in keys if key not in self.values)

    def keep(self, keys: tuple[IndicatorKey, ...]) -> None:
        """Make what is missing; raises InvariantBroken for a key that means nothing."""
        for key in keys:
            if key in self.values:
                continue
            kind, *numbers = key
            if kind in _PARTS:
                self.keep((_whole(key),))
                self._part(key)
            elif not numbers and kind in _OF_SESSION:
                self._of_session[key] = _OF_SESSION[kind]()
            else:
                self._take(key, self._make(key))
            self.values[key] = None

    def _take(self, key: IndicatorKey, indicator: Indicator) -> None:
        self._indicators[key] = indicator
        self._steps.append((key, indicator, indicator.update))

    def _part(self, key: IndicatorKey) -> None:
        whole = _whole(key)
        kept = self._of_session.get(whole) or self._indicators[whole]
        self._parts[key] = (kept, _PARTS[key[0]][1])

    def _make(self, key: IndicatorKey) -> Indicator:
        match key:
            case ("close",):
                return LastClose()
            case ("momentum", int(period)):
                return Momentum(period)
            case ("sma", int(period)):
                return Sma(period)
            case ("ema", int(period)):
                return Ema(period)
            case ("rsi", int(period)):
                return Rsi(period)
            case ("atr", int(period)):
                return Atr(period)
            case ("adx", int(period)):
                return Adx(period)
            case ("donchian_middle", int(period)):
                return Donchian(period)
            case ("bollinger_middle", int(period), deviations):
                return Bollinger(period, deviations)
            case ("macd_histogram", int(fast), int(slow), int(signal)):
                return self._derive(key, MacdHistogram(signal), ("ema", fast), ("ema", slow))
            case ("supertrend", int(period), multiplier):
                return self._derive(key, Supertrend(multiplier), ("atr", period))
        raise InvariantBroken(f"no indicator is called {key}")

    def _derive(
        self, key: IndicatorKey, made: MacdHistogram | Supertrend, *sources: IndicatorKey
    ) -> MacdHistogram | Supertrend:
        self.keep(sources)
        self._derived[key] = (made, sources)
        made.read(*(self._indicators[source] for source in sources))
        return made

    def adopt(self, other: IndicatorSet) -> None:
        """Take over what another set of the same bars keeps and this one does not; what both keep stays this one's."""
        for key in self.missing(tuple(other.values)):
            self.values[key] = other.values[key]
            if key in other._parts:
                self._part(key)
            elif key in other._of_session:
                self._of_session[key] = other._of_session[key]
            else:
                self._take(key, other._indicators[key])
            if key in other._derived:  # its sources came before it, and may be this set's own
                made, sources = self._derived[key] = other._derived[key]
                made.read(*(self._indicators[source] for source in sources))

    def update(
        self, high: float, low: float, close: float, volume: float = 0.0,
        opened_at: Instant | None = None, close_at: Instant = 0,
    ) -> None:  # fmt: skip
        """Take the next bar, prices in currency; `opened_at` is its session's open, None where that is not known.

        Of a bar that was taken ahead only the values are set to what they were after it.
        """
        values = self.values
        if self._ahead is not None and self.stand(close_at):
            return
        for key, indicator, step in self._steps:
            step(high, low, close)
            values[key] = indicator.value
        if self._of_session:
            self._update_session(high, low, close, volume, opened_at, close_at)
        if self._parts:
            for key, (whole, name) in self._parts.items():
                values[key] = getattr(whole, name)

    def _update_session(
        self, high: float, low: float, close: float, volume: float, opened_at: Instant | None, close_at: Instant
    ) -> None:
        for key, of_session in self._of_session.items():
            of_session.update(high, low, close, volume, opened_at, close_at)
            self.values[key] = of_session.value

    def take_ahead(self, bars: Stretch) -> Mapping[IndicatorKey, Column]:
        """Take a stretch of bars before the clock comes to them; returns every value after each of them.

        From the last of them on the set goes on as if `update` had taken each.
        """
        columns = self._stepped(bars) if self._takes_one_by_one() else {}
        made: dict[IndicatorKey, Mapping[str, Column]] = {}
        for key, indicator, _ in self._steps:
            if key not in columns:
                sources = self._derived[key][1] if key in self._derived else ()
                made[key] = indicator.after_each(bars, *(columns[source] for source in sources))  # type: ignore[attr-defined]
                columns[key] = made[key][VALUE]
        for key in self._parts:
            if key not in columns:
                columns[key] = made[_whole(key)][_PARTS[key[0]][1]]
        self._ahead_before, self._ahead = self._ahead, Ahead(bars.close_at, columns)
        self._ahead.stand(bars.close_at[-1], self.values)
        return columns

    def stand(self, close_at: Instant) -> bool:
        """Let the values be those after the bar that closed then; False where it was not taken ahead.

        The last bar of a stretch may be asked for when the next stretch is taken.
        """
        ahead, before = self._ahead, self._ahead_before
        if ahead is not None and ahead.stand(close_at, self.values):
            return True
        return before is not None and before.stand(close_at, self.values)

    def _takes_one_by_one(self) -> bool:
        """Whether anything here has no `after_each`."""
        return bool(self._of_session) or not all(hasattr(indicator, "after_each") for _, indicator, _ in self._steps)

    def _stepped(self, bars: Stretch) -> dict[IndicatorKey, Column]:
        """Columns of what takes bars one by one alone, and of what that is reckoned from."""
        slow = {key for key, indicator, _ in self._steps if not hasattr(indicator, "after_each")}
        slow |= {source for key in slow & self._derived.keys() for source in self._derived[key][1]}
        steps = [(indicator, step, key) for key, indicator, step in self._steps if key in slow]
        read: list[tuple[IndicatorKey, Any, str]] = [(key, indicator, VALUE) for indicator, _, key in steps]
        read += [(key, of_session, VALUE) for key, of_session in self._of_session.items()]
        read += [(key, *part) for key, part in self._parts.items() if _whole(key) in slow | self._of_session.keys()]
        if not read:
            return {}
        rows: list[list[float | None]] = []
        highs, lows, volumes = bars.high.tolist(), bars.low.tolist(), bars.volume.tolist()
        for high, low, close, volume, at in zip(highs, lows, bars.closes, volumes, bars.close_at, strict=True):
            for _, step, _ in steps:
                step(high, low, close)
            for of_session in self._of_session.values():
                of_session.update(high, low, close, volume, bars.opened_at, at)
            rows.append([getattr(kept, name) for _, kept, name in read])
        table = np.array(rows, dtype=np.float64)
        return {key: table[:, number] for number, (key, _, _) in enumerate(read)}
