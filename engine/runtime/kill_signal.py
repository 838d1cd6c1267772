"""The signal that kills an account: passed on by launcher, counted in the engine's process, looked at by kill_watch."""

from __future__ import annotations

import signal

KILL_SIGNAL = signal.SIGUSR1


class KillSignal:
    """Counts signals. A handler may do no more: a lock could be held by whom it interrupts."""

    def __init__(self) -> None:
        self.count = 0

    def ask(self) -> None:
        """Called by the handler."""
        self.count += 1
