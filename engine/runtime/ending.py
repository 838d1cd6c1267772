"""The wish to end, as a signal handler may tell it and any thread may wait for it. Fed by SIGTERM and SIGINT; asked by
starting.py and patience.py, which a wish cuts short; once the account trades, the supervisor has its own ear for it.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue

from engine.domain.errors import LockstepError


class Ended(LockstepError):
    """The process was asked to end before it traded."""


class EndWish:
    """Told at most a few times, never taken back."""

    def __init__(self) -> None:
        self._asked = False
        self._told: SimpleQueue[None] = SimpleQueue()  # an Event's lock is not for a signal handler: it can deadlock

    @property
    def asked(self) -> bool:
        """Whether it was told."""
        return self._asked

    def ask(self) -> None:
        """Tell it; safe from a signal handler."""
        self._asked = True
        self._told.put(None)

    def within(self, seconds: float) -> bool:
        """Wait so long for it; whether it was told. Returns at once when it is."""
        try:
            self._told.get(timeout=max(0.0, seconds))
        except Empty:
            return self._asked
        self._told.put(None)  # for whoever else waits
        return True
