"""What of a person's books at Coinbase is one account's, and the names it has there. Made by broker.py; asked by
order_books.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.adapters.brokers.coinbase.orders.order_rows import OrderRow, TradeRow
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.domain.errors import InvalidValue, PermanentFailure

AnyRow = TypeVar("AnyRow", OrderRow, TradeRow)


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the person's books is the account's: its symbols, and what these are at the broker."""

    symbols: Callable[[], Collection[str]]
    find: Callable[[str], Listed]

    def products(self) -> list[Listed]:
        """Those of the account. Raises PermanentFailure for one that Coinbase does not list any more."""
        try:
            return [self.find(symbol) for symbol in self.symbols()]
        except InvalidValue as gone:
            raise PermanentFailure(f"what the account has of it can't be told: {gone.message}") from None

    def names(self) -> dict[str, str]:
        """Our symbols by the names that rows may have them under: a product's, or that of the book it shares."""
        products = self.products()
        own = {product.symbol: product.symbol for product in products}
        return {**{product.alias: product.symbol for product in products if product.alias}, **own}


def named(row: AnyRow, names: Mapping[str, str]) -> AnyRow:
    """Under our symbol."""
    symbol = names.get(row.symbol, row.symbol)
    return row if symbol == row.symbol else replace(row, symbol=symbol)
