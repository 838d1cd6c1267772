"""How many records a second reached the store over the last minute. Fed by the relay; shown in QueueStatus."""

from __future__ import annotations

from collections import deque

SPAN_S = 60


class Throughput:
    """Counts by whole seconds of the monotonic clock: at most as many as the span has."""

    def __init__(self) -> None:
        self._seconds: deque[list[int]] = deque()

    def add(self, count: int, now: float) -> None:
        """So many arrived now."""
        second = int(now)
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1][1] += count
        else:
            self._forget(second)
            self._seconds.append([second, count])

    def per_s(self, now: float) -> float:
        """Records a second, the mean of the last minute."""
        self._forget(int(now))
        return round(sum(count for _, count in self._seconds) / SPAN_S, 2)

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - SPAN_S:
            self._seconds.popleft()
