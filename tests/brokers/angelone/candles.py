"""Candles of a made-up past, the same for everybody who asks. Fed by listings; feeds the candle route.

A window longer than the interval allows is cut to its newest days without a word, as downloaders report.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.brokers.angelone.envelopes import good, refused
from tests.brokers.angelone.hours import CLOSES, OPENS, trades_on
from tests.brokers.angelone.listings import Listing
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.scripted_clock import IST
from tests.brokers.loopback.answers import Answer, nothing

# interval: (minutes a candle, days a call at most)
INTERVALS = {
    "ONE_MINUTE": (1, 30), "THREE_MINUTE": (3, 60), "FIVE_MINUTE": (5, 100), "TEN_MINUTE": (10, 100),
    "FIFTEEN_MINUTE": (15, 200), "THIRTY_MINUTE": (30, 200), "ONE_HOUR": (60, 400), "ONE_DAY": (375, 2000),
}  # fmt: skip


def candles(asked: Mapping[str, Any], market: Market, at: datetime) -> Answer:
    """What getCandleData tells: rows [time, open, high, low, close, volume] in rupees, up to now."""
    quote = market.find(str(asked.get("exchange")), str(asked.get("symboltoken")))
    if quote is None:
        return refused("AB1009")
    try:
        minutes, days = INTERVALS[asked["interval"]]
        first = datetime.strptime(asked["fromdate"], "%Y-%m-%d %H:%M").replace(tzinfo=IST)
        last = datetime.strptime(asked["todate"], "%Y-%m-%d %H:%M").replace(tzinfo=IST)
    except (KeyError, ValueError):
        return nothing(400)
    last = min(last, at.astimezone(IST))
    rows, day = [], max(first, last - timedelta(days=days)).date()
    while day <= last.date():
        moment, ends = datetime.combine(day, OPENS, IST), datetime.combine(day, CLOSES, IST)
        while trades_on(day) and moment < ends and moment <= last:
            if moment >= first:
                rows.append(_row(quote.listing, moment, minutes))
            moment += timedelta(minutes=minutes)
        day += timedelta(days=1)
    return good(rows or None)


def _row(listing: Listing, at: datetime, minutes: int) -> list[Any]:
    start = int(at.timestamp()) // 60
    walk = [_price(listing, start + minute) for minute in range(minutes + 1)]
    prices = [walk[0], max(walk), min(walk), walk[-1]]
    return [at.isoformat(), *(price / 100 for price in prices), 1000 * minutes + start % 97]


def _price(listing: Listing, minute: int) -> int:
    """Paise, on the tick, near the previous close."""
    wave = 20 * math.sin(minute / 17) + 40 * math.sin(minute / 211 + int(listing.token) % 7)
    return (listing.previous_close // listing.tick + round(wave)) * listing.tick
