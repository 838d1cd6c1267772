"""What is listed: products, and their rows as recorded from the real API in 2026. Feeds market, desk and routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.words import text

FLAGS = ("is_disabled", "cancel_only", "limit_only", "post_only", "trading_disabled", "auction_mode", "view_only")


@dataclass(frozen=True)
class Product:
    """One pair of currencies. `price` is where it begins; a size is of the base, a value of the quote currency.

    `alias`: the product whose book it shares: what trades there trades here, and the market's channels know it by that
    name alone. `alias_to`: who shares this one's.
    """

    product_id: str
    base_name: str
    price: Decimal
    price_increment: Decimal
    base_increment: Decimal
    base_max_size: Decimal
    quote_min_size: Decimal = Decimal(1)
    quote_max_size: Decimal = Decimal(25_000_000)
    status: str = "online"
    flags: dict[str, bool] = field(default_factory=dict, compare=False)
    alias: str = ""
    alias_to: tuple[str, ...] = ()

    @property
    def book(self) -> str:
        """The product in whose book it trades."""
        return self.alias or self.product_id

    @property
    def base(self) -> str:
        """The currency that is bought and sold."""
        return self.product_id.split("-")[0]

    @property
    def quote(self) -> str:
        """The currency that it is paid in."""
        return self.product_id.split("-")[1]

    @property
    def base_min_size(self) -> Decimal:
        """One increment: what really bounds an order below is its value."""
        return self.base_increment

    def row(self) -> dict[str, Any]:
        """What never changes of a product's row."""
        return {
            "product_id": self.product_id,
            "base_increment": text(self.base_increment),
            "quote_increment": text(self.price_increment),
            "quote_min_size": text(self.quote_min_size),
            "quote_max_size": text(self.quote_max_size),
            "base_min_size": text(self.base_min_size),
            "base_max_size": text(self.base_max_size),
            "base_name": self.base_name,
            "quote_name": {"USD": "US Dollar", "EUR": "Euro"}.get(self.quote, self.quote),
            "watched": False,
            "new": False,
            "status": self.status,
            "product_type": "SPOT",
            "quote_currency_id": self.quote,
            "base_currency_id": self.base,
            "fcm_trading_session_details": None,
            "alias": self.alias,
            "alias_to": list(self.alias_to),
            "base_display_symbol": self.base,
            "quote_display_symbol": self.quote,
            "price_increment": text(self.price_increment),
            "display_name": self.product_id,
            "product_venue": "CBE",
            "new_at": "2023-01-01T00:00:00Z",
            **dict.fromkeys(FLAGS, False),
            **dict.fromkeys(_EMPTY, ""),
            "is_alpha_testing": False,
        }


_EMPTY = (
    "mid_market_price", "market_cap", "base_cbrn", "quote_cbrn", "product_cbrn", "icon_color", "icon_url",
    "display_name_overwrite", "about_description", "best_bid_price", "best_ask_price",
)  # fmt: skip


def _listed(product_id: str, name: str, price: str, tick: str, size: str, most: str, **more: Any) -> Product:
    return Product(product_id, name, Decimal(price), Decimal(tick), Decimal(size), Decimal(most), **more)


# Increments and maxima as the real ones had them in August 2026; prices are invented, and so is the last one.
DEFAULT = (
    _listed("BTC-USD", "Bitcoin", "65000", "0.01", "0.00000001", "3400", alias_to=("BTC-USDC",)),
    _listed("BTC-USDC", "Bitcoin", "65000", "0.01", "0.00000001", "3400", alias="BTC-USD"),
    _listed("ETH-USD", "Ethereum", "1900", "0.01", "0.00000001", "42000"),
    _listed("SOL-USD", "Solana", "77", "0.01", "0.00000001", "1274000"),
    _listed("DOGE-USD", "Dogecoin", "0.07", "0.00001", "0.1", "141834300"),
    _listed("XRP-USD", "XRP", "2.1", "0.0001", "0.000001", "23000000"),
    _listed("BTC-EUR", "Bitcoin", "57000", "0.01", "0.00000001", "1100"),
    _listed(
        "GONE-USD", "Gone", "1", "0.01", "0.01", "1000",
        status="delisted", flags={"trading_disabled": True, "is_disabled": True},
    ),
)  # fmt: skip
