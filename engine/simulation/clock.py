"""A clock that moves only when it is told to. Fed by tests and the fault simulator; stands in for the machine's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)


class ManualClock:
    """The twin of adapters/clock: waiting moves it on at once, so nothing that waits takes any time."""

    def __init__(self, now: datetime = _BEGINNING) -> None:
        self._now = now
        self._monotonic_s = 0.0
        self.waited_s: list[float] = []

    def now(self) -> datetime:
        """Wall time, aware, as moved."""
        return self._now

    def monotonic(self) -> float:
        """Seconds moved since the clock was made."""
        return self._monotonic_s

    def wait(self, seconds: float) -> None:
        """Move on, and note it in `waited_s`."""
        self.waited_s.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on, as when someone else took that long. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError(f"a clock can't go back by {-seconds} s")
        self._monotonic_s += seconds
        self._now += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """The wall clock alone is set on, or back, as after a machine was resumed or its time was corrected."""
        self._now += timedelta(seconds=seconds)
