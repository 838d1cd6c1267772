"""Values in the rows of brokers' books, read: text, number or nothing for the same field. Feeds each broker's rows.

What can't be read is OutcomeUnknown, never a guess: a row that says something unheard of may be about our money.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from engine.domain.errors import OutcomeUnknown

Row: TypeAlias = Mapping[str, Any]


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
