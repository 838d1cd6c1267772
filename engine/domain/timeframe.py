"""The widths a bar can have. Named in bot specs and documents; bars.py builds to them."""

from __future__ import annotations

from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE

TIMEFRAMES: dict[str, int] = {
    "1m": MINUTE,
    "3m": 3 * MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": 60 * MINUTE,
}


def timeframe_us(timeframe: str) -> int:
    """Width of a timeframe in microseconds; raises InvalidValue naming those that exist."""
    width = TIMEFRAMES.get(timeframe)
    if width is None:
        raise InvalidValue("timeframe", f"unknown timeframe {timeframe!r}; there are {', '.join(TIMEFRAMES)}")
    return width
