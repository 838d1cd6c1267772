"""The check of Coinbase: whether bots can trade there, a line an item, each with what to do. Asked by the command line
and by an account's engine; fed by the broker itself. It reads, and sends nothing.

A check is a small function of what is examined. What the broker leaves unsaid (docs/BROKERS.md) is asked here each day
instead of being taken for granted.
"""

from __future__ import annotations

from engine.adapters.brokers.coinbase.doctor import doctor_access as access
from engine.adapters.brokers.coinbase.doctor import doctor_orders as orders
from engine.adapters.brokers.coinbase.doctor import doctor_prices as prices
from engine.adapters.brokers.examination import Examination

# What is public comes first: it needs no key.
_WITHOUT_A_KEY = (
    ("connection", access.connection),
    ("clock", access.clock_skew),
    ("products", prices.products),
    ("quotes", prices.quotes),
    ("candles", prices.candle_quality),
    ("market_socket", prices.market_socket),
    ("login", access.key_accepted),
)
_WITH_A_KEY = (
    ("permissions", access.permissions),
    ("funds", access.funds),
    ("order_books", orders.order_books),
    ("fills", orders.fills),
    ("user_socket", orders.user_socket),
    ("order_preview", orders.order_preview),
    ("fees", orders.fees),
)

examine = Examination(_WITHOUT_A_KEY, "login", _WITH_A_KEY, "key that is accepted")
