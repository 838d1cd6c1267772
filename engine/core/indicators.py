"""Indicators, wrapped once and shared by every bot on a (symbol, timeframe). Fed by bars.py, read by strategies.

The sums are talipp's; the conventions are CONTRACT section 4's: EMA seeded by the SMA of its first n values, RSI by
Wilder seeded by the simple mean of the first 14 changes, the MACD signal by the SMA of the line's first 9 values, ATR
by Wilder over true ranges that begin at the second bar (talipp's own ATR begins at the first, so ours feeds Wilder's
mean). talipp keeps every value it ever made; what lies further back than it looks is purged.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from talipp.indicators import EMA, RSI, SMMA

from engine.domain.errors import InvariantBroken

IndicatorKey: TypeAlias = tuple[str, *tuple[int, ...]]

PURGE_EVERY = 448  # values taken between two purges
PURGE_KEEP = 64  # values kept at least; an indicator looks back at its period and one more


class Indicator(Protocol):
    """Takes a bar's prices in currency; `value` is None until warm."""

    value: float | None

    def update(self, high: float, low: float, close: float) -> None:
        """Take the next bar."""


class _Recursive:
    """A talipp indicator over one number a bar."""

    __slots__ = ("_count", "_keep", "_source", "value")

    def __init__(self, source: EMA | RSI | SMMA) -> None:
        self._source = source
        self._keep = max(PURGE_KEEP, source.period + 2)
        self._count = 0
        self.value: float | None = None

    def add(self, number: float) -> None:
        source = self._source
        source.add(number)
        self.value = source[-1]
        self._count += 1
        if self._count >= self._keep + PURGE_EVERY:
            source.purge_oldest(self._count - self._keep)
            self._count = self._keep


class Ema:
    """Exponential moving average of closes over n bars."""

    __slots__ = ("_mean", "value")

    def __init__(self, period: int) -> None:
        self._mean = _Recursive(EMA(period))
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        self._mean.add(close)
        self.value = self._mean.value


class Rsi:
    """Wilder's relative strength index of closes, 0 to 100."""

    __slots__ = ("_index", "value")

    def __init__(self, period: int) -> None:
        self._index = _Recursive(RSI(period))
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        self._index.add(close)
        self.value = self._index.value


class MacdHistogram:
    """MACD line (EMA fast minus EMA slow, the set's own) minus its own EMA over `signal` values."""

    __slots__ = ("_fast", "_signal", "_slow", "value")

    def __init__(self, fast: Indicator, slow: Indicator, signal: int) -> None:
        self._fast, self._slow = fast, slow
        self._signal = _Recursive(EMA(signal))
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        if self._fast.value is None or self._slow.value is None:
            return
        line = self._fast.value - self._slow.value
        self._signal.add(line)
        if self._signal.value is not None:
            self.value = line - self._signal.value


class Atr:
    """Wilder's average true range, first true range at bar 2."""

    __slots__ = ("_mean", "_previous_close", "value")

    def __init__(self, period: int) -> None:
        self._mean = _Recursive(SMMA(period))
        self._previous_close: float | None = None
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        previous = self._previous_close
        self._previous_close = close
        if previous is None:
            return
        self._mean.add(max(high, previous) - min(low, previous))
        self.value = self._mean.value


class IndicatorSet:
    """The indicators of one (symbol, timeframe), each made once, whoever asks for it."""

    __slots__ = ("_indicators", "values")

    def __init__(self) -> None:
        self._indicators: dict[IndicatorKey, Indicator] = {}
        self.values: dict[IndicatorKey, float | None] = {}

    def missing(self, keys: tuple[IndicatorKey, ...]) -> tuple[IndicatorKey, ...]:
        """Those of the keys that are not kept yet."""
        return tuple(key for key in keys if key not in self._indicators)

    def keep(self, keys: tuple[IndicatorKey, ...]) -> None:
        """Make what is missing. A key is a kind and its whole-number parameters, e.g. ("ema", 12)."""
        for key in self.missing(keys):
            self._indicators[key] = self._make(key)
            self.values[key] = None

    def _make(self, key: IndicatorKey) -> Indicator:
        match key:
            case ("ema", period):
                return Ema(period)
            case ("rsi", period):
                return Rsi(period)
            case ("atr", period):
                return Atr(period)
            case ("macd_histogram", fast, slow, signal):
                # Kept before it, so updated before it: a set updates in the order it came to keep.
                self.keep((("ema", fast), ("ema", slow)))
                return MacdHistogram(self._indicators["ema", fast], self._indicators["ema", slow], signal)
        raise InvariantBroken(f"no indicator is called {key}")

    def adopt(self, other: IndicatorSet) -> None:
        """Take over what another set keeps and this one does not."""
        for key in other._indicators:
            self._indicators.setdefault(key, other._indicators[key])
            self.values.setdefault(key, other.values[key])

    def update(self, high: float, low: float, close: float) -> None:
        """Take the next bar, prices in currency."""
        values = self.values
        for key, indicator in self._indicators.items():
            indicator.update(high, low, close)
            values[key] = indicator.value
