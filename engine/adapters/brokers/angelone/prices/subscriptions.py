"""Which symbols are watched over which connection, and how the market socket is asked for them. Fed by feed.py; feeds
market_line.py.

The broker allows 1,000 pairs of token and mode and three connections a client. Whether the thousand count a connection
or a client is not published, so they count a client here. There is no acknowledgement but the frames themselves; a wish
that is not granted is told in text (E1001, E1002).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.adapters.brokers.angelone.prices.frames import EXCHANGE_NUMBERS, LTP, SNAP_QUOTE
from engine.adapters.brokers.angelone.prices.instruments import Listed
from engine.adapters.brokers.angelone.prices.prints import Heard
from engine.domain.errors import InvalidValue

SYMBOLS_MAX = 1_000
CONNECTIONS_MAX = 3
PER_CONNECTION = 400  # a few symbols need one connection, and the others stay free for the doctor and for reconnecting
SUBSCRIBE, UNSUBSCRIBE = 1, 0
PING, PONG = "ping", "pong"
_CORRELATION = "lockstep01"  # echoed in complaints; ten characters, as published


def shares_of(listed: Sequence[Listed], mode: int = SNAP_QUOTE) -> list[list[Heard]]:
    """Each connection's symbols, evenly. An index is told by its price alone. Raises InvalidValue for too many."""
    if len(listed) > SYMBOLS_MAX:
        raise InvalidValue(
            "symbols", f"Angel One streams {SYMBOLS_MAX:,} symbols at most, {len(listed):,} are wanted: watch fewer"
        )
    count = max(1, -(-len(listed) // PER_CONNECTION))
    shares: list[list[Heard]] = [[] for _ in range(min(count, CONNECTIONS_MAX))]
    for number, one in enumerate(listed):
        heard = Heard(one.instrument, one.exchange, one.token, mode if one.tradable else LTP)
        shares[number % len(shares)].append(heard)
    return shares


def wish(heard: Sequence[Heard], action: int = SUBSCRIBE) -> list[str]:
    """The messages that ask for these symbols, or take the wish back: one a mode."""
    messages = []
    for mode in sorted({one.mode for one in heard}):
        tokens: dict[int, list[str]] = {}
        for one in heard:
            if one.mode == mode:
                tokens.setdefault(EXCHANGE_NUMBERS[one.exchange], []).append(one.token)
        groups = [{"exchangeType": exchange, "tokens": tokens[exchange]} for exchange in sorted(tokens)]
        params = {"mode": mode, "tokenList": groups}
        messages.append(json.dumps({"correlationID": _CORRELATION, "action": action, "params": params}))
    return messages


def again(heard: Sequence[Heard]) -> list[str]:
    """The messages that make the broker begin anew with these: a wish it has already it passes over."""
    return [*wish(heard, UNSUBSCRIBE), *wish(heard)]


def complaint(text: str) -> str | None:
    """What a text message complains about; None for a pong and for anything that is no complaint."""
    if text == PONG:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not told.get("errorCode"):
        return None
    code = str(told["errorCode"])
    return f"{_COMPLAINTS.get(code, 'the market socket complains')} ({code}: {str(told.get('errorMessage', ''))[:120]})"


_COMPLAINTS = {
    "E1001": "the market socket could not read what was asked for",
    "E1002": "the market socket takes no more symbols: some are not watched",
}
