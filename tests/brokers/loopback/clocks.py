"""The clock of a broker, and one that a broker and an adapter share in one process. Fed by control and by tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class ScriptedClock:
    """The broker's: runs, stands, jumps as a test says. `speed` seconds pass a real one; 0 stands still.

    Its instants are of the zone it began in. Used under the broker's lock.
    """

    def __init__(self, at: datetime, speed: float = 1.0, real: Callable[[], float] = time.monotonic) -> None:
        self._real, self._speed = real, speed
        self._from, self._since = at, real()

    def now(self) -> datetime:
        """The instant, in the zone it began in."""
        return self._from + timedelta(seconds=(self._real() - self._since) * self._speed)

    def jump(self, at: datetime) -> None:
        """From now on it is `at`, which may lie before."""
        self._from, self._since = at.astimezone(self._from.tzinfo), self._real()

    def run(self, speed: float) -> None:
        """Go on from here at another speed."""
        self.jump(self.now())
        self._speed = speed


class SteeredClock:
    """Implements ports.Clock. `wait` moves it, `pass_s` and `jump` do so for a test; it never moves by itself.

    `on_wait` is called by whoever waits, before the time passes.
    """

    def __init__(self, at: datetime) -> None:
        self._at, self._elapsed_s = at.astimezone(UTC), 0.0
        self._lock = threading.Lock()
        self.waited_s = 0.0
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._elapsed_s

    def wait(self, seconds: float) -> None:
        self.on_wait()
        with self._lock:
            self.waited_s += seconds
        self.pass_s(seconds)

    def pass_s(self, seconds: float) -> None:
        """Let that many seconds pass."""
        with self._lock:
            self._at += timedelta(seconds=seconds)
            self._elapsed_s += seconds

    def jump(self, at: datetime) -> None:
        """Let time pass until then."""
        self.pass_s((at - self._at).total_seconds())
