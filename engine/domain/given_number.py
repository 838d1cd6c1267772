"""A number as a person gave it, in a file or a request. Read by bot settings and risk limits; both refuse alike."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from engine.domain.errors import InvalidValue


def number_of(field: str, value: Any) -> Decimal:
    """A finite number, exactly as written; raises InvalidValue otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InvalidValue(field, f"must be a number, is {value!r}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise InvalidValue(field, f"must be a number, is {value!r}") from None
    if not number.is_finite():
        raise InvalidValue(field, f"must be a finite number, is {value!r}")
    return number
