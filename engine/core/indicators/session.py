"""What is reckoned within a trading session: its volume-weighted average price, and how far it has come.

Fed by kept.py with bars that name their session; read by strategies. A session is told by its open: with another one
everything begins anew. Without one (the venue's hours are not known for that bar) there is no value.
"""

from __future__ import annotations

from math import sqrt
from typing import Protocol

from talipp.indicators import VWAP
from talipp.ohlcv import OHLCV

from engine.domain.instant import MINUTE, Instant


class SessionIndicator(Protocol):
    """Takes a bar's prices in currency, its volume, its session's open and its own close."""

    value: float | None

    def update(
        self, high: float, low: float, close: float, volume: float, opened_at: Instant | None, close_at: Instant
    ) -> None:
        """Take the next bar; `opened_at` is None outside a known session."""


class SessionVwap:
    """Typical price (high + low + close) / 3 weighted by volume since the session's open; None before any volume.

    `deviation` is the volume-weighted standard deviation of the typical prices around it, in currency (Welford's
    recursion, West 1979).
    """

    __slots__ = ("_mean", "_opened_at", "_source", "_squares", "_volume", "deviation", "value")

    def __init__(self) -> None:
        self._begin(None)

    def _begin(self, opened_at: Instant | None) -> None:
        self._opened_at = opened_at
        self._source = VWAP()
        self._mean = self._squares = self._volume = 0.0
        self.value: float | None = None
        self.deviation: float | None = None

    def update(
        self, high: float, low: float, close: float, volume: float, opened_at: Instant | None, close_at: Instant
    ) -> None:
        if opened_at != self._opened_at:
            self._begin(opened_at)
        if opened_at is None or volume <= 0.0:
            return
        self._source.add(OHLCV(close, high, low, close, volume))
        self._source.purge_oldest(len(self._source) - 1)
        self.value = self._source[-1]
        typical = (high + low + close) / 3.0
        self._volume += volume
        away = typical - self._mean
        self._mean += away * volume / self._volume
        self._squares += volume * away * (typical - self._mean)
        self.deviation = sqrt(max(0.0, self._squares / self._volume))


class SessionMinutes:
    """Minutes from the session's open to the bar's close."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float | None = None

    def update(
        self, high: float, low: float, close: float, volume: float, opened_at: Instant | None, close_at: Instant
    ) -> None:
        self.value = None if opened_at is None else (close_at - opened_at) / MINUTE
