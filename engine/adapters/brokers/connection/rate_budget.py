"""How often each route may be called, one bucket a published limit, shared by every caller. Asked before each
call; fed by whoever was refused by the broker's limiter.

A bucket holds as many tokens as its limit has calls, and a token that was spent comes back one window later. So no
stretch of a window's length ever sees more calls than allowed, which a bucket that refills steadily would not promise.
Of the orders' buckets some tokens are for exits alone: an exit never waits for what entries spent.
"""

from __future__ import annotations

import threading
from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.ports import Clock

Route = TypeVar("Route")

# A window is counted a little longer than the broker does: two calls do not travel for exactly as long.
MARGIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds; of these, `for_exits` are kept for orders that reduce what is held."""

    calls: int
    window_s: float
    for_exits: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """What routes that are counted together may do, by name."""

    name: str
    limits: tuple[Limit, ...]


class RateBudget(Generic[Route]):
    """`bucket_of` says what a route draws on. Safe from any thread: each caller is given the first place that is free,
    in the order in which they asked.
    """

    def __init__(self, clock: Clock, bucket_of: Callable[[Route], Bucket]) -> None:
        self._clock, self._bucket_of = clock, bucket_of
        self._lock = threading.Lock()
        self._spent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._rests_until: dict[str, float] = {}

    def take(self, route: Route, *, patience_s: float, for_exit: bool = False) -> float | None:
        """Wait until a call of this route may leave, and count it: None.

        Where that would take longer than `patience_s` nothing is counted and nothing waited for: the seconds it takes.
        """
        with self._lock:
            now = self._clock.monotonic()
            due = self._due(route, now, for_exit=for_exit)
            if due - now > patience_s:
                return due - now
            insort(self._spent[self._bucket_of(route).name], due)  # an exit may be due before an entry that waits
        while (left := due - self._clock.monotonic()) > 0:
            self._clock.wait(left)
        return None

    def rest(self, route: Route, seconds: float) -> None:
        """The broker's limiter refused a call, rightly or not: nothing but exits leaves on this bucket for a while."""
        with self._lock:
            bucket = self._bucket_of(route).name
            until = self._clock.monotonic() + seconds
            self._rests_until[bucket] = max(until, self._rests_until.get(bucket, until))

    def _due(self, route: Route, now: float, *, for_exit: bool) -> float:
        """The earliest instant at which one more call stays within every limit, monotonic seconds."""
        bucket = self._bucket_of(route)
        spent, longest_s = self._spent[bucket.name], max(limit.window_s for limit in bucket.limits)
        while spent and spent[0] <= now - longest_s - MARGIN_S:
            spent.popleft()
        due = now if for_exit else max(now, self._rests_until.get(bucket.name, now))
        for limit in bucket.limits:
            calls = limit.calls if for_exit else limit.calls - limit.for_exits
            if len(spent) >= calls:
                due = max(due, spent[-calls] + limit.window_s + MARGIN_S)
        return due
