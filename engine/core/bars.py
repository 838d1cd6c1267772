"""Bars of every width in use, from base bars. Fed by engine.py at each minute; feeds indicators and strategies.

A wider bar holds [open_at, close_at) counted from the session's open, so that 09:15 begins an hour in Mumbai as traders
there expect, and its last bar ends with the session.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.core.indicators import IndicatorSet
from engine.domain.instant import NEVER, Instant
from engine.domain.market import Bar, TradingSession
from engine.domain.timeframe import timeframe_us


def span(at: Instant, width: int, session: TradingSession | None) -> tuple[Instant, Instant]:
    """The bar of this width (microseconds) that holds an instant: its open and its close."""
    if session is None or at < session.open_at:
        open_at = at - at % width
        return open_at, open_at + width
    open_at = session.open_at + (at - session.open_at) // width * width
    return open_at, min(open_at + width, session.close_at)


class Series:
    """The bars of one (symbol, timeframe) and the indicators on them."""

    __slots__ = ("_forming", "_opened_at", "_scale", "_width", "close_at", "indicators", "last", "symbol", "timeframe")

    def __init__(self, symbol: str, timeframe: str, scale: float) -> None:
        self.symbol = symbol
        self.timeframe = timeframe
        self._width = timeframe_us(timeframe)
        self._scale = scale
        self._forming: Bar | None = None
        self._opened_at: Instant | None = None  # the open of its session
        self.close_at: Instant = NEVER  # when the forming bar is due
        self.last: Bar | None = None
        self.indicators = IndicatorSet()

    def add(self, base: Bar, session: TradingSession | None) -> None:
        """Merge a closed base bar into the bar being formed."""
        forming = self._forming
        if forming is None and self._is_whole(base, session):
            self._opened_at = None if session is None or base.open_at < session.open_at else session.open_at
            self._forming, self.close_at = base, base.close_at
            return
        if forming is None:
            open_at, close_at = span(base.open_at, self._width, session)
            self._opened_at = None if session is None or open_at < session.open_at else session.open_at
            self._forming = Bar(
                self.symbol, self.timeframe, open_at, close_at, base.open, base.high, base.low, base.close, base.volume
            )
            self.close_at = close_at
            return
        forming.high = max(forming.high, base.high)
        forming.low = min(forming.low, base.low)
        forming.close = base.close
        forming.volume += base.volume

    def _is_whole(self, base: Bar, session: TradingSession | None) -> bool:
        """Whether a base bar is a bar of this width as it is."""
        if base.close_at - base.open_at != self._width:
            return False
        if session is None or base.open_at < session.open_at:
            return base.open_at % self._width == 0
        return (base.open_at - session.open_at) % self._width == 0 and base.close_at <= session.close_at

    def replay(self, base: Bar, session: TradingSession | None) -> Iterator[Bar]:
        """Merge a base bar of the past; gives each bar it closes while the indicators stand at that bar.

        A bar whose last minutes were empty is closed by the next base bar, as the running market's clock closed it.
        """
        over = self.cut(base.open_at)
        if over is not None:
            yield over
        self.add(base, session)
        closed = self.cut(base.close_at)
        if closed is not None:
            yield closed

    def cut(self, at: Instant) -> Bar | None:
        """Close the forming bar if it is due by `at`, update the indicators, and return it."""
        bar = self._forming
        if bar is None or self.close_at > at:
            return None
        self._forming = None
        self.close_at = NEVER
        self.last = bar
        scale = self._scale
        self.indicators.update(
            bar.high / scale, bar.low / scale, bar.close / scale, bar.volume, self._opened_at, bar.close_at
        )
        return bar
