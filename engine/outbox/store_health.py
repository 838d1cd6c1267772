"""How the store is doing, from the outcome of calls to it. Fed by the relay; shown in QueueStatus."""

from __future__ import annotations

DOWN_AFTER = 3
HEALTHY_AFTER = 3


class StoreHealth:
    """`healthy` until a call fails; `down` from the third failure in a row; `healthy` again after three good ones."""

    def __init__(self) -> None:
        self._good = HEALTHY_AFTER
        self._bad = 0

    @property
    def state(self) -> str:
        """`healthy`, `degraded` or `down`."""
        if self._bad >= DOWN_AFTER:
            return "down"
        return "healthy" if self._good >= HEALTHY_AFTER else "degraded"

    @property
    def failures(self) -> int:
        """Failures in a row."""
        return self._bad

    def succeeded(self) -> None:
        """A call went well."""
        self._good += 1
        self._bad = 0

    def failed(self) -> None:
        """A call did not answer, or asked for less."""
        self._bad += 1
        self._good = 0
