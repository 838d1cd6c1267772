"""The machine's own clock, and one that is shifted against it: what bootstrap hands to runtime, feeds and the relay.

The only reader of wall time there.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Wall and monotonic time of this machine."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

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
