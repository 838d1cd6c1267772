"""Times in the rows of Angel One's books, read: India's, without saying so. Feeds order_rows."""

from __future__ import annotations

from datetime import date, datetime, time

from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.bookkeeping.row_values import Row, text
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import Instant, instant_of, moment_of

_STAMP, _CLOCK = "%d-%b-%Y %H:%M:%S", "%H:%M:%S"
_STAMPS = ("updatetime", "exchorderupdatetime", "exchtime")


def stamped_at(row: Row) -> Instant | None:
    """When an order's row changed last: India's time without saying so, or nothing."""
    for name in _STAMPS:
        words = text(row, name)
        if words:
            try:
                return instant_of(datetime.strptime(words, _STAMP).replace(tzinfo=IST))
            except ValueError as error:
                raise OutcomeUnknown(f"the broker's {name} {words!r} is no time") from error
    return None


def clock_on(words: str, day: date) -> Instant:
    """A time of day in India on a date. Raises OutcomeUnknown."""
    try:
        at = datetime.strptime(words.strip(), _CLOCK).replace(tzinfo=IST).time()
    except ValueError as error:
        raise OutcomeUnknown(f"the broker's time of a fill {words!r} is no time of day") from error
    return instant_of(datetime.combine(day, at, IST))


def day_in_india(at: Instant) -> date:
    """The date that it is there."""
    return moment_of(at).astimezone(IST).date()


def beginning_of(day: date) -> Instant:
    """Midnight there, with which the broker's books of the day begin."""
    return instant_of(datetime.combine(day, time(), IST))
