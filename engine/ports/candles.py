"""The door to a venue's past: bars that it keeps. Implemented by adapters/brokers; called by the downloader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.domain.instant import Instant
from engine.domain.market import Bar


@dataclass(frozen=True, slots=True)
class CandleLimits:
    """What a venue allows: the longest stretch of one call (microseconds), and so many calls in so many seconds."""

    window_us: int
    calls: tuple[tuple[int, float], ...]


class HistoricalCandles(Protocol):
    """A venue's bars of the past."""

    @property
    def venue(self) -> str:
        """As in the catalogue of instruments."""

    def limits(self, timeframe: str) -> CandleLimits:
        """Raises InvalidValue for a timeframe that the venue does not keep."""

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        """The bars that open in [since, until), as the venue gives them; it may leave some out without a word.

        One call, never repeated here. Raises BackPressure where the venue asks for less, OutcomeUnknown where the
        answer did not arrive or can't be read, PermanentFailure where asking again can't help.
        """
