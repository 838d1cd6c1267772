"""Coinbase's routes by name, and how often each may be called. Fed by nobody; feeds calls and budget.

Published: 30 calls a second of a user with a key, 10 a second of an address without one. Other programs of the same
person, and others behind the same address, count too; so ours stay well below.
"""

from __future__ import annotations

from enum import StrEnum

from engine.adapters.brokers.connection.rate_budget import Bucket, Limit

ROOT = "/api/v3/brokerage"
SECOND_S = 1.0


class Route(StrEnum):
    """A call of the API by its path; `{}` stands for what is named in it."""

    PLACE = f"{ROOT}/orders"
    CANCEL = f"{ROOT}/orders/batch_cancel"
    PREVIEW = f"{ROOT}/orders/preview"
    ORDER = f"{ROOT}/orders/historical/{{}}"
    ORDERS = f"{ROOT}/orders/historical/batch"
    FILLS = f"{ROOT}/orders/historical/fills"
    ACCOUNTS = f"{ROOT}/accounts"
    KEY = f"{ROOT}/key_permissions"
    FEES = f"{ROOT}/transaction_summary"
    PORTFOLIOS = f"{ROOT}/portfolios"
    TIME = f"{ROOT}/time"
    PRODUCTS = f"{ROOT}/market/products"
    PRODUCT = f"{ROOT}/market/products/{{}}"
    CANDLES = f"{ROOT}/market/products/{{}}/candles"
    TRADES = f"{ROOT}/market/products/{{}}/ticker"
    BOOK = f"{ROOT}/market/product_book"


ORDER_ROUTES = frozenset({Route.PLACE, Route.CANCEL})  # they change something at the broker
POSTED = ORDER_ROUTES | {Route.PREVIEW}
PUBLIC = frozenset({Route.TIME, Route.PRODUCTS, Route.PRODUCT, Route.CANDLES, Route.TRADES, Route.BOOK})

# Of the 30: sixteen for orders, of which entries take eight, and ten for all reads of the account together.
ORDERS = Bucket("orders", (Limit(16, SECOND_S, for_exits=8),))
READS = Bucket("account reads", (Limit(10, SECOND_S),))
WITHOUT_A_KEY = Bucket("public reads", (Limit(8, SECOND_S),))


def bucket_of(route: Route) -> Bucket:
    """The budget that a route draws on."""
    if route in ORDER_ROUTES:
        return ORDERS
    return WITHOUT_A_KEY if route in PUBLIC else READS
