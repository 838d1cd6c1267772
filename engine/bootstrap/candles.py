"""Where bars of the past are downloaded from, by venue. Handed to cli/data by __main__."""

from __future__ import annotations

from engine.adapters.clock import SystemClock
from engine.adapters.feeds.coinbase_candles import CoinbaseCandles
from engine.domain.errors import InvalidValue
from engine.ports import Clock, HistoricalCandles


def historical_candles(venue: str, address: str | None = None) -> tuple[HistoricalCandles, Clock]:
    """A venue's bars, at another address where one is given, and the clock that its budget is kept by.

    Raises InvalidValue for a venue that has none.
    """
    if venue == CoinbaseCandles.venue:
        return (CoinbaseCandles(address) if address else CoinbaseCandles()), SystemClock()
    raise InvalidValue("--venue", f"nothing can be downloaded from {venue!r}; there is {CoinbaseCandles.venue}")
