"""What makes a row of a file unusable, told with its line. Called by parts on the rows of tables.

Bars come finished, so a wrong one is a broken file. A tick's wrong time, or a price of 0 or of ten times the last, is
the market's dirt: it stays in, for the core's guard to drop and count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.domain.instant import MINUTE, iso
from engine.market_data.columns import Instants, Mask, Units
from engine.market_data.tables import Rows
from engine.market_data.timestamps import EARLIEST, LATEST

Floats: TypeAlias = npt.NDArray[np.float64]
Index: TypeAlias = npt.NDArray[np.intp]

_EXACT_UNITS = 2.0**53  # beyond this a double can't tell one unit from the next


def check_bar_rows(rows: Rows) -> None:
    """Raise DataError for the first row that is no bar."""
    open_, high, low, close, volume = rows.numbers
    named = zip(rows.layout.prices, (open_, high, low, close), strict=True)
    _refuse_first(
        rows,
        [
            *((~np.isfinite(values) | (values <= 0), name, values, "is not a price above 0") for name, values in named),
            (~np.isfinite(volume) | (volume < 0), rows.layout.amount, volume, "is not a volume"),
            (high < low, "high", high, "is below low"),
            ((open_ > high) | (open_ < low), "open", open_, "is outside low and high"),
            ((close > high) | (close < low), "close", close, "is outside low and high"),
        ],
    )
    for row in _first((rows.stamps.at < EARLIEST) | (rows.stamps.at > LATEST)):
        raise rows.refuse(row, f"{rows.layout.time.strip()} lies in no year from 1900 to 2199")


def check_tick_rows(rows: Rows) -> None:
    """Raise DataError for the first row whose price is no number, or whose amount can't be one."""
    price, amount = rows.numbers
    _refuse_first(
        rows,
        [
            (~np.isfinite(price), rows.layout.prices[0], price, "is not a number"),
            (~np.isfinite(amount) | (amount < 0), rows.layout.amount, amount, "is not a quantity"),
        ],
    )


def check_range(rows: Rows, index: Index, prices: Floats, digits: int) -> None:
    """Raise DataError for the first price too large to be held in whole units."""
    for row in _first(np.abs(prices) * 10.0**digits >= _EXACT_UNITS):
        raise rows.refuse(int(index[row]), f"price {prices[row]} is too large to hold with {digits} digits")


def check_not_rounded_away(rows: Rows, index: Index, units: Units, digits: int) -> None:
    """Raise DataError for the first bar with a price that is nothing in the instrument's unit."""
    for row in _first(units <= 0):
        raise rows.refuse(int(index[row]), f"low rounds to 0: this symbol's prices have {digits} digits")


def check_increasing(rows: Rows, index: Index, symbol: str, at: Instants) -> None:
    """Raise DataError for the first bar of a symbol that does not open after the one before."""
    for row in _first(np.diff(at) <= 0):
        this, before = iso(int(at[row + 1])), iso(int(at[row]))
        raise rows.refuse(int(index[row + 1]), f"{symbol} at {this} is not after the bar before it, {before}")


def check_whole_minutes(rows: Rows, index: Index, symbol: str, at: Instants) -> None:
    """Raise DataError for the first bar that opens within a minute: bars are judged as whole minutes end."""
    for row in _first(at % MINUTE != 0):
        opens = iso(int(at[row]))
        raise rows.refuse(int(index[row]), f"{symbol} at {opens} opens within a minute; bars open at whole ones")


def _refuse_first(rows: Rows, checks: list[tuple[Mask, str, Floats, str]]) -> None:
    """Raise for the row nearest the top that any check is true of, naming the value it is about."""
    found = [(row, name, values, reason) for mask, name, values, reason in checks for row in _first(mask)]
    if found:
        row, name, values, reason = min(found, key=lambda hit: hit[0])
        raise rows.refuse(row, f"{name.strip()} {values[row]:.15g} {reason}")


def _first(mask: Mask) -> Iterator[int]:
    """The first row a mask is true of, if there is one."""
    if mask.any():
        yield int(mask.argmax())
