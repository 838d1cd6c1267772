"""Market data in columns, as read from files: numpy arrays, read-only. Made by readers; taken apart by merge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from engine.domain.instant import DAY, SECOND
from engine.domain.instrument import Instrument
from engine.domain.timeframe import timeframe_us
from engine.market_data.calendar import Calendar, Calendars, calendar_for

Instants: TypeAlias = npt.NDArray[np.int64]  # microseconds since the epoch, UTC
Units: TypeAlias = npt.NDArray[np.int64]  # prices in the instrument's smallest unit
Quantities: TypeAlias = npt.NDArray[np.float64]
DayNumbers: TypeAlias = npt.NDArray[np.int64]  # the venue's days since 1970-01-01
Mask: TypeAlias = npt.NDArray[np.bool_]

# 1970-01-01, where computers begin to count, and 1980-01-01, where NSE's feeds do.
_CLOCK_ZEROS = (0, 3652)


@dataclass(frozen=True, slots=True)
class TickColumns:
    """One symbol's ticks of one file, in the file's order.

    `place` orders them among other symbols: the running maximum of the plausible rows' times, so that a late row, or
    one stamped with a wrong day, stays where the file has it. `days` are the venue's days that count as traded.
    """

    instrument: Instrument
    file: str
    at: Instants
    price: Units
    quantity: Quantities
    place: Instants
    days: DayNumbers

    COLUMNS: ClassVar = ("at", "price", "quantity", "place")

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class BarColumns:
    """One symbol's bars of one file, in the order of their opens; `days` as in TickColumns."""

    instrument: Instrument
    file: str
    timeframe: str
    open_at: Instants
    open: Units
    high: Units
    low: Units
    close: Units
    volume: Quantities
    days: DayNumbers

    COLUMNS: ClassVar = ("open_at", "open", "high", "low", "close", "volume")

    def __len__(self) -> int:
        return len(self.open_at)

    @property
    def close_at(self) -> Instants:
        """The instants at which the bars close."""
        return self.open_at + timeframe_us(self.timeframe)


Part = TypeVar("Part", bound=TickColumns | BarColumns)


@dataclass(frozen=True, slots=True)
class MarketData:
    """Everything that was read: a part for each symbol of each file, sorted by symbol, then by file.

    `notes` are sentences for the person who gave the files: columns and files that were left out. `calendars` are those
    by which its days were told, and by which its sessions open.
    """

    ticks: tuple[TickColumns, ...]
    bars: tuple[BarColumns, ...]
    notes: tuple[str, ...] = ()
    calendars: Calendars = calendar_for

    @property
    def parts(self) -> tuple[TickColumns | BarColumns, ...]:
        """All parts, of either form."""
        return (*self.ticks, *self.bars)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Each instrument once, in the order of symbols."""
        found = {part.instrument.symbol: part.instrument for part in self.parts}
        return tuple(found[symbol] for symbol in sorted(found))

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(instrument.symbol for instrument in self.instruments)

    @property
    def currency(self) -> str:
        """The currency its prices are in; the first symbol's where they differ."""
        return self.instruments[0].currency

    @property
    def tick_count(self) -> int:
        """Rows of ticks, dirty ones included."""
        return sum(len(part) for part in self.ticks)

    @property
    def bar_count(self) -> int:
        return sum(len(part) for part in self.bars)


def rows_of(part: Part, where: slice | Mask, days: DayNumbers) -> Part:
    """Some of a part's rows; `days` are those that count as traded among them."""
    values: dict[str, Any] = {name: frozen(getattr(part, name)[where]) for name in part.COLUMNS}
    return replace(part, days=frozen(days), **values)


def day_numbers(at: Instants, calendar: Calendar) -> DayNumbers:
    """The venue's day of each instant, as days since 1970-01-01."""
    days: DayNumbers = (at + calendar.utc_offset_s * SECOND) // DAY
    return days


def busy_days(days: DayNumbers) -> DayNumbers:
    """The days that hold at least a tenth of the rows of the busiest one, ascending.

    A tenth separates a short special session (an hour of six) from what strays into a recorder's file. A day from which
    clocks count holds what had no time at all, however many rows that is: never a trading day.
    """
    found, counts = np.unique(days[~np.isin(days, _CLOCK_ZEROS)], return_counts=True)
    busy: DayNumbers = found[counts * 10 >= counts.max(initial=0)]
    return busy


def places(at: Instants, plausible: Mask) -> Instants:
    """The running maximum of the plausible rows' times; rows before the first of them share its place."""
    first = at[np.argmax(plausible)]
    return np.maximum.accumulate(np.where(plausible, at, first))


def price_units(prices: npt.NDArray[np.float64], digits: int) -> Units:
    """Prices in currency as whole units of 10**-digits, half to even.

    A double holds 1.015 as a little less; what lies within its error of a half is taken for that half, so that the
    result is the one of decimal arithmetic for prices of up to 15 significant digits.
    """
    scaled = prices * 10.0**digits
    half = np.rint(scaled * 2.0) / 2.0
    exact = np.where(np.abs(scaled - half) <= np.abs(scaled) * 2.0**-50, half, scaled)
    return np.rint(exact).astype(np.int64)


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array, made read-only."""
    array.flags.writeable = False
    return array
