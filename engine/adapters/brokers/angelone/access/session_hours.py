"""When a session is had: from some time before the open to some time after the close, India's time. Asked by session.

Exchanges ask that every session by API is logged out each day; outside these hours nothing logs in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.adapters.brokers.angelone.access.tokens import IST
from engine.domain.errors import BackPressure, InvalidValue
from engine.domain.instant import NEVER, Instant, instant_of, moment_of

BEGINS, ENDS = time(8, 30), time(16, 15)  # the open is 09:15, post-close trading ends at 16:00
AFTER_CLOSE = timedelta(minutes=45)  # as usually, from 15:30
LOOK_AHEAD_DAYS = 30  # no exchange rests for longer


class OutsideHours(BackPressure):
    """No session is had now, by plan; the words say when the next begins."""


def every_day(day: date) -> bool:
    """Sessions on all days, weekends too: for who has no calendar."""
    return True


def as_usual(day: date) -> Instant | None:
    """No day closes at a time of its own: for who has no calendar."""
    return None


@dataclass(frozen=True, slots=True)
class SessionHours:
    """`trades_on` says of a day in India whether there is trading, `closes_on` when that ends, None for as usual.

    Raises InvalidValue where they end before they begin.
    """

    begins: time = BEGINS
    ends: time = ENDS
    trades_on: Callable[[date], bool] = every_day
    closes_on: Callable[[date], Instant | None] = as_usual

    def __post_init__(self) -> None:
        if self.begins >= self.ends:
            raise InvalidValue("session_hours", f"end at {self.ends}, before they begin at {self.begins}")

    def allow(self, at: Instant) -> bool:
        """Whether a session may be had now."""
        local = moment_of(at).astimezone(IST)
        return self.begins <= local.time() and local < self.end_of(local.date()) and self.trades_on(local.date())

    def end_of(self, day: date) -> datetime:
        """When a session of that day ends: later where the exchange closes later, as on the evening of Diwali."""
        usual, closes_at = datetime.combine(day, self.ends, IST), self.closes_on(day)
        return usual if closes_at is None else max(usual, moment_of(closes_at).astimezone(IST) + AFTER_CLOSE)

    def next_begin(self, at: Instant) -> Instant:
        """The first beginning after `at`; NEVER where the calendar knows of none within a month."""
        local = moment_of(at).astimezone(IST)
        for ahead in range(LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            begins_at = datetime.combine(day, self.begins, IST)
            if begins_at > local and self.trades_on(day):
                return instant_of(begins_at)
        return NEVER
