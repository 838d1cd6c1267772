"""Trading days and sessions of each venue. Fed by nse_days; feeds readers, merge and feeds.

Every venue here keeps one offset from UTC all year (India and UTC know no summer time), so a day is plain arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeAlias

from engine.domain.errors import InvalidValue
from engine.domain.instant import DAY, MINUTE, SECOND, Instant
from engine.domain.market import TradingSession
from engine.market_data.hours import NSE_HOURS, ROUND_THE_CLOCK, Hours
from engine.market_data.nse_days import NseDays

IST_OFFSET_S = 19_800
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LOOK_AHEAD_DAYS = 30  # no venue was ever closed for a month; a longer search means that coverage has ended

NSE_AUCTION_SINCE = date(2026, 8, 3)  # the closing auction of shares that have derivatives


class TradingDays(Protocol):
    """Which days a venue trades."""

    def trades_on(self, day: date) -> bool:
        """Whether the venue has an ordinary day."""

    def special_hours(self, day: date) -> Hours | None:
        """The times of a day that is not like the others, ordinary or not; None for most."""

    def known_until(self) -> date | None:
        """The last day that somebody has told of; None where every day is alike."""


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

    def closed_because(self, day: date) -> str | None:
        """Why the venue has no session on a day, and what to do where nobody knows; None where it has one."""
        if self.session_on(day) is not None:
            return None
        known_until = self.days.known_until()
        if known_until is None or day <= known_until:
            return f"{self.venue} is closed on {day}"
        return (
            f"{self.venue}'s trading days are known until {known_until}, {day} lies beyond, and nothing trades on "
            "a day that nobody has told of: install a newer exchange_calendars, or name the day in the file of "
            "LOCKSTEP_CALENDAR"
        )

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
            closes=hours.closes,
        )


Calendars: TypeAlias = Callable[[str], Calendar]


class Sessions:
    """The sessions of days that have data, each reckoned once: many symbols share a day."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._of: dict[tuple[str, int], TradingSession] = {}

    def of(self, venue: str, day: int) -> TradingSession:
        """A venue's session on a day (since 1970-01-01) that has data."""
        session = self._of.get((venue, day))
        if session is None:
            session = self._calendars(venue).session_for_data(date.fromordinal(_EPOCH_ORDINAL + day))
            self._of[venue, day] = session
        return session


@dataclass(frozen=True, slots=True)
class EveryDay:
    """A venue that never closes: UTC days."""

    def trades_on(self, day: date) -> bool:
        return True

    def special_hours(self, day: date) -> Hours | None:
        return None

    def known_until(self) -> date | None:
        return None


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Monday to Friday, no holidays; the demo market's days."""

    def trades_on(self, day: date) -> bool:
        return day.weekday() < 5

    def special_hours(self, day: date) -> Hours | None:
        return None

    def known_until(self) -> date | None:
        return None


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
