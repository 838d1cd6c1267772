"""How often a route may be called. Fed by the server with each call; feeds its 403.

The published limits of 2026, per client code.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.brokers.loopback.sliding_windows import PerWindow, SlidingWindows

# (a second, a minute, an hour); 0: no such limit
ORDERS = "orders"  # placing, modifying and cancelling share one bucket
LIMITS: dict[str, PerWindow] = {
    "login": (1, 0, 0),
    "refresh": (1, 0, 1000),
    "logout": (1, 0, 0),
    "getProfile": (3, 0, 1000),
    "getRMS": (2, 0, 0),
    ORDERS: (9, 500, 1000),
    "getOrderBook": (1, 0, 0),
    "getTradeBook": (1, 0, 0),
    "getPosition": (1, 0, 0),
    "details": (10, 500, 5000),
    "getLtpData": (10, 500, 5000),
    "quote": (10, 500, 5000),
    "getCandleData": (3, 180, 5000),
    "searchScrip": (1, 0, 0),
    "getHolding": (1, 0, 0),
    "getAllHolding": (1, 0, 0),
    "estimateCharges": (10, 500, 5000),
}


class Limits(SlidingWindows):
    """Those of this table."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(LIMITS, now)
