"""The check before the open: whether a day at Angel One can begin, a line an item, each with what to do. Asked by the
command line and by an account's engine; fed by the broker itself. It reads, and sends nothing.

A check is a small function of what is examined. What the broker leaves unsaid (docs/BROKERS.md, "Not known") is asked
here each morning instead of being taken for granted.
"""

from __future__ import annotations

from engine.adapters.brokers.angelone.doctor import doctor_access as access
from engine.adapters.brokers.angelone.doctor import doctor_orders as orders
from engine.adapters.brokers.angelone.doctor import doctor_prices as prices
from engine.adapters.brokers.examination import Examination

# Asked of nobody, or without a login: these are made whatever becomes of it.
_BEFORE_LOGIN = (
    ("connection", access.connection),
    ("egress_address", access.egress_address),
    ("instruments", prices.instrument_list),
    ("calendar", prices.calendar_coverage),
    ("login", access.login),
)
_AFTER_LOGIN = (
    ("profile", access.profile),
    ("funds", access.funds),
    ("clock", access.clock_skew),
    ("quotes", prices.quotes),
    ("candles", prices.candle_quality),
    ("market_socket", prices.market_socket),
    ("order_books", orders.order_books),
    ("order_socket", orders.order_socket),
    ("order_preview", orders.order_preview),
    ("charges", orders.charges),
)

examine = Examination(_BEFORE_LOGIN, "login", _AFTER_LOGIN, "session")
