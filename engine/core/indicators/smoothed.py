"""Means: SMA, EMA, ATR; and what is read off closes alone. Fed by kept.py; read by strategies and oscillators.py.

The conventions are CONTRACT section 4's: EMA seeded by the SMA of its first n values, ATR by Wilder over true ranges
that begin at the second bar.

Each is one recurrence, a few operations a bar (docs/decisions/0012). `update` takes a bar; `after_each` takes a stretch
of bars at once and gives the value after each of them: the same operations in the same order, so the same numbers to
the last bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from engine.core.indicators.stretch import VALUE, Column, Stretch, column_of


class Indicator(Protocol):
    """Takes a bar's prices in currency; `value` is None until warm."""

    value: float | None

    def update(self, high: float, low: float, close: float) -> None:
        """Take the next bar."""


class Mean:
    """A mean over n numbers: the simple one of the first n, then new = (weight x number + rest x old) / over."""

    __slots__ = ("_count", "_over", "_period", "_rest", "_sum", "_weight", "value")

    def __init__(self, period: int, weight: float, rest: float, over: float) -> None:
        self._period = period
        self._weight, self._rest, self._over = weight, rest, over
        self._count = 0
        self._sum = 0.0
        self.value: float | None = None

    @staticmethod
    def exponential(period: int) -> Mean:
        """Weight 2 / (n + 1)."""
        weight = 2.0 / (period + 1.0)
        return Mean(period, weight, 1.0 - weight, 1.0)

    @staticmethod
    def wilder(period: int) -> Mean:
        """Weight 1 / n."""
        return Mean(period, 1.0, float(period - 1), float(period))

    def add(self, number: float) -> None:
        """Take the next number."""
        if self.value is not None:
            self.value = (self._weight * number + self._rest * self.value) / self._over
            return
        self._sum += number
        self._count += 1
        if self._count == self._period:
            self.value = self._sum / self._period

    def after_each(self, numbers: list[float]) -> list[float | None]:
        """The value after each of these numbers, taken in their order."""
        made: list[float | None] = []
        taken = 0
        while self.value is None and taken < len(numbers):
            self.add(numbers[taken])
            made.append(self.value)
            taken += 1
        mean = self.value
        if mean is None or taken == len(numbers):
            return made
        weight, rest, over = self._weight, self._rest, self._over
        if over == 1.0:  # a division by one changes nothing
            made += [mean := weight * number + rest * mean for number in numbers[taken:]]
        else:  # and so does a weight of one
            made += [mean := (number + rest * mean) / over for number in numbers[taken:]]
        self.value = mean
        return made


class LastClose:
    """The close itself, in currency, for strategies that measure distances from it."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        self.value = close

    def after_each(self, bars: Stretch) -> Mapping[str, Column]:
        self.value = bars.closes[-1]
        return {VALUE: bars.close}


class Ema:
    """Exponential moving average of closes over n bars."""

    __slots__ = ("_mean", "value")

    def __init__(self, period: int) -> None:
        self._mean = Mean.exponential(period)
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        self._mean.add(close)
        self.value = self._mean.value

    def after_each(self, bars: Stretch) -> Mapping[str, Column]:
        made = column_of(self._mean.after_each(bars.closes))
        self.value = self._mean.value
        return {VALUE: made}


class Sma:
    """Simple moving average of closes over n bars: each close in, the one n bars before out."""

    __slots__ = ("_closes", "_period", "_sum", "value")

    def __init__(self, period: int) -> None:
        self._period = period
        self._closes: deque[float] = deque(maxlen=period)
        self._sum = 0.0
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        closes = self._closes
        if self.value is not None:
            self.value -= (closes[0] - close) / self._period
        else:
            self._sum += close
            if len(closes) == self._period - 1:
                self.value = self._sum / self._period
        closes.append(close)

    def after_each(self, bars: Stretch) -> Mapping[str, Column]:
        made: list[float | None] = []
        for close in bars.closes:
            self.update(close, close, close)
            made.append(self.value)
        return {VALUE: column_of(made)}


class Atr:
    """Wilder's average true range, first true range at bar 2."""

    __slots__ = ("_mean", "_previous_close", "value")

    def __init__(self, period: int) -> None:
        self._mean = Mean.wilder(period)
        self._previous_close: float | None = None
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        previous = self._previous_close
        self._previous_close = close
        if previous is None:
            return
        self._mean.add(max(high, previous) - min(low, previous))
        self.value = self._mean.value

    def after_each(self, bars: Stretch) -> Mapping[str, Column]:
        first = self._previous_close is None
        begin = bars.closes[0] if self._previous_close is None else self._previous_close
        before = np.concatenate(((begin,), bars.close[:-1]))
        ranges = (np.maximum(bars.high, before) - np.minimum(bars.low, before)).tolist()
        self._previous_close = bars.closes[-1]
        made = column_of(self._mean.after_each(ranges[1:] if first else ranges))
        self.value = self._mean.value
        return {VALUE: np.concatenate(((np.nan,), made)) if first else made}
