"""Plain prices of the data that a run read, for pictures and the benchmark. Fed by market_data; decides nothing.

Rows that the tick guard would drop are left out by the plainest of its rules (outside the session, out of order,
not above 0, further from the day's middle than a price band), so that a dirty row neither flattens a picture nor prices
a benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from engine.core.tape import BAND_PCT
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.domain.timeframe import timeframe_us
from engine.market_data.columns import BarColumns, MarketData, TickColumns

Stamps = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Units = npt.NDArray[np.int64]
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Rows:
    """Clean rows of one symbol in order of time, prices in units. Of a tick all four prices are its own.

    `until` is when a row's close was known: a bar's end, a tick's own time.
    """

    at: Stamps
    until: Stamps
    open: Units
    high: Units
    low: Units
    close: Units
    volume: Numbers

    def __len__(self) -> int:
        return len(self.at)

    def close_at(self, instants: Stamps) -> Units:
        """The last close known at each instant; the first open before any."""
        numbers = np.searchsorted(self.until, instants, side="right") - 1
        known: Units = np.where(numbers >= 0, self.close[np.maximum(numbers, 0)], self.open[0])
        return known


def instrument_of(data: MarketData, symbol: str) -> Instrument | None:
    """The instrument of a symbol; None where the data has none."""
    return next((found for found in data.instruments if found.symbol == symbol), None)


class CleanPrices:
    """The clean rows of some data, a symbol at a time; sessions are looked up once for all symbols."""

    def __init__(self, data: MarketData) -> None:
        self._data = data
        self._sessions: dict[tuple[str, int], TradingSession] = {}

    def rows(self, symbol: str, first: date | None = None, last: date | None = None) -> Rows:
        """A symbol's rows inside the sessions of its traded days, of `first` to `last` (included) or all."""
        low = None if first is None else first.toordinal() - _EPOCH_ORDINAL
        high = None if last is None else last.toordinal() - _EPOCH_ORDINAL
        columns: list[tuple[npt.NDArray[np.generic], ...]] = []
        for part in self._data.parts:
            if part.instrument.symbol == symbol:
                columns += [
                    _rows(part, self._session(part.instrument.venue, number))
                    for number in part.days.tolist()
                    if (low is None or low <= number) and (high is None or number <= high)
                ]
        if not columns:
            nothing = np.empty(0, dtype=np.int64)
            return Rows(nothing, nothing, nothing, nothing, nothing, nothing, np.empty(0))
        joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
        if (np.diff(joined[0]) >= 0).all():
            return Rows(*joined)
        order = np.argsort(joined[0], kind="stable")
        return Rows(*(column[order] for column in joined))

    def any(self, symbol: str) -> bool:
        """Whether a symbol has a clean row at all."""
        return any(
            len(_rows(part, self._session(part.instrument.venue, number))[0])
            for part in self._data.parts
            if part.instrument.symbol == symbol
            for number in part.days.tolist()
        )

    def _session(self, venue: str, number: int) -> TradingSession:
        session = self._sessions.get((venue, number))
        if session is None:
            day = date.fromordinal(_EPOCH_ORDINAL + number)
            session = self._sessions[venue, number] = self._data.calendars(venue).session_for_data(day)
        return session


def clean_rows(data: MarketData, symbol: str, first: date | None = None, last: date | None = None) -> Rows:
    """One symbol's clean rows; see `CleanPrices.rows`."""
    return CleanPrices(data).rows(symbol, first, last)


def _rows(part: TickColumns | BarColumns, session: TradingSession) -> tuple[npt.NDArray[np.generic], ...]:
    if isinstance(part, BarColumns):
        rows = slice(*np.searchsorted(part.open_at, (session.open_at, session.close_at)).tolist())
        at = part.open_at[rows]
        until = np.minimum(at + timeframe_us(part.timeframe), session.close_at)
        return at, until, part.open[rows], part.high[rows], part.low[rows], part.close[rows], part.volume[rows]
    inside = (part.at >= session.open_at) & (part.at < session.close_at)
    kept = inside & (part.at == part.place) & (part.price > 0)
    at, price, volume = part.at[kept], part.price[kept], part.quantity[kept]
    if len(price):
        middle = float(np.median(price))
        near = np.abs(price - middle) * 100 <= middle * BAND_PCT
        at, price, volume = at[near], price[near], volume[near]
    return at, at, price, price, price, price, volume
