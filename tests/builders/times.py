"""Instants of a small trading calendar in Mumbai's time. Used by every test that needs a moment."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

from engine.domain.instant import Instant, instant_of
from engine.domain.market import TradingSession

IST = timezone(timedelta(hours=5, minutes=30))
MONDAY = "2026-03-02"  # the first trading day of tests; a week, and nearly a month, begins with it
TUESDAY = "2026-03-03"
WEDNESDAY = "2026-03-04"


def at(clock: str, day: str = MONDAY) -> Instant:
    """The instant of a wall-clock time in Mumbai, `HH:MM[:SS[.ffffff]]`."""
    return instant_of(datetime.combine(datetime.fromisoformat(day).date(), time.fromisoformat(clock), IST))


def session(
    day: str = MONDAY,
    venue: str = "NSE",
    *,
    open_: str = "09:15",
    close: str = "15:30",
    entry_from: str = "09:20",
    entry_until: str = "14:45",
    flatten: str | None = "14:55",
) -> TradingSession:
    """An NSE day with the contract's windows unless told otherwise."""
    return TradingSession(
        venue=venue,
        day=day,
        open_at=at(open_, day),
        close_at=at(close, day),
        entry_from=at(entry_from, day),
        entry_until=at(entry_until, day),
        flatten_at=None if flatten is None else at(flatten, day),
        utc_offset_s=19_800,
    )
