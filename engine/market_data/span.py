"""A part of market data by days, without a copy of it. Fed by readers; feeds walk-forward."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from engine.market_data.calendar import Calendar
from engine.market_data.columns import BarColumns, MarketData, TickColumns

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def traded_days(data: MarketData) -> list[date]:
    """The days on which anything was traded, of any venue, ascending."""
    numbers = {int(number) for part in data.parts for number in part.days.tolist()}
    return [date.fromordinal(_EPOCH_ORDINAL + number) for number in sorted(numbers)]


def between(data: MarketData, first: date, last: date) -> MarketData:
    """The rows from `first` to `last`, both included and both the venue's days: views of the same columns.

    A tick counts for the day it lies among, as it does for a reader who asks for days.
    """
    return replace(
        data,
        ticks=tuple(part for part in _cut(data.ticks, data.calendars, first, last) if isinstance(part, TickColumns)),
        bars=tuple(part for part in _cut(data.bars, data.calendars, first, last) if isinstance(part, BarColumns)),
    )


def _cut(
    parts: Iterable[TickColumns | BarColumns], calendars: Callable[[str], Calendar], first: date, last: date
) -> list[TickColumns | BarColumns]:
    cut: list[TickColumns | BarColumns] = []
    for part in parts:
        calendar = calendars(part.instrument.venue)
        begin, end = calendar.midnight(first), calendar.midnight(last + timedelta(days=1))
        order = part.place if isinstance(part, TickColumns) else part.open_at
        low, high = int(np.searchsorted(order, begin)), int(np.searchsorted(order, end))
        if low == high:
            continue
        kept = part.days[(part.days >= first.toordinal() - _EPOCH_ORDINAL)
                         & (part.days <= last.toordinal() - _EPOCH_ORDINAL)]  # fmt: skip
        names = ("at", "price", "quantity", "place") if isinstance(part, TickColumns) else (
            "open_at", "open", "high", "low", "close", "volume"
        )  # fmt: skip
        rows = {name: getattr(part, name)[low:high] for name in names}
        cut.append(replace(part, days=kept, **rows))
    return cut
