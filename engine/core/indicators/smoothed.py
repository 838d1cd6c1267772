"""Means and what is made of means: SMA, EMA, RSI, MACD, ATR. Fed by kept.py; read by strategies.

The sums are talipp's; the conventions are CONTRACT section 4's: EMA seeded by the SMA of its first n values, RSI by
Wilder seeded by the simple mean of the first 14 changes, the MACD signal by the SMA of the line's first 9 values, ATR
by Wilder over true ranges that begin at the second bar (talipp's own ATR begins at the first, so ours feeds Wilder's
mean). talipp keeps every value it ever made; what lies further back than it looks is purged.
"""

from __future__ import annotations

from typing import Protocol

from talipp.indicators import EMA, RSI, SMA, SMMA

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

    def __init__(self, source: EMA | RSI | SMA | SMMA) -> None:
        self._source = source
        self._keep = max(PURGE_KEEP, source.period + 2)
        self._count = 0
        self.value: float | None = None

    def add(self, number: float) -> None:
        source = self._source
        source.add(number)
        self.value = source.output_values[-1]  # its own [-1] costs a call more
        self._count += 1
        if self._count >= self._keep + PURGE_EVERY:
            source.purge_oldest(self._count - self._keep)
            self._count = self._keep


class _OfCloses(_Recursive):
    """A talipp indicator over closes."""

    __slots__ = ()

    def update(self, high: float, low: float, close: float) -> None:
        self.add(close)


class LastClose:
    """The close itself, in currency, for strategies that measure distances from it."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        self.value = close


class Ema(_OfCloses):
    """Exponential moving average of closes over n bars."""

    __slots__ = ()

    def __init__(self, period: int) -> None:
        super().__init__(EMA(period))


class Sma(_OfCloses):
    """Simple moving average of closes over n bars."""

    __slots__ = ()

    def __init__(self, period: int) -> None:
        super().__init__(SMA(period))


class Rsi(_OfCloses):
    """Wilder's relative strength index of closes, 0 to 100; 100 where nothing fell."""

    __slots__ = ()

    def __init__(self, period: int) -> None:
        super().__init__(RSI(period))


class MacdHistogram:
    """MACD `line` (EMA fast minus EMA slow, the set's own) minus its `signal`, the line's EMA over n values."""

    __slots__ = ("_fast", "_signal", "_slow", "line", "signal", "value")

    def __init__(self, signal: int) -> None:
        self._signal = _Recursive(EMA(signal))
        self.line: float | None = None
        self.signal: float | None = None
        self.value: float | None = None

    def read(self, *sources: Indicator) -> None:
        """The fast and the slow mean that it is reckoned from."""
        self._fast, self._slow = sources

    def update(self, high: float, low: float, close: float) -> None:
        if self._fast.value is None or self._slow.value is None:
            return
        line = self.line = self._fast.value - self._slow.value
        self._signal.add(line)
        self.signal = signal = self._signal.value
        if signal is not None:
            self.value = line - signal


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
