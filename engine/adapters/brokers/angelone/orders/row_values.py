"""Values in the rows of Angel One's books, read: text, number or nothing for the same field. Feeds order_rows.

What can't be read is OutcomeUnknown, never a guess: a row that says something unheard of may be about our money.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from engine.adapters.brokers.angelone.access.tokens import IST
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import Instant, instant_of, moment_of

Row: TypeAlias = Mapping[str, Any]

_STAMP, _CLOCK = "%d-%b-%Y %H:%M:%S", "%H:%M:%S"
_STAMPS = ("updatetime", "exchorderupdatetime", "exchtime")


def rows_of(data: Any, book: str) -> list[Row]:
    """The rows of a book, each once: nothing is `null`, and the same row twice is one. Raises OutcomeUnknown."""
    if data is None:
        return []
    if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
        raise OutcomeUnknown(f"the broker's {book} is no list of rows")
    return list({str(row): row for row in data}.values())


def text(row: Row, name: str) -> str:
    """Without what surrounds it; empty for nothing."""
    value = row.get(name)
    return "" if value is None else str(value).strip()


def number(row: Row, name: str) -> Decimal:
    """Nothing is 0, and a sign may stand apart from its number ("- 2235.80"). Raises OutcomeUnknown."""
    words = text(row, name).replace(" ", "").replace(",", "")
    try:
        value = Decimal(words or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise OutcomeUnknown(f"the broker's {name} {words!r} is no number")
    return value


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
