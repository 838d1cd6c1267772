"""Binary frames of the market socket: 51, 123 and 379 bytes, little endian. Fed by quotes; feeds the market socket."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.brokers.angelone.listings import INDEX
from tests.brokers.angelone.market import Quote

LTP, QUOTE, SNAP = 1, 2, 3
LENGTHS = {LTP: 51, QUOTE: 123, SNAP: 379}

_HEAD = struct.Struct("<BB25sqqq")  # mode, exchange, token, sequence, exchange's ms, last price
_DAY = struct.Struct(
    "<qqqddqqqq"
)  # last quantity, average, volume, bid, offered (f64), open, high, low, previous close
_DAY_NAMES = (
    "last_traded_quantity", "average_traded_price", "volume_trade_for_the_day", "total_buy_quantity",
    "total_sell_quantity", "open_price_of_the_day", "high_price_of_the_day", "low_price_of_the_day", "closed_price",
)  # fmt: skip
_TRADED = struct.Struct("<qqq")  # last traded (epoch seconds), open interest, its change
_TRADED_NAMES = ("last_traded_timestamp", "open_interest", "open_interest_change_percentage")
NO_CHANGE = 4_602_678_819_172_646_912  # a double, 0.5, in the bytes that the SDK reads as a whole number
_LEVEL = struct.Struct("<hqqh")  # 1 buy, 0 sell; quantity, price, orders
_BOUNDS = struct.Struct("<qqqq")  # upper and lower circuit, 52 weeks high and low
_LEVEL_NAMES = ("flag", "quantity", "price", "no of orders")
_BOUND_NAMES = ("upper_circuit_limit", "lower_circuit_limit", "52_week_high_price", "52_week_low_price")


def frame(mode: int, quote: Quote, at: datetime, sequence: int | None = None) -> bytes:
    """What one token looks like at `at`, which is cut to the whole second as on the real feed.

    An index has no sequence number: whatever lies in those bytes, here nothing.
    """
    listing = quote.listing
    number = quote.sequence if sequence is None else sequence
    buys, sells = quote.depth()
    bid, offered = quote.totals()
    low, high = listing.band
    return packed({
        "subscription_mode": mode,
        "exchange_type": listing.exchange_type,
        "token": listing.token,
        "sequence_number": 0 if listing.kind == INDEX else number,
        "exchange_timestamp": int(at.timestamp()) * 1000,
        "last_traded_price": quote.last,
        "last_traded_quantity": quote.last_quantity,
        "average_traded_price": quote.average,
        "volume_trade_for_the_day": quote.volume,
        "total_buy_quantity": bid,
        "total_sell_quantity": offered,
        "open_price_of_the_day": quote.open,
        "high_price_of_the_day": quote.high,
        "low_price_of_the_day": quote.low,
        "closed_price": listing.previous_close,
        "last_traded_timestamp": int(quote.traded_at.timestamp()),
        "open_interest": 0,
        "open_interest_change_percentage": NO_CHANGE,
        "best_5_buy_data": [_level(1, *level) for level in buys],
        "best_5_sell_data": [_level(0, *level) for level in sells],
        "upper_circuit_limit": high,
        "lower_circuit_limit": low,
        "52_week_high_price": high,
        "52_week_low_price": low,
    })  # fmt: skip


def packed(values: Mapping[str, Any]) -> bytes:
    """The frame of these values, named as the SDK names what it parses; as long as its mode wants."""
    mode = values["subscription_mode"]
    head = (values[name] for name in ("sequence_number", "exchange_timestamp", "last_traded_price"))
    parts = [_HEAD.pack(mode, values["exchange_type"], values["token"].encode(), *head)]
    if mode in (QUOTE, SNAP):
        parts.append(_DAY.pack(*(values[name] for name in _DAY_NAMES)))
    if mode == SNAP:
        levels = [*values["best_5_buy_data"], *values["best_5_sell_data"]]
        parts.append(_TRADED.pack(*(values[name] for name in _TRADED_NAMES)))
        parts += [_LEVEL.pack(*(level[name] for name in _LEVEL_NAMES)) for level in levels]
        parts.append(_BOUNDS.pack(*(values[name] for name in _BOUND_NAMES)))
    return b"".join(parts)


def _level(flag: int, price: int, quantity: int, orders: int) -> dict[str, int]:
    return {"flag": flag, "quantity": quantity, "price": price, "no of orders": orders}
