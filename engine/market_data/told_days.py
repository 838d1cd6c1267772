"""Days that a person tells of, over those of the calendars: closures at short notice, special sessions, years to come.

Read from the file that LOCKSTEP_CALENDAR names; feeds readers and whoever asks for a calendar. The file is JSON:

    {"NSE": {"2026-11-08": ["18:00", "19:00"], "2026-11-23": "closed", "2027-01-04": "open"}}

A pair of times (the venue's) is a session, `closed` is none, `open` an ordinary day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.domain.errors import DataError
from engine.market_data.calendar import Calendar, TradingDays, calendar_for
from engine.market_data.files import read_bytes
from engine.market_data.hours import Hours, nse_hours

_VENUES = ("NSE", "DEMO")  # a coin's venue never closes
_WARN_DAYS = 30


@dataclass(frozen=True, slots=True)
class ToldDays:
    """A file's days by venue; of each its hours, None for closed and the text `open` for an ordinary one.

    `digest` is of the file's bytes, empty where there is no file: the days are part of what a backtest was made with.
    """

    by_venue: Mapping[str, Mapping[date, Hours | str | None]] = field(default_factory=dict)
    digest: str = ""

    def calendar(self, venue: str, live: bool = False) -> Calendar:
        """A venue's calendar with these days in it. Raises InvalidValue for a venue without a calendar."""
        calendar = calendar_for(venue, live)
        told = self.by_venue.get(venue)
        return calendar if not told else replace(calendar, days=_WithTold(calendar.days, told))


@dataclass(frozen=True, slots=True)
class _WithTold:
    days: TradingDays
    told: Mapping[date, Hours | str | None]

    def trades_on(self, day: date) -> bool:
        return self.told[day] is not None if day in self.told else self.days.trades_on(day)

    def special_hours(self, day: date) -> Hours | None:
        if day not in self.told:
            return self.days.special_hours(day)
        said = self.told[day]
        return said if isinstance(said, Hours) else None

    def known_until(self) -> date | None:
        return self.days.known_until()


def read_told_days(path: Path | None) -> ToldDays:
    """A file's days; none without a file. Raises DataError naming the day that is wrong."""
    if path is None:
        return ToldDays()
    content = read_bytes(path)
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise DataError(str(path), f"is not JSON: {problem}") from problem
    if not isinstance(said, dict):
        raise DataError(str(path), 'must be an object of venues, such as {"NSE": {"2027-01-04": "open"}}')
    by_venue = {venue: _days_of(path, venue, days) for venue, days in said.items()}
    return ToldDays(by_venue, sha256(content).hexdigest())


def _days_of(path: Path, venue: str, days: Any) -> dict[date, Hours | str | None]:
    if venue not in _VENUES:
        raise DataError(str(path), f"{venue!r} has no days to tell of; there are {', '.join(_VENUES)}")
    if not isinstance(days, dict):
        raise DataError(str(path), f"{venue}: must be an object of days")
    return dict(_day(path, venue, text, said) for text, said in days.items())


def _day(path: Path, venue: str, text: str, said: Any) -> tuple[date, Hours | str | None]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DataError(str(path), f"{venue}: {text!r} is not a date like 2027-01-04") from None
    if said in ("open", "closed"):
        return day, said if said == "open" else None
    try:
        opens, closes = said
        return day, nse_hours(opens, closes)
    except (ValueError, TypeError):
        known = '"open", "closed" or two times of at least half an hour like ["18:00", "19:00"]'
        raise DataError(str(path), f"{venue}: {text} is {json.dumps(said)[:60]}; a day is {known}") from None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether a venue's days are known as far as one needs them; `text` says so in a sentence."""

    good: bool
    text: str


def coverage(calendar: Calendar, today: date) -> Coverage:
    """What a check before the opening should say about a calendar: red from 30 days before its end."""
    known_until = calendar.days.known_until()
    if known_until is None:
        return Coverage(True, f"{calendar.venue} trades by one rule every day")
    left = (known_until - today).days
    if left < 0:
        return Coverage(False, calendar.closed_because(today) or f"{calendar.venue}: today was told of by hand")
    words = f"{calendar.venue}'s trading days are known until {known_until}"
    if left < _WARN_DAYS:
        return Coverage(False, f"{words}, {left} days from now: install a newer exchange_calendars")
    return Coverage(True, words)
