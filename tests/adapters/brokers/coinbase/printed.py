"""Rows of market trades as Coinbase's messages have them (recorded in August 2026), for tests of prices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.adapters.brokers.coinbase.prices.listed import Listed, read_product
from engine.domain.instant import SECOND, Instant, instant_of, iso
from engine.domain.instrument import Instrument

BTC, ETH = "BTC-USD", "ETH-USD"
TEN: Instant = instant_of(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
Row = dict[str, Any]


def product(symbol: str = BTC, **changed: object) -> Row:
    """A row of the list of products, with what of it is read."""
    base, _, quote = symbol.partition("-")
    return {
        "product_id": symbol,
        "price": "65086.18",
        "base_increment": "0.00000001",
        "quote_increment": "0.01",
        "quote_min_size": "1",
        "quote_max_size": "150000000",
        "base_min_size": "0.00000001",
        "base_max_size": "3400",
        "base_name": "Bitcoin",
        "is_disabled": False,
        "status": "online",
        "cancel_only": False,
        "limit_only": False,
        "post_only": False,
        "trading_disabled": False,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": quote,
        "base_currency_id": base,
        "alias": "",
        "view_only": False,
        "price_increment": "0.01",
        **changed,
    }


def listed(symbol: str = BTC, **changed: object) -> Listed:
    """That product."""
    return read_product(product(symbol, **changed))


def instrument(symbol: str = BTC) -> Instrument:
    """Its instrument."""
    return listed(symbol).instrument


def trade(number: int, price: str = "65083.67", after_s: float = 0.0, symbol: str = BTC, size: str = "0.002") -> Row:
    """A print, so many seconds after ten."""
    return {
        "product_id": symbol,
        "trade_id": str(number),
        "price": price,
        "size": size,
        "time": iso(TEN + int(after_s * SECOND)),
        "side": "SELL",
    }


def message(channel: str, sequence: int, *events: Row) -> str:
    """An envelope."""
    told = {"channel": channel, "timestamp": "2026-11-23T10:00:00.228568804Z", "sequence_num": sequence}
    return json.dumps({**told, "events": list(events)})


def trades(sequence: int, *rows: Row, kind: str = "update") -> str:
    """A message of market trades; rows come newest first, as the real ones do."""
    return message("market_trades", sequence, {"type": kind, "trades": list(reversed(rows))})


def heartbeat(sequence: int) -> str:
    """A sign of life."""
    told = "2026-11-23 10:00:00.854840045 +0000 UTC m=+41691.260485341"
    return message("heartbeats", sequence, {"current_time": told, "heartbeat_counter": 41_691})


def numbers(rows: Sequence[Row]) -> list[str]:
    """Of trades."""
    return [row["trade_id"] for row in rows]
