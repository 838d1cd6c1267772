"""Coinbase's public bars of the past, without a key. Made by bootstrap; called by the downloader and by warm-up.

A call answers with at most 350 bars, newest first, numbers as text, `start` in Unix seconds; minutes without a trade
have no bar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.adapters.brokers.coinbase.access.calls import Refused
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.prices.products import Reads
from engine.domain.errors import InvalidValue, OutcomeUnknown, PermanentFailure
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar
from engine.domain.timeframe import timeframe_us
from engine.market_data.instruments import COINBASE, instrument_for
from engine.ports import CandleLimits

BARS_MAX = 350  # of one answer
CALLS = ((8, 1.0),)  # of 10: other programs behind the same address count too
_GRANULARITIES = {
    "1m": "ONE_MINUTE",
    "5m": "FIVE_MINUTE",
    "15m": "FIFTEEN_MINUTE",
    "30m": "THIRTY_MINUTE",
    "1h": "ONE_HOUR",
}


class CoinbaseCandles:
    """Implements ports.HistoricalCandles. `instrument_of` gives a symbol's units."""

    venue = COINBASE

    def __init__(self, reads: Reads, instrument_of: Callable[[str], Instrument] = instrument_for) -> None:
        self._reads, self._instrument_of = reads, instrument_of

    def limits(self, timeframe: str) -> CandleLimits:
        """Raises InvalidValue for 3m, which Coinbase does not keep."""
        _granularity(timeframe)
        return CandleLimits(BARS_MAX * timeframe_us(timeframe), CALLS)

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        """See the port. `end` is included by Coinbase, so the last second before `until` is asked for."""
        query = {
            "start": str(since // SECOND),
            "end": str((until - 1) // SECOND),
            "granularity": _granularity(timeframe),
        }
        instrument = self._instrument_of(symbol)
        try:
            answer = self._reads.read(Route.CANDLES, query, path=symbol)
        except Refused as refused:
            why = f"{refused.code} {refused.message}".strip()
            raise PermanentFailure(f"Coinbase refused the bars of {symbol}: {why}") from None
        return _bars(answer, instrument, timeframe)


def _granularity(timeframe: str) -> str:
    if timeframe not in _GRANULARITIES:
        raise InvalidValue(
            "timeframe", f"Coinbase keeps no bars of {timeframe!r}; there are {', '.join(_GRANULARITIES)}"
        )
    return _GRANULARITIES[timeframe]


def _bars(answer: Any, instrument: Instrument, timeframe: str) -> list[Bar]:
    try:
        bars = [_bar(row, instrument, timeframe) for row in answer["candles"]]
    except (ValueError, KeyError, TypeError, InvalidOperation) as problem:
        raise OutcomeUnknown(
            f"Coinbase's bars of {instrument.symbol} can't be read: {type(problem).__name__}"
        ) from problem
    return sorted(bars, key=lambda bar: bar.open_at)


def _bar(row: Mapping[str, Any], instrument: Instrument, timeframe: str) -> Bar:
    open_at = int(row["start"]) * SECOND
    open_, high, low, close = (
        instrument.units_of(Decimal(str(row[name]))) for name in ("open", "high", "low", "close")
    )
    volume = float(row["volume"])
    return Bar(
        instrument.symbol, timeframe, open_at, open_at + timeframe_us(timeframe), open_, high, low, close, volume
    )
