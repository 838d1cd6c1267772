"""The loopback broker's candles without its server: for tests of whoever reads bars of the past."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.adapters.brokers.angelone.prices.candles import INTERVALS, read_candles
from engine.domain.errors import OperatingError
from engine.domain.instant import DAY, MINUTE, Instant, moment_of
from engine.domain.market import Bar
from engine.ports import CandleLimits
from tests.adapters.brokers.angelone.listed_shares import shares
from tests.brokers.angelone.candles import candles
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.running import OPEN_DAY
from tests.brokers.angelone.scripted_clock import IST

NOW = datetime.fromisoformat(OPEN_DAY)


@dataclass
class LoopbackCandles:
    """Twin of AngelOneCandles. `troubles` are raised first, one a call; `now` is the broker's."""

    now: datetime = NOW
    troubles: list[OperatingError] = field(default_factory=list)
    calls: int = 0
    venue = "NSE"

    def limits(self, timeframe: str) -> CandleLimits:
        return CandleLimits(INTERVALS[timeframe][1] * DAY, ())

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        self.calls += 1
        if self.troubles:
            raise self.troubles.pop(0)
        listed = shares(symbol)[0]
        asked: Mapping[str, Any] = {
            "exchange": "NSE",
            "symboltoken": listed.token,
            "interval": INTERVALS[timeframe][0],
            "fromdate": moment_of(since).astimezone(IST).strftime("%Y-%m-%d %H:%M"),
            "todate": moment_of(until - MINUTE).astimezone(IST).strftime("%Y-%m-%d %H:%M"),
        }
        answer = candles(asked, Market(DEFAULT, NOW), self.now)
        return read_candles(json.loads(answer.body)["data"], listed, timeframe)
