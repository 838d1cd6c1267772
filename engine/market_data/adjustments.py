"""Splits and bonus issues that a person names, applied to older prices. Read from a file for `data import --adjust`.

Nothing is ever adjusted unasked. A ratio is new shares for one old: 2 where one share became two, 0.1 where ten became
one, 3/2 where two became three. Prices before the day are divided by it and volumes multiplied, so that a series looks
as if there had always been as many shares as at its end.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from engine.domain.errors import DataError
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import BarColumns, TickColumns, Units, day_numbers, frozen
from engine.market_data.exact_csv import decoded
from engine.market_data.files import read_bytes

_HEADER = ["symbol", "day", "ratio"]
_RATIO_MAX = 1_000  # more new shares for one than any company has issued at once
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Split:
    """From the venue's `day` on (days since 1970-01-01), `ratio` shares are what one was before."""

    day: int
    ratio: Fraction


@dataclass(frozen=True, slots=True)
class Splits:
    """What a file says: each symbol's splits by day, and the SHA-256 of the file's bytes."""

    by_symbol: Mapping[str, Sequence[Split]]
    digest: str


def read_splits(path: Path) -> Splits:
    """A CSV file of `symbol,day,ratio`; raises DataError with the line that is wrong."""
    content = read_bytes(path)
    reader = csv.reader(StringIO(decoded(str(path), content), newline=""))
    header = [name.strip() for name in next(reader, [])]
    if header != _HEADER:
        raise DataError(str(path), f"splits have the columns symbol, day, ratio; found {', '.join(header) or 'none'}")
    found: dict[str, list[Split]] = {}
    for row in reader:
        if not row:
            continue
        if len(row) != len(_HEADER):
            raise DataError(str(path), f"3 columns expected, {len(row)} found", reader.line_num)
        symbol, split = _split(path, reader.line_num, [cell.strip() for cell in row])
        if any(other.day == split.day for other in found.get(symbol, ())):
            raise DataError(str(path), f"{symbol} has two splits on one day", reader.line_num)
        found.setdefault(symbol, []).append(split)
    if not found:
        raise DataError(str(path), "has a header and no splits")
    by_symbol = {symbol: tuple(sorted(splits, key=lambda one: one.day)) for symbol, splits in found.items()}
    return Splits(by_symbol, sha256(content).hexdigest())


def _split(path: Path, line: int, row: list[str]) -> tuple[str, Split]:
    symbol, day_text, ratio_text = row
    try:
        day = date.fromisoformat(day_text)
    except ValueError:
        raise DataError(str(path), f"day {day_text!r} is not a date like 2021-04-28", line) from None
    try:
        ratio = Fraction(ratio_text)
    except (ValueError, ZeroDivisionError):
        raise DataError(str(path), f"ratio {ratio_text!r} is not a number of new shares like 2 or 3/2", line) from None
    if not 0 < ratio <= _RATIO_MAX or ratio < Fraction(1, _RATIO_MAX) or ratio.denominator > _RATIO_MAX:
        raise DataError(str(path), f"ratio {ratio_text!r} is not between 1/{_RATIO_MAX} and {_RATIO_MAX}", line)
    return symbol, Split(day.toordinal() - _EPOCH_ORDINAL, ratio)


def adjusted_bars(part: BarColumns, splits: Splits) -> BarColumns:
    """The bars with the prices of today's shares; prices in whole units, half to even."""
    days = day_numbers(part.open_at, calendar_for(part.instrument.venue))
    values: dict[str, Any] = {name: getattr(part, name) for name in ("open", "high", "low", "close", "volume")}
    for split in splits.by_symbol.get(part.instrument.symbol, ()):
        before = days < split.day
        for name in ("open", "high", "low", "close"):
            values[name] = np.where(before, _divided(values[name], split.ratio), values[name])
        values["volume"] = np.where(before, values["volume"] * float(split.ratio), values["volume"])
    values = {name: frozen(column) for name, column in values.items()}
    if (values["low"] <= 0).any():
        raise DataError(part.file, f"{part.instrument.symbol} has prices that the ratio makes nothing of")
    return replace(part, **values)


def adjusted_ticks(part: TickColumns, splits: Splits) -> TickColumns:
    """The ticks likewise; a row belongs to the day it lies among."""
    days = day_numbers(part.place, calendar_for(part.instrument.venue))
    price, quantity = part.price, part.quantity
    for split in splits.by_symbol.get(part.instrument.symbol, ()):
        before = days < split.day
        price = np.where(before, _divided(price, split.ratio), price)
        quantity = np.where(before, quantity * float(split.ratio), quantity)
    return replace(part, price=frozen(price), quantity=frozen(quantity))


def _divided(units: Units, ratio: Fraction) -> Units:
    """Whole units over a ratio, half to even, by whole numbers alone."""
    whole, rest = np.divmod(units * ratio.denominator, ratio.numerator)
    double = 2 * rest
    up = (double > ratio.numerator) | ((double == ratio.numerator) & (whole % 2 == 1))
    divided: Units = whole + up
    return divided
