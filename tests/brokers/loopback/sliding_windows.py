"""How often something may be called, and the count of it. Fed by a broker with each call; feeds its refusals.

They count real seconds, not the scripted clock's: a client that keeps to limits does so by its own monotonic clock.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping

SECOND_S, MINUTE_S, HOUR_S = 1.0, 60.0, 3600.0

PerWindow = tuple[int, int, int]  # a second, a minute, an hour; 0: no such limit


class SlidingWindows:
    """A bucket that `limits` lacks has none. A call that is refused counts for none of the windows."""

    def __init__(self, limits: Mapping[str, PerWindow], now: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._now = limits, now
        self._passed: dict[str, deque[float]] = defaultdict(deque)

    def passes(self, bucket: str) -> bool:
        """Whether one more call of this bucket may pass now; if so it is counted."""
        passed, now = self._passed[bucket], self._now()
        while passed and passed[0] <= now - HOUR_S:
            passed.popleft()
        for window_s, most in zip((SECOND_S, MINUTE_S, HOUR_S), self._limits.get(bucket, (0, 0, 0)), strict=True):
            if most and len(passed) >= most and passed[-most] > now - window_s:
                return False
        passed.append(now)
        return True
