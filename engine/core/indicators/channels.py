"""Bands around the price and the strength of a trend: Bollinger, Donchian, Supertrend, ADX. Fed by kept.py.

Bollinger's sums are talipp's. Supertrend and ADX are our own: talipp's begin with a true range of the first bar, and
its Supertrend with bands at zero. So is Donchian, which talipp looks for among all n bars at each. Each has a main
`value`; the others are read as parts of it.
"""

from __future__ import annotations

from collections import deque

from talipp.indicators import BB

from engine.core.indicators.smoothed import Indicator

PURGE_EVERY = 448  # talipp keeps every value it ever made: so many are taken between two purges
PURGE_KEEP = 64  # values kept at least; an indicator looks back at its period and one more


class Bollinger:
    """SMA of closes (`value`), and `upper` and `lower` so many population standard deviations from it."""

    __slots__ = ("_count", "_keep", "_source", "lower", "upper", "value")

    def __init__(self, period: int, deviations: float) -> None:
        self._source = BB(period, deviations)
        self._keep = max(PURGE_KEEP, period + 2)
        self._count = 0
        self.value: float | None = None
        self.upper: float | None = None
        self.lower: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        self._source.add(close)
        bands = self._source[-1]
        if bands is not None:
            self.lower, self.value, self.upper = bands.lb, bands.cb, bands.ub
        self._count += 1
        if self._count >= self._keep + PURGE_EVERY:
            self._source.purge_oldest(self._count - self._keep)
            self._count = self._keep


class Donchian:
    """Highest high (`upper`) and lowest low (`lower`) of the last n bars, this one too; `value` is the middle.

    Kept are the bars alone that may yet be the highest or lowest, so that a long period costs no more than a short one.
    """

    __slots__ = ("_count", "_highs", "_lows", "_period", "lower", "upper", "value")

    def __init__(self, period: int) -> None:
        self._period = period
        self._count = 0
        self._highs: deque[tuple[int, float]] = deque()  # (bar, high), falling
        self._lows: deque[tuple[int, float]] = deque()  # (bar, low), rising
        self.value: float | None = None
        self.upper: float | None = None
        self.lower: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        highs, lows, number = self._highs, self._lows, self._count
        self._count += 1
        while highs and highs[-1][1] <= high:
            highs.pop()
        while lows and lows[-1][1] >= low:
            lows.pop()
        highs.append((number, high))
        lows.append((number, low))
        oldest = number - self._period + 1
        if highs[0][0] < oldest:
            highs.popleft()
        if lows[0][0] < oldest:
            lows.popleft()
        if oldest >= 0:
            self.upper, self.lower = highs[0][1], lows[0][1]
            self.value = (self.upper + self.lower) / 2.0


class Supertrend:
    """A band `multiplier` ATRs from the bar's middle that only ever tightens until a close crosses it.

    `value` is the band in force, `side` +1 while it is below the price (the trend is up) and -1 while above. It begins
    with the ATR's first bar: up where that bar closes at or above its middle.
    """

    __slots__ = ("_atr", "_close", "_lower", "_multiplier", "_upper", "side", "value")

    def __init__(self, multiplier: float) -> None:
        self._multiplier = multiplier
        self._upper = self._lower = self._close = 0.0
        self.side: float | None = None
        self.value: float | None = None

    def read(self, *sources: Indicator) -> None:
        """The average true range it is reckoned from."""
        (self._atr,) = sources

    def update(self, high: float, low: float, close: float) -> None:
        if self._atr.value is None:
            return
        middle, reach = (high + low) / 2.0, self._multiplier * self._atr.value
        upper, lower = middle + reach, middle - reach
        if self.side is None:
            side = 1.0 if close >= middle else -1.0
        else:
            if upper > self._upper >= self._close:
                upper = self._upper
            if lower < self._lower <= self._close:
                lower = self._lower
            if self.side > 0:
                side = -1.0 if close < lower else 1.0
            else:
                side = 1.0 if close > upper else -1.0
        self._upper, self._lower, self._close = upper, lower, close
        self.side = side
        self.value = lower if side > 0 else upper


class Adx:
    """Wilder's average directional index (`value`, 0 to 100), with `plus` and `minus`, the directional indicators.

    Begun as TA-Lib begins it: sums of the first n - 1 movements and true ranges, from bar 2 on, then Wilder's sums; ADX
    is seeded by the mean of the first n directional indices, at bar 2n.
    """

    __slots__ = ("_before", "_count", "_down", "_dx", "_period", "_range", "_up", "minus", "plus", "value")

    def __init__(self, period: int) -> None:
        self._period = period
        self._before: tuple[float, float, float] | None = None
        self._count = 0  # bars taken after the first
        self._up = self._down = self._range = 0.0  # Wilder's sums
        self._dx = 0.0  # sum of the first n directional indices
        self.plus: float | None = None
        self.minus: float | None = None
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        before, self._before = self._before, (high, low, close)
        if before is None:
            return
        self._count += 1
        rise, fall = high - before[0], before[1] - low
        kept = 1.0 if self._count < self._period else 1.0 - 1.0 / self._period
        self._up = self._up * kept + (rise if rise > 0.0 and rise > fall else 0.0)
        self._down = self._down * kept + (fall if fall > 0.0 and fall > rise else 0.0)
        self._range = self._range * kept + max(high, before[2]) - min(low, before[2])
        if self._count >= self._period:
            self._judge()

    def _judge(self) -> None:
        if self._range > 0.0:
            self.plus, self.minus = 100.0 * self._up / self._range, 100.0 * self._down / self._range
        both = self._up + self._down
        moved = self._range > 0.0 and both > 0.0
        index = 100.0 * abs(self._up - self._down) / both if moved else 0.0
        period, seeded = self._period, self._count - self._period + 1
        if seeded <= period:
            self._dx += index
            if seeded == period:
                self.value = self._dx / period
        elif self.value is not None and moved:  # as TA-Lib: where nothing moves, the index of before stands
            self.value = (self.value * (period - 1) + index) / period
