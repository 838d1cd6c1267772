"""The broker's bars of the past (getCandleData). Made by the composition root; called by downloader and warm-up.

A call takes a window of so many days, by the width of its bars, and answers with rows [time, open, high, low, close,
volume] in rupees, oldest first, an empty window with null. What it leaves out it does not say: whole_candles.py looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.angelone.prices.instruments import Instruments, Listed
from engine.domain.errors import InvalidValue, OutcomeUnknown
from engine.domain.instant import DAY, MINUTE, Instant, instant_of, moment_of
from engine.domain.instrument import Instrument
from engine.domain.market import Bar
from engine.domain.timeframe import timeframe_us
from engine.market_data.instruments import NSE
from engine.ports import CandleLimits

# Our width: the broker's word, and the days that one call may span.
INTERVALS = {
    "1m": ("ONE_MINUTE", 30),
    "3m": ("THREE_MINUTE", 60),
    "5m": ("FIVE_MINUTE", 100),
    "15m": ("FIFTEEN_MINUTE", 200),
    "30m": ("THIRTY_MINUTE", 200),
    "1h": ("ONE_HOUR", 400),
}
# Published: 3 a second, 180 a minute, 5,000 an hour; a reader of September 2026 saw 150 a minute. Somewhat below both:
# the limiter is known to refuse what it allows.
CALLS = ((2, 1.0), (140, 60.0), (4_500, 3_600.0))


class Reads(Protocol):
    """Calls that only read; calls.Calls is one."""

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any: ...


class AngelOneCandles:
    """Implements ports.HistoricalCandles. Safe from several threads as the calls are."""

    venue = NSE

    def __init__(self, calls: Reads, instruments: Instruments) -> None:
        self._calls, self._instruments = calls, instruments

    def limits(self, timeframe: str) -> CandleLimits:
        """Raises InvalidValue for a width that is not one of ours."""
        return CandleLimits(_interval(timeframe)[1] * DAY, CALLS)

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        """See the port. The last minute asked for is the one before `until`: the broker includes both ends.

        Raises InvalidValue for a symbol that is not certain, and what a read raises.
        """
        listed = self._instruments.find(symbol)
        body = {
            "exchange": listed.exchange,
            "symboltoken": listed.token,
            "interval": _interval(timeframe)[0],
            "fromdate": _minute(since),
            "todate": _minute(until - MINUTE),
        }
        return read_candles(self._calls.read(Route.CANDLES, body), listed, timeframe)


def read_candles(data: Any, listed: Listed, timeframe: str) -> list[Bar]:
    """The bars of a reply's `data`, by time. Raises OutcomeUnknown where it is of another shape."""
    if data is None:
        return []
    instrument, width = listed.instrument, timeframe_us(timeframe)
    try:
        bars = [_bar(row, instrument, timeframe, width) for row in data]
    except (TypeError, ValueError, IndexError, KeyError, InvalidOperation) as problem:
        raise OutcomeUnknown(
            f"Angel One's bars of {listed.symbol} can't be read: {type(problem).__name__}"
        ) from problem
    return sorted(bars, key=lambda bar: bar.open_at)


def _bar(row: Sequence[Any], instrument: Instrument, timeframe: str, width: int) -> Bar:
    """A number may come as text, and a time without its offset is India's."""
    opened = datetime.fromisoformat(str(row[0]))
    open_at = instant_of(opened if opened.tzinfo is not None else opened.replace(tzinfo=IST))
    open_, high, low, close = (instrument.units_of(Decimal(str(row[place]))) for place in range(1, 5))
    return Bar(
        instrument.symbol, timeframe, open_at, open_at + width, open_, high, low, close, float(Decimal(str(row[5])))
    )


def _minute(at: Instant) -> str:
    return moment_of(at).astimezone(IST).strftime("%Y-%m-%d %H:%M")


def _interval(timeframe: str) -> tuple[str, int]:
    if timeframe not in INTERVALS:
        raise InvalidValue("timeframe", f"Angel One keeps no bars of {timeframe!r}; there are {', '.join(INTERVALS)}")
    return INTERVALS[timeframe]
