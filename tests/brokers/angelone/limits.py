"""How often a route may be called, and the count of it. Fed by the server with each call; feeds its 403.

The published limits of 2026, per client code. They count real seconds, not the scripted clock's: a client that keeps
to them does so by its own monotonic clock.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable

SECOND_S, MINUTE_S, HOUR_S = 1.0, 60.0, 3600.0

# (a second, a minute, an hour); 0: no such limit
ORDERS = "orders"  # placing, modifying and cancelling share one bucket
LIMITS: dict[str, tuple[int, int, int]] = {
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


class Limits:
    """Sliding windows. A call that is refused counts for none of them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._passed: dict[str, deque[float]] = defaultdict(deque)

    def passes(self, bucket: str) -> bool:
        """Whether one more call of this bucket may pass now; if so it is counted."""
        passed, now = self._passed[bucket], self._now()
        while passed and passed[0] <= now - HOUR_S:
            passed.popleft()
        for window_s, most in zip((SECOND_S, MINUTE_S, HOUR_S), LIMITS.get(bucket, (0, 0, 0)), strict=True):
            if most and len(passed) >= most and passed[-most] > now - window_s:
                return False
        passed.append(now)
        return True
