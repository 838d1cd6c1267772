"""Trading days and sessions of each venue. Fed by exchange_calendars and special_days; feeds readers, merge and feeds.

Every venue here keeps one offset from UTC all year (India and UTC know no summer time), so a day is plain arithmetic.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

from engine.domain.errors import InvalidValue
from engine.domain.instant import DAY, MINUTE, SECOND, Instant
from engine.domain.market import TradingSession
from engine.market_data.special_days import NSE_SPECIAL_DAYS

IST_OFFSET_S = 19_800
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LOOK_AHEAD_DAYS = 30  # no venue was ever closed for a month; a longer search means that coverage has ended


@dataclass(frozen=True, slots=True)
class Hours:
    """A day's times in minutes from local midnight; `flatten_at` None where positions are held over, `auction_at` where
    nothing leaves continuous trading before the close.
    """

    open_at: int
    entry_from: int
    entry_until: int
    flatten_at: int | None
    close_at: int
    auction_at: int | None = None


NSE_HOURS = Hours(
    open_at=9 * 60 + 15,
    entry_from=9 * 60 + 20,
    entry_until=14 * 60 + 45,
    flatten_at=14 * 60 + 55,
    close_at=15 * 60 + 30,
    auction_at=15 * 60 + 15,
)
NSE_AUCTION_SINCE = date(2026, 8, 3)  # the closing auction of shares that have derivatives
ROUND_THE_CLOCK = Hours(open_at=0, entry_from=0, entry_until=24 * 60, flatten_at=None, close_at=24 * 60)


class TradingDays(Protocol):
    """Which days a venue trades."""

    def trades_on(self, day: date) -> bool:
        """Whether the venue has an ordinary day."""

    def special_hours(self, day: date) -> Hours | None:
        """The times of a day that is not like the others, ordinary or not; None for most."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One venue's days. `ordinary` are the hours of a day that has nothing special."""

    venue: str
    utc_offset_s: int
    ordinary: Hours
    days: TradingDays

    def day_at(self, at: Instant) -> date:
        """The venue's date at an instant."""
        return date.fromordinal(_EPOCH_ORDINAL + (at + self.utc_offset_s * SECOND) // DAY)

    def midnight(self, day: date) -> Instant:
        """The instant at which the venue's date begins."""
        return (day.toordinal() - _EPOCH_ORDINAL) * DAY - self.utc_offset_s * SECOND

    def session_on(self, day: date) -> TradingSession | None:
        """The day's session; None when the venue is closed."""
        hours = self.days.special_hours(day)
        if hours is None and self.days.trades_on(day):
            hours = self.ordinary
        return None if hours is None else self._session(day, hours)

    def session_for_data(self, day: date) -> TradingSession:
        """The session of a day that has data: a special one where that is known, else an ordinary one.

        Data is proof that the venue traded; calendars miss special sessions.
        """
        return self._session(day, self.days.special_hours(day) or self.ordinary)

    def session_at(self, at: Instant) -> TradingSession | None:
        """The session going on at an instant (half-open); None outside one."""
        session = self.session_on(self.day_at(at))
        return session if session is not None and session.open_at <= at < session.close_at else None

    def next_day(self, day: date) -> date:
        """The first trading day after a date. Raises InvalidValue where the calendar knows none within a month."""
        for distance in range(1, _LOOK_AHEAD_DAYS + 1):
            following = day + timedelta(days=distance)
            if self.session_on(following) is not None:
                return following
        raise InvalidValue("day", f"no {self.venue} trading day is known in the month after {day}")

    def _session(self, day: date, hours: Hours) -> TradingSession:
        midnight = self.midnight(day)
        auction_at = hours.auction_at if day >= NSE_AUCTION_SINCE else None
        return TradingSession(
            venue=self.venue,
            day=day.isoformat(),
            open_at=midnight + hours.open_at * MINUTE,
            close_at=midnight + hours.close_at * MINUTE,
            entry_from=midnight + hours.entry_from * MINUTE,
            entry_until=midnight + hours.entry_until * MINUTE,
            flatten_at=None if hours.flatten_at is None else midnight + hours.flatten_at * MINUTE,
            utc_offset_s=self.utc_offset_s,
            continuous_until=None if auction_at is None else midnight + auction_at * MINUTE,
        )


@dataclass(frozen=True, slots=True)
class EveryDay:
    """A venue that never closes: UTC days."""

    def trades_on(self, day: date) -> bool:
        return True

    def special_hours(self, day: date) -> Hours | None:
        return None


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Monday to Friday, no holidays; the demo market's days."""

    def trades_on(self, day: date) -> bool:
        return day.weekday() < 5

    def special_hours(self, day: date) -> Hours | None:
        return None


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
        return None if special is None else _special_hours(*special)


def calendar_for(venue: str, live: bool = False) -> Calendar:
    """The calendar of a venue: NSE, COINBASE or DEMO. `live`: fail closed on days nobody has told us about.

    Raises InvalidValue for a venue without a calendar.
    """
    if venue == "NSE":
        return Calendar(venue, IST_OFFSET_S, NSE_HOURS, NseDays(live))
    if venue == "COINBASE":
        return Calendar(venue, 0, ROUND_THE_CLOCK, EveryDay())
    if venue == "DEMO":
        return Calendar(venue, IST_OFFSET_S, NSE_HOURS, Weekdays())
    raise InvalidValue("venue", f"no calendar for {venue!r}; there are COINBASE, DEMO, NSE")


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


def _special_hours(opens: str, closes: str) -> Hours:
    """A special session's times: an ordinary day's windows where it is as long, narrow margins in a short one."""
    open_at, close_at = _minute_of(opens), _minute_of(closes)
    if close_at - open_at < 120:
        return Hours(open_at, open_at + 5, close_at - 15, close_at - 10, close_at)
    # As on an ordinary day, entries end 45 and positions 35 minutes before the close.
    return Hours(open_at, open_at + 5, close_at - 45, close_at - 35, close_at)


def _minute_of(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
