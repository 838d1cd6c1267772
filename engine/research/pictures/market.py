"""Candles for pictures, of the prices that a backtest read. Fed by prices.py; feeds candles.py."""

from __future__ import annotations

from datetime import date

import numpy as np

from engine.domain.instant import MINUTE, Instant
from engine.market_data.columns import MarketData
from engine.research.pictures.candles import Candles
from engine.research.prices import clean_rows, instrument_of

_WIDTHS_MIN = (1, 2, 3, 5, 10, 15, 30, 60, 120, 240, 1_440)


def day_candles(data: MarketData, symbol: str, day: date, *, most: int = 130) -> Candles:
    """The candles of a symbol's trading day, as narrow as `most` of them allow; none where the data has nothing."""
    return span_candles(data, symbol, day, day, most=most)


def span_candles(data: MarketData, symbol: str, first: date, last: date, *, most: int = 260) -> Candles:
    """The candles of a symbol over trading days, both included, as narrow as `most` of them allow.

    They begin with each day's open, so none holds prices of two days.
    """
    instrument = instrument_of(data, symbol)
    rows = None if instrument is None else clean_rows(data, symbol, first, last)
    if instrument is None or rows is None or not len(rows):
        return Candles(symbol, MINUTE, 0, (), (), (), (), (), ())
    calendar = data.calendars(instrument.venue)
    session = calendar.session_for_data(first)
    days = len({calendar.day_at(at) for at in np.unique(rows.at // (60 * MINUTE) * 60 * MINUTE).tolist()})
    width = _width(days * (session.close_at - session.open_at), most)
    numbers = (rows.at - session.open_at) // width
    starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
    ends = np.append(starts[1:], len(rows)) - 1
    scale = 10.0**instrument.price_digits
    return Candles(
        symbol,
        width,
        session.utc_offset_s,
        (session.open_at + numbers[starts] * width).tolist(),
        (rows.open[starts] / scale).tolist(),
        (np.maximum.reduceat(rows.high, starts) / scale).tolist(),
        (np.minimum.reduceat(rows.low, starts) / scale).tolist(),
        (rows.close[ends] / scale).tolist(),
        np.add.reduceat(rows.volume, starts).tolist(),
        instrument.price_digits,
    )


def _width(traded_us: Instant, most: int) -> Instant:
    """The narrowest width that needs no more than `most` candles."""
    return next(
        (width * MINUTE for width in _WIDTHS_MIN if traded_us <= most * width * MINUTE), _WIDTHS_MIN[-1] * MINUTE
    )
