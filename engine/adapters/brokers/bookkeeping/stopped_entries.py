"""Why a broker's adapter sends no entries today, if it does not. Set and asked by each broker's orders.

A refusal for a reason that is in no list may mean that the address is not registered, that the client is blocked, or
that the key may not trade: nothing new is sent before a person has looked, or another day has come.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import structlog

_log = structlog.get_logger()


class StoppedEntries:
    """`today` is the broker's day. Safe from several threads."""

    def __init__(self, today: Callable[[], Hashable]) -> None:
        self._today = today
        self._stopped: tuple[Hashable, str] | None = None

    @property
    def why(self) -> str | None:
        """In words; None where they go."""
        stopped = self._stopped
        return stopped[1] if stopped is not None and stopped[0] == self._today() else None

    def stop(self, refusal: Exception) -> None:
        """From now on."""
        words = f"entries stop, since a reason is in no list: {refusal}. Find out what it means, then start anew"
        self._stopped = self._today(), words
        _log.critical("entries stop", error=str(refusal))

    def resume(self) -> None:
        """A person acted."""
        self._stopped = None
