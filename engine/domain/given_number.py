"""A number as a person gave it, in a file or a request. Read by bot settings and risk limits; both refuse alike.

An amount is money or a quantity. Decimals are reckoned with to 28 digits: a larger one times a price would not fit.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from engine.domain.errors import InvalidValue

AMOUNT_MAX = Decimal(10) ** 12
_MAGNITUDE_MAX = 30  # powers of ten: text may name a number that takes hours to write out


def number_of(field: str, value: Any) -> Decimal:
    """A finite number of a usual size, exactly as written; raises InvalidValue otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InvalidValue(field, f"must be a number, is {value!r}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise InvalidValue(field, f"must be a number, is {value!r}") from None
    if not number.is_finite():
        raise InvalidValue(field, f"must be a finite number, is {value!r}")
    if abs(number.adjusted()) > _MAGNITUDE_MAX:
        raise InvalidValue(field, f"is too large or too small a number: {value!r}")
    return number
