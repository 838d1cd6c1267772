"""One product of Coinbase's spot market, read from its row: its instrument, its bounds, whether it trades now. Fed by
products.py; used by feed, broker and doctor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.domain.errors import InvalidValue
from engine.domain.instrument import Instrument
from engine.domain.market import TradingStatus
from engine.market_data.instruments import COINBASE

SPOT, ONLINE = "SPOT", "online"
UNLISTED = "listed no more"  # our word, in place of theirs
_CLOSED = {  # what a flag of a row means for orders like ours
    "is_disabled": "it is switched off",
    "trading_disabled": "trading in it is switched off",
    "view_only": "it can only be looked at",
    "cancel_only": "orders can only be cancelled",
    "post_only": "only orders that rest in the book are taken",
    "auction_mode": "it is in an auction",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A product. Sizes `base_*` are in the coin, `quote_*` in the money it is priced in.

    `price_increment`, `base_increment`: what an order's price and size are multiples of. `alias`: the product whose
    book it shares, "" for none; messages may be under that name. The flags are Coinbase's own; `state` is its word for
    all of it.
    """

    instrument: Instrument
    base: str
    quote: str
    base_increment: Decimal
    quote_increment: Decimal
    price_increment: Decimal
    base_min_size: Decimal
    base_max_size: Decimal
    quote_min_size: Decimal
    quote_max_size: Decimal
    alias: str = ""
    state: str = ONLINE
    is_disabled: bool = False
    trading_disabled: bool = False
    view_only: bool = False
    cancel_only: bool = False
    limit_only: bool = False
    post_only: bool = False
    auction_mode: bool = False

    @property
    def symbol(self) -> str:
        """As at Coinbase: BTC-USD."""
        return self.instrument.symbol

    @property
    def gone(self) -> bool:
        """Whether the list has it no more, and it is known from before."""
        return self.state == UNLISTED

    @property
    def closed(self) -> str | None:
        """Why an order like ours is not taken now, in words; None where it is."""
        for flag, words in _CLOSED.items():
            if getattr(self, flag):
                return words
        return None if self.state == ONLINE else f"Coinbase says that it is {self.state or 'in no known state'}"

    @property
    def status(self) -> TradingStatus:
        """Whether it trades now, for the engine."""
        if self.auction_mode:
            return TradingStatus.AUCTION
        return TradingStatus.TRADING if self.closed is None else TradingStatus.HALTED


def read_product(row: Mapping[str, Any]) -> Listed:
    """A row of the list of products. Raises InvalidValue where it is not one to trade, or lacks what it takes."""
    symbol = str(row.get("product_id") or "")
    if not symbol:
        raise InvalidValue("symbol", "a product without a name")
    if row.get("product_type") != SPOT:
        raise InvalidValue("symbol", f"{symbol} is no product of Coinbase's spot market ({row.get('product_type')})")
    base, _, quote = symbol.partition("-")
    price_increment, base_increment = (_positive(row, symbol, name) for name in ("price_increment", "base_increment"))
    quote_min = _positive(row, symbol, "quote_min_size")
    quote = str(row.get("quote_currency_id") or quote)
    instrument = Instrument(
        symbol=symbol,
        venue=COINBASE,
        currency=quote,
        price_digits=_digits(price_increment),
        quantity_digits=_digits(base_increment),
        tick_size=price_increment,
        lot_size=base_increment,
        minimum_notional=quote_min,
        name=str(row.get("base_name") or symbol),
    )
    return Listed(
        instrument,
        base=str(row.get("base_currency_id") or base),
        quote=quote,
        base_increment=base_increment,
        quote_increment=_positive(row, symbol, "quote_increment"),
        price_increment=price_increment,
        base_min_size=_positive(row, symbol, "base_min_size"),
        base_max_size=_positive(row, symbol, "base_max_size"),
        quote_min_size=quote_min,
        quote_max_size=_positive(row, symbol, "quote_max_size"),
        alias=str(row.get("alias") or ""),
        state=str(row.get("status") or ""),
        limit_only=row.get("limit_only") is True,
        **{flag: row.get(flag) is True for flag in _CLOSED},
    )


def _positive(row: Mapping[str, Any], symbol: str, name: str) -> Decimal:
    try:
        number = Decimal(str(row.get(name)))
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0:
        raise InvalidValue("symbol", f"{symbol}: Coinbase lists no {name} for it ({str(row.get(name))[:20]!r})")
    return number


def _digits(increment: Decimal) -> int:
    """How many decimals a multiple of it has."""
    exponent = increment.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
