"""The broker's clock: runs, stands, jumps as a test says. Fed by control; feeds everything here but the limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30))


class ScriptedClock:
    """`speed` seconds pass a real one; 0 stands still. Used under the broker's lock."""

    def __init__(self, at: datetime, speed: float = 1.0, real: Callable[[], float] = time.monotonic) -> None:
        self._real, self._speed = real, speed
        self._from, self._since = at.astimezone(IST), real()

    def now(self) -> datetime:
        """The instant, in India's time."""
        return self._from + timedelta(seconds=(self._real() - self._since) * self._speed)

    def jump(self, at: datetime) -> None:
        """From now on it is `at`, which may lie before."""
        self._from, self._since = at.astimezone(IST), self._real()

    def run(self, speed: float) -> None:
        """Go on from here at another speed."""
        self.jump(self.now())
        self._speed = speed


def stamp(at: datetime) -> str:
    """As order rows say it: naive, India's time."""
    return at.astimezone(IST).strftime("%d-%b-%Y %H:%M:%S")
