"""On which days NSE trades. Fed by exchange_calendars and special_days; asked by calendar."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from engine.market_data.hours import Hours, nse_hours
from engine.market_data.special_days import NSE_SPECIAL_DAYS


@dataclass(frozen=True, slots=True)
class NseDays:
    """NSE's days. Outside the years that are known: weekdays for history, closed for live use.

    A replay must not fail on an odd date, a live bot must not trade on one.
    """

    live: bool

    def trades_on(self, day: date) -> bool:
        known = _nse_days_of(day.year)
        if known is None:
            return not self.live and day.weekday() < 5
        return day in known

    def special_hours(self, day: date) -> Hours | None:
        special = NSE_SPECIAL_DAYS.get(day.isoformat())
        return None if special is None else nse_hours(*special)

    def known_until(self) -> date | None:
        return _nse_known_until()


@lru_cache(maxsize=64)
def _nse_days_of(year: int) -> frozenset[date] | None:
    """NSE's ordinary trading days of a year; None for a year that exchange_calendars does not know."""
    import exchange_calendars  # imported here: it brings pandas, 1.5 s that only a reader of NSE data should pay

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # between exchange_calendars and pandas, not ours
            # XBOM is BSE's calendar: NSE keeps the same holidays, and has no calendar of its own there.
            calendar = exchange_calendars.get_calendar("XBOM", start=f"{year}-01-01", end=f"{year}-12-31")
    except ValueError:  # outside its bounds: it says so for a start too early and for an end too late
        return None
    return frozenset(session.date() for session in calendar.sessions)


@lru_cache(maxsize=1)
def _nse_known_until() -> date:
    """The end of the last year that exchange_calendars knows whole."""
    year = 2026  # known when this was written; a newer exchange_calendars knows more
    while _nse_days_of(year + 1) is not None:
        year += 1
    return date(year, 12, 31)
