"""Keeps calls within what a venue allows, also over restarts. Fed by the downloader, which asks before each call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from engine.domain.errors import BackPressure
from engine.ports import Clock

PATIENCE_S = 120.0  # the longest wait for room; a day's budget that is spent is not waited for


class BudgetSpent(BackPressure):
    """The calls that a venue allows in a day are used up: more waiting than anybody has patience for."""


class CallBudget:
    """So many calls in so many seconds, for each of several spans; `made` are the wall times of earlier ones."""

    def __init__(self, clock: Clock, limits: Sequence[tuple[int, float]], made: Iterable[float] = ()) -> None:
        self._clock = clock
        self._limits = sorted(limits, key=lambda limit: limit[1])
        self._span_s = max((span for _, span in limits), default=0.0)
        self._made = deque(sorted(made))

    def take(self) -> None:
        """Wait until a call fits, and count it. Raises BudgetSpent where that would take longer than PATIENCE_S."""
        waits = self._wait_s()
        if waits > PATIENCE_S:
            calls, span = self._limits[-1]
            used = f"the {calls:,} calls of {span / 3600:g} h are used, the next is free in {waits / 60:,.0f} min"
            raise BudgetSpent(f"{used}: give the same command again then, it goes on from here")
        while waits > 0:
            self._clock.wait(waits)
            waits = self._wait_s()
        self._made.append(self._clock.now().timestamp())

    @property
    def made(self) -> list[float]:
        """When calls were made that still count, Unix seconds."""
        since = self._clock.now().timestamp() - self._span_s
        return [at for at in self._made if at > since]

    def _wait_s(self) -> float:
        now = self._clock.now().timestamp()
        while self._made and self._made[0] <= now - self._span_s:
            self._made.popleft()
        waits = 0.0
        for calls, span in self._limits:
            if len(self._made) >= calls:
                waits = max(waits, self._made[-calls] + span - now)
        return waits
