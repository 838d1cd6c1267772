"""Whether the store is healthy enough for live entries: a small read each half second, for live accounts alone.

A thread of its own, so that neither a slow commit nor the session delays it; it begins as soon as the account is ours,
while that is recovered. Fed by the store's ping and the lease; asked by mode_watch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.domain.errors import OperatingError
from engine.ports import Clock

EVERY_S = 0.5
AT_FIRST_S = 0.2  # until there is a verdict: what the start has read of the store was answered, too
WITHIN_S = 1.0
MISSES = 2
GOOD_IN_A_ROW = 3
RENEWAL_LATE_S = 2.0
UNHEARD_S = 3.0  # without a finished check for so long, nothing is known
_log = structlog.get_logger()


class ProbeRule:
    """The rule alone. Not healthy before three good checks in a row; not any more after two misses.

    A miss is forgotten by three good checks in a row, by no fewer: a store that answers every second time is not well.
    """

    def __init__(self) -> None:
        self.healthy = False
        self._misses = 0
        self._good = 0

    def check(self, good: bool) -> None:
        """Take in one check."""
        if not good:
            self._good = 0
            self._misses += 1
            self.healthy = self.healthy and self._misses < MISSES
            return
        self._good += 1
        if self._good >= GOOD_IN_A_ROW:
            self.healthy, self._misses = True, 0

    @property
    def undecided(self) -> bool:
        """Whether it was never healthy, and every check so far was good."""
        return not (self.healthy or self._misses)

    def fail(self) -> None:
        """It is not well, whatever the checks say."""
        self.healthy, self._good, self._misses = False, 0, MISSES


class StoreProbe:
    """`ping` reads from the store within a second or raises; `renewal_late_s` is how late the lease is, if at all."""

    def __init__(self, ping: Callable[[], None], renewal_late_s: Callable[[], float], clock: Clock) -> None:
        self._ping = ping
        self._renewal_late_s = renewal_late_s
        self._clock = clock
        self._health = ProbeRule()
        self._checked_at: float | None = None
        self._told: bool | None = None

    def run(self, stop: threading.Event) -> None:
        """Check until stopped, half a second from the beginning of one to that of the next; the first are closer."""
        rest_s = 0.0
        while not stop.wait(rest_s):
            rest_s = self.look()

    def look(self) -> float:
        """One check; seconds until the next."""
        began = self._clock.monotonic()
        try:
            self._ping()
            good = self._clock.monotonic() - began <= WITHIN_S
        except OperatingError:
            good = False
        now = self._clock.monotonic()
        if self._renewal_late_s() > RENEWAL_LATE_S:
            self._health.fail()
        else:
            self._health.check(good)
        self._checked_at = now
        self._tell()
        return max(0.0, began + (AT_FIRST_S if self._health.undecided else EVERY_S) - now)

    def healthy(self) -> bool | None:
        """None where no check was finished lately, or there is no verdict yet. From any thread."""
        checked_at, now = self._checked_at, self._clock.monotonic()
        if checked_at is None or self._health.undecided or now - checked_at > UNHEARD_S:
            return None
        return self._health.healthy and self._renewal_late_s() <= RENEWAL_LATE_S

    def _tell(self) -> None:
        if self._health.healthy is not self._told and not self._health.undecided:
            self._told = self._health.healthy
            _log.info("the store is healthy" if self._told else "the store is not healthy")
