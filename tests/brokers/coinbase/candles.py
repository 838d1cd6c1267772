"""Candles: a made-up past, the same for everybody who asks, and what was traded since the broker began. Fed by market.

The past ends at the price that the product began with. A minute in which nobody traded has no candle, as in the real
one; newest come first; a call brings 350 at most.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.market import Market, Minute, Quote
from tests.brokers.coinbase.words import text

GRANULARITIES = {
    "ONE_MINUTE": 1, "FIVE_MINUTE": 5, "FIFTEEN_MINUTE": 15, "THIRTY_MINUTE": 30, "ONE_HOUR": 60, "TWO_HOUR": 120,
    "FOUR_HOUR": 240, "SIX_HOUR": 360, "ONE_DAY": 1440,
}  # fmt: skip
CANDLES_MAX = 350


def candle_rows(market: Market, quote: Quote, first_s: int, last_s: int, minutes: int) -> list[dict[str, Any]]:
    """Those that begin from one instant to another, both included, in epoch seconds."""
    length_s = 60 * minutes
    starts = range(-(-first_s // length_s) * length_s, last_s + 1, length_s)
    found = [(start, _candle(market, quote, start // 60, minutes)) for start in reversed(starts)]
    return [row(start, candle) for start, candle in found if candle is not None]


def row(start_s: int, candle: Minute) -> dict[str, Any]:
    """As routes and channel have it."""
    return {
        "start": str(start_s),
        "low": text(candle.low),
        "high": text(candle.high),
        "open": text(candle.open),
        "close": text(candle.close),
        "volume": text(candle.volume),
    }


def _candle(market: Market, quote: Quote, first: int, count: int) -> Minute | None:
    began = int(market.began_at.timestamp()) // 60
    traded = [quote.minutes[minute] for minute in range(max(first, began), first + count) if minute in quote.minutes]
    ahead = range(first, min(first + count, began))
    walk = [_price(quote, began - minute) for minute in (*ahead, ahead.stop)] if ahead else []
    if not walk and not traded:
        return None
    volume = Decimal(len(ahead)) + sum((minute.volume for minute in traded), Decimal(0))
    return Minute(
        open=walk[0] if walk else traded[0].open,
        high=max([*walk, *(minute.high for minute in traded)]),
        low=min([*walk, *(minute.low for minute in traded)]),
        close=traded[-1].close if traded else walk[-1],
        volume=volume,
    )


def _price(quote: Quote, minutes_ago: int) -> Decimal:
    """So long before the broker began: near the first price, in whole increments."""
    product = quote.product
    wave = 0.002 * math.sin(minutes_ago / 17) + 0.004 * math.sin(minutes_ago / 211)
    return (product.price * (1 + Decimal(wave)) // product.price_increment) * product.price_increment
