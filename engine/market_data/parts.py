"""One file's rows as columns, a part for each symbol. Fed by tables; feeds readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from engine.domain.errors import DataError, InvalidValue
from engine.domain.instant import SECOND
from engine.domain.instrument import Instrument
from engine.domain.timeframe import TIMEFRAMES, timeframe_us
from engine.market_data.calendar import Calendar, Calendars, calendar_for
from engine.market_data.columns import (
    BarColumns,
    DayNumbers,
    Instants,
    Mask,
    Quantities,
    TickColumns,
    busy_days,
    day_numbers,
    frozen,
    places,
    price_units,
)
from engine.market_data.forms import Form
from engine.market_data.instruments import instrument_for
from engine.market_data.row_checks import (
    check_bar_rows,
    check_increasing,
    check_not_rounded_away,
    check_range,
    check_tick_rows,
    check_whole_minutes,
)
from engine.market_data.tables import Rows

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_VENUE_ZONES = {"NSE": "Asia/Kolkata", "DEMO": "Asia/Kolkata", "COINBASE": "UTC"}

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the files to read: None is all. Days are the venue's, both included.

    `stamped_at_close`: the files' bars carry the time at which they end, where ours carry the one at which they begin.
    `timeframe`: of bars, where it is known already; None: as the rows say.
    """

    symbols: frozenset[str] | None = None
    first_day: date | None = None
    last_day: date | None = None
    zone: ZoneInfo | None = None
    stamped_at_close: bool = False
    calendars: Calendars = calendar_for
    timeframe: str | None = None

    def days_mask(self, days: DayNumbers) -> Mask:
        """Which of these days are wanted."""
        wanted = np.ones(len(days), dtype=np.bool_)
        if self.first_day is not None:
            wanted &= days >= self.first_day.toordinal() - _EPOCH_ORDINAL
        if self.last_day is not None:
            wanted &= days <= self.last_day.toordinal() - _EPOCH_ORDINAL
        return wanted


def tick_parts(rows: Rows, wanted: Wanted) -> Iterator[TickColumns]:
    """A part for each wanted symbol of a file of ticks; one that has no row in the wanted days is left out."""
    check_tick_rows(rows)
    for instrument, index in _symbols_of(rows, wanted):
        calendar = wanted.calendars(instrument.venue)
        at = rows.stamps.instants(index, _zone(instrument, wanted))
        price, amount = (numbers[index] for numbers in rows.numbers)
        check_range(rows, index, price, instrument.price_digits)
        days = day_numbers(at, calendar)
        busy = _busy_days_of_ticks(at, days, calendar)
        place = places(at, np.isin(days, busy))
        # A stray row goes with the day it lies among, or a filter would move it out of the guard's sight.
        kept = wanted.days_mask(day_numbers(place, calendar))
        if kept.any():
            yield TickColumns(
                instrument=instrument,
                file=str(rows.file.path),
                at=frozen(at[kept]),
                price=frozen(price_units(price, instrument.price_digits)[kept]),
                quantity=frozen((_rises(amount, days) if rows.layout.form is Form.CUMULATIVE else amount)[kept]),
                place=frozen(place[kept]),
                days=frozen(busy[wanted.days_mask(busy)]),
            )


def _busy_days_of_ticks(at: Instants, days: DayNumbers, calendar: Calendar) -> DayNumbers:
    """The busy days by what lies in trading hours: a recorder left on prints all night, and into the next morning."""
    trading = np.zeros(len(at), dtype=np.bool_)
    for day in np.unique(days).tolist():
        session = calendar.session_for_data(date.fromordinal(_EPOCH_ORDINAL + day))
        trading |= (session.open_at <= at) & (at < session.close_at)
    return busy_days(days[trading] if trading.any() else days)


