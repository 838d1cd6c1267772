"""What the loopback broker lists, as our instruments know it. For tests that need no file."""

from __future__ import annotations

from engine.adapters.brokers.angelone.prices.instruments import Listed
from tests.brokers.angelone.listings import DEFAULT, INDEX

_SYMBOLS = {"Nifty 50": "NIFTY50"}


def shares(*symbols: str) -> list[Listed]:
    """Those of these symbols of ours."""
    known = {
        _SYMBOLS.get(one.symbol, one.name): Listed(
            _SYMBOLS.get(one.symbol, one.name), one.symbol, one.token, one.exchange, one.name, one.tick, one.lot,
            one.kind != INDEX, one.symbol.endswith("-EQ"), one.auction,
        )
        for one in DEFAULT
        if one.exchange == "NSE"
    }  # fmt: skip
    return [known[symbol] for symbol in symbols]
