"""Ids made from what they name, so that doing a thing twice is the same as doing it once. Used by the core."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

ORDER_ID_LENGTH = 15  # Angel One's order tag holds 19 characters, exchanges' 16 to 36; 75 bits never collide here
FACT_ID_LENGTH = 20

# Base 32 (RFC 4648) of a digest's first 100 bits, two letters at a time in two halves that are small numbers:
# base64.b32encode takes all of it, letter by letter.
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_BYTES, _SPARE_BITS, _HALF = 13, 4, 1 << 50


def _digest(kind: str, parts: tuple[object, ...], length: int) -> str:
    named = "\x1f".join((kind, *map(str, parts)))
    first, last = divmod(int.from_bytes(sha256(named.encode()).digest()[:_BYTES]) >> _SPARE_BITS, _HALF)
    pairs = _PAIRS
    return (
        pairs[first >> 40] + pairs[first >> 30 & 1023] + pairs[first >> 20 & 1023]
        + pairs[first >> 10 & 1023] + pairs[first & 1023]
        + pairs[last >> 40] + pairs[last >> 30 & 1023] + pairs[last >> 20 & 1023]
        + pairs[last >> 10 & 1023] + pairs[last & 1023]
    )[:length]  # fmt: skip


def order_id(account_id: str, bot_id: str, symbol: str, timeframe: str, bar_at: int, leg: str, attempt: int) -> str:
    """The client_order_id: 15 characters of base 32 of SHA-256 over what the order is for (CONTRACT section 2)."""
    return _digest("order", (account_id, bot_id, symbol, timeframe, bar_at, leg, attempt), ORDER_ID_LENGTH)


def signal_id(account_id: str, bot_id: str, symbol: str, timeframe: str, bar_at: int, kind: str) -> str:
    """A signal is bot + symbol + bar + kind."""
    return _digest("signal", (account_id, bot_id, symbol, timeframe, bar_at, kind), FACT_ID_LENGTH)


def copied_signal_id(account_id: str, bot_id: str, fact_id: str) -> str:
    """A follower's signal is the leader's fact that it copies."""
    return _digest("copied", (account_id, bot_id, fact_id), FACT_ID_LENGTH)


def simulated_signal_id(account_id: str, bot_id: str, command_id: str) -> str:
    """A simulated signal is the command that asked for it."""
    return _digest("simulated", (account_id, bot_id, command_id), FACT_ID_LENGTH)


def fill_key(account_id: str, order_id: str, venue_fill_id: str) -> str:
    """A fill is the venue's fill id on an order."""
    return _digest("fill", (account_id, order_id, venue_fill_id), FACT_ID_LENGTH)


def trade_id(account_id: str, bot_id: str, symbol: str, first_fill_key: str) -> str:
    """A closed trade is named after the fill that opened it."""
    return _digest("trade", (account_id, bot_id, symbol, first_fill_key), FACT_ID_LENGTH)


def strategy_key(strategy: str, timeframe: str, parameters: Mapping[str, object]) -> str:
    """What a bot decides by: two bots of one key decide alike. Numbers are the same written as 10 and as 10.0."""
    named = (f"{name}={_plain(parameters[name])}" for name in sorted(parameters))
    return _digest("strategy", (strategy, timeframe, *named), FACT_ID_LENGTH)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else value


def difference_id(account_id: str, kind: str, subject: str, day: str) -> str:
    """A difference is its kind, what it is about and the trading day: found again, it is the same one."""
    return _digest("difference", (account_id, kind, subject, day), FACT_ID_LENGTH)


def alert_id(account_id: str, kind: str, subject: str) -> str:
    """An alert is its kind and what it is about: the same cause is one alert."""
    return _digest("alert", (account_id, kind, subject), FACT_ID_LENGTH)
