"""Coinbase's public bars of the past, over HTTPS and without a key. Made by bootstrap; called by the downloader.

`GET /api/v3/brokerage/market/products/{product}/candles?start=&end=&granularity=` answers with at most 350 bars, newest
first, numbers as text, `start` in Unix seconds; minutes without a trade have no bar. Public calls: 10 a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

import urllib3

from engine.domain.errors import BackPressure, InvalidValue, OutcomeUnknown, PermanentFailure
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar
from engine.domain.timeframe import timeframe_us
from engine.market_data.instruments import COINBASE, instrument_for
from engine.ports import CandleLimits

ADDRESS = "https://api.coinbase.com"
TIMEOUT_S = 10.0
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
    """The public candles endpoint at an address."""

    venue = COINBASE

    def __init__(self, address: str = ADDRESS) -> None:
        self._address = address.rstrip("/")
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=TIMEOUT_S))

    def limits(self, timeframe: str) -> CandleLimits:
        """Raises InvalidValue for 3m, which Coinbase does not keep."""
        _granularity(timeframe)
        return CandleLimits(BARS_MAX * timeframe_us(timeframe), CALLS)

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        """See the port. `end` is included by Coinbase, so the last second before `until` is asked for."""
        query = f"start={since // SECOND}&end={(until - 1) // SECOND}&granularity={_granularity(timeframe)}"
        url = f"{self._address}/api/v3/brokerage/market/products/{quote(symbol, safe='')}/candles?{query}"
        try:
            answer = self._pool.request("GET", url, headers={"Accept": "application/json"})
            content = answer.data
        except urllib3.exceptions.HTTPError as problem:
            raise OutcomeUnknown(f"Coinbase did not answer: {type(problem).__name__}") from problem
        if answer.status == 429:
            raise BackPressure("Coinbase asks for fewer calls")
        if answer.status >= 500:
            raise OutcomeUnknown(f"Coinbase answered {answer.status}")
        if answer.status != 200:
            raise PermanentFailure(f"Coinbase refused the bars of {symbol}: {answer.status} {_words(content)}")
        return _bars(content, instrument_for(symbol), timeframe)


def _granularity(timeframe: str) -> str:
    if timeframe not in _GRANULARITIES:
        raise InvalidValue(
            "timeframe", f"Coinbase keeps no bars of {timeframe!r}; there are {', '.join(_GRANULARITIES)}"
        )
    return _GRANULARITIES[timeframe]


def _bars(content: bytes, instrument: Instrument, timeframe: str) -> list[Bar]:
    try:
        rows = json.loads(content)["candles"]
        bars = [_bar(row, instrument, timeframe) for row in rows]
    except (ValueError, KeyError, TypeError, InvalidOperation) as problem:
        raise OutcomeUnknown(f"Coinbase's answer can't be read: {type(problem).__name__}") from problem
    return sorted(bars, key=lambda bar: bar.open_at)


def _bar(row: Mapping[str, Any], instrument: Instrument, timeframe: str) -> Bar:
    open_at = int(row["start"]) * SECOND
    open_, high, low, close = (instrument.units_of(Decimal(row[name])) for name in ("open", "high", "low", "close"))
    volume = float(row["volume"])
    return Bar(
        instrument.symbol, timeframe, open_at, open_at + timeframe_us(timeframe), open_, high, low, close, volume
    )


def _words(content: bytes) -> str:
    """What the answer says, short enough for a sentence."""
    return content[:120].decode("utf-8", "replace").replace("\n", " ").strip()
