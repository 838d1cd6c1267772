"""How often Coinbase may be called: the published limits of 2026. Fed by the broker with each call; feeds its 429.

Thirty private calls a second of a user, ten public ones of an address.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.brokers.loopback.sliding_windows import PerWindow, SlidingWindows

PRIVATE, PUBLIC = "private", "public"
LIMITS: dict[str, PerWindow] = {PRIVATE: (30, 0, 0), PUBLIC: (10, 0, 0)}


class Limits(SlidingWindows):
    """Those of this table."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(LIMITS, now)