def bar_parts(rows: Rows, wanted: Wanted) -> Iterator[BarColumns]:
    """A part for each wanted symbol of a file of bars; one that has no row in the wanted days is left out."""
    check_bar_rows(rows)
    symbols = list(_symbols_of(rows, wanted))
    opens = [rows.stamps.instants(index, _zone(instrument, wanted)) for instrument, index in symbols]
    for (instrument, index), at in zip(symbols, opens, strict=True):
        check_increasing(rows, index, instrument.symbol, at)
    timeframe = _timeframe(rows, opens, wanted.timeframe)
    if wanted.stamped_at_close:
        opens = [at - timeframe_us(timeframe) for at in opens]
    for (instrument, index), at in zip(symbols, opens, strict=True):
        check_whole_minutes(rows, index, instrument.symbol, at)
        calendar = wanted.calendars(instrument.venue)
        days = day_numbers(at, calendar)
        kept = wanted.days_mask(days)
        if not kept.any():
            continue
        for prices in rows.numbers[:4]:
            check_range(rows, index, prices[index], instrument.price_digits)
        open_, high, low, close = (price_units(prices[index], instrument.price_digits) for prices in rows.numbers[:4])
        check_not_rounded_away(rows, index, low, instrument.price_digits)
        yield BarColumns(
            instrument=instrument,
            file=str(rows.file.path),
            timeframe=timeframe,
            open_at=frozen(at[kept]),
            open=frozen(open_[kept]),
            high=frozen(high[kept]),
            low=frozen(low[kept]),
            close=frozen(close[kept]),
            volume=frozen(rows.numbers[4][index][kept]),
            days=frozen(traded_days(days[kept], busy_days(days), calendar)),
        )


def _symbols_of(rows: Rows, wanted: Wanted) -> Iterator[tuple[Instrument, Index]]:
    """Each wanted symbol of a file with the numbers of its rows, ascending."""
    order = np.argsort(rows.codes, kind="stable")
    ends = np.cumsum(np.bincount(rows.codes, minlength=len(rows.symbols)))
    for symbol, index in zip(rows.symbols, np.split(order, ends[:-1]), strict=True):
        if len(index) == 0 or (wanted.symbols is not None and symbol not in wanted.symbols):
            continue
        try:
            yield instrument_for(symbol), index
        except InvalidValue as problem:
            raise rows.refuse(int(index[0]), problem.message) from problem


def _zone(instrument: Instrument, wanted: Wanted) -> ZoneInfo:
    return wanted.zone or ZoneInfo(_VENUE_ZONES[instrument.venue])


def _rises(cumulative: Quantities, days: DayNumbers) -> Quantities:
    """Quantity traded since the row before, from the day's volume so far: the rise of its running maximum.

    Feeds repeat old totals; a total that steps back is an old message, not a negative trade. A day's first row has
    nothing to rise from.
    """
    rises = np.zeros(len(cumulative))
    order = np.argsort(days, kind="stable")
    for index in np.split(order, np.flatnonzero(np.diff(days[order])) + 1):
        rises[index[1:]] = np.diff(np.maximum.accumulate(cumulative[index]))
    return rises


def _timeframe(rows: Rows, opens: list[Instants], known: str | None) -> str:
    """The timeframe of a file: the smallest step between two bars of a symbol; a minute where there are no two."""
    steps = [int(np.diff(at).min()) for at in opens if len(at) > 1]
    if not steps:
        return known or "1m"
    if known is not None and min(steps) >= timeframe_us(known):
        return known
    for timeframe, width in TIMEFRAMES.items():
        if width == min(steps):
            return timeframe
    apart = f"bars are {min(steps) / SECOND:g} s apart"
    raise DataError(str(rows.file.path), f"{apart}; there are timeframes of {', '.join(TIMEFRAMES)}")


def traded_days(days: DayNumbers, busy: DayNumbers, calendar: Calendar) -> DayNumbers:
    """The days that get a session: the calendar's, and those it calls closed that hold too much data for a mistake."""
    traded = np.isin(found := np.unique(days), busy)
    for number in np.flatnonzero(~traded):  # few, mostly none: the calendar need not be asked about a busy day
        traded[number] = calendar.session_on(date.fromordinal(_EPOCH_ORDINAL + int(found[number]))) is not None
    kept: DayNumbers = found[traded]
    return kept
