"""The machine's own clock, and one that is shifted against it: what bootstrap hands to runtime, feeds and the relay.

The only reader of wall time there.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

# Linux's monotonic clock stands still while the machine is suspended: a lease would be believed that another has long
# taken, and prices of before the sleep would be fresh. The other counts on.
_COUNTS_ON = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """Wall and monotonic time of this machine."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back, those that the machine slept among them."""
        return time.clock_gettime(_COUNTS_ON)

    def wait(self, seconds: float) -> None:
        """Let that many seconds pass."""
        time.sleep(seconds)


class ShiftedClock(SystemClock):
    """The machine's clock, ahead of it by so much: the market's, where a day is rehearsed that is not today."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """See Clock."""
        return super().now() + self.ahead
