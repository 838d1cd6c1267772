"""What is made of means: RSI and MACD, by the conventions of CONTRACT section 4. Fed by kept.py; read by strategies.

RSI is Wilder's, seeded by the simple mean of the first n changes; the MACD signal by the SMA of its first values.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.core.indicators.smoothed import Indicator, Mean
from engine.core.indicators.stretch import VALUE, Column, Stretch, column_of


class Rsi:
    """Wilder's relative strength index of closes, 0 to 100; 100 where nothing fell.

    The means of gains and losses are seeded over the first n - 1 changes, and the n-th is taken by Wilder's rule, which
    makes them the simple means of the first n.
    """

    __slots__ = ("_close", "_count", "_gain", "_loss", "_period", "value")

    def __init__(self, period: int) -> None:
        self._period = period
        self._count = 0  # changes taken
        self._close: float | None = None
        self._gain = self._loss = 0.0  # sums of the first n - 1 changes, means after them
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        before, self._close = self._close, close
        if before is None:
            return
        change, rest = close - before, self._period - 1
        gain, loss = (change if change > 0.0 else 0.0), (-change if change < 0.0 else 0.0)
        self._count += 1
        if self._count <= rest:
            self._gain += gain
            self._loss += loss
            if self._count == rest:
                self._gain /= rest
                self._loss /= rest
            return
        self._gain = (self._gain * rest + gain) / self._period
        self._loss = (self._loss * rest + loss) / self._period
        self.value = 100.0 if self._loss == 0.0 else 100.0 - 100.0 / (1.0 + self._gain / self._loss)

    def after_each(self, bars: Stretch) -> Mapping[str, Column]:
        closes, made = bars.closes, np.full(len(bars), np.nan)
        taken = 0
        while self._count <= self._period and taken < len(closes):
            self.update(closes[taken], closes[taken], closes[taken])
            made[taken] = np.nan if self.value is None else self.value
            taken += 1
        if self._close is None or taken == len(closes):
            return {VALUE: made}
        change = bars.close[taken:] - np.concatenate(((self._close,), bars.close[taken:-1]))
        gain, loss, rest, period = self._gain, self._loss, self._period - 1, self._period
        gains = [gain := (gain * rest + one) / period for one in np.maximum(change, 0.0).tolist()]
        losses = [loss := (loss * rest + one) / period for one in np.maximum(-change, 0.0).tolist()]
        self._gain, self._loss, self._close = gain, loss, closes[-1]
        risen, fallen = column_of(gains), column_of(losses)
        if fallen.all():
            made[taken:] = 100.0 - 100.0 / (1.0 + risen / fallen)
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                made[taken:] = np.where(fallen == 0.0, 100.0, 100.0 - 100.0 / (1.0 + risen / fallen))
        self.value = float(made[-1])
        return {VALUE: made}


class MacdHistogram:
    """MACD `line` (EMA fast minus EMA slow, the set's own) minus its `signal`, the line's EMA over n values."""

    __slots__ = ("_fast", "_signal", "_slow", "line", "signal", "value")

    def __init__(self, signal: int) -> None:
        self._signal = Mean.exponential(signal)
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

    def after_each(self, bars: Stretch, fast: Column, slow: Column) -> Mapping[str, Column]:
        line = fast - slow
        if line[0] == line[0]:
            warm, signal = 0, column_of(self._signal.after_each(line.tolist()))
        else:
            warm = int(np.isnan(line).sum())  # what is not warm comes first
            signal = np.full(len(line), np.nan)
            signal[warm:] = column_of(self._signal.after_each(line[warm:].tolist()))
        value = line - signal
        if warm < len(line):
            self.line, self.signal = float(line[-1]), self._signal.value
            self.value = None if self.signal is None else float(value[-1])
        return {VALUE: value, "line": line, "signal": signal}
