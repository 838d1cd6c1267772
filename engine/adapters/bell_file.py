"""The Bell port as a file's time: the API's process touches it after a write, the engine's process sees that it moved.

In the state directory that both share. Where they share none, or the file can't be touched, nothing rings and polling
goes on: that is why nobody is told.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class BellFile:
    """See ports.Bell."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen_ns: int | None = None

    def ring(self) -> None:
        """See ports.Bell."""
        with suppress(OSError):
            self._path.touch()

    def rung(self) -> bool:
        """See ports.Bell; True the first time where an earlier run left the file."""
        try:
            moved_ns = self._path.stat().st_mtime_ns
        except OSError:
            return False
        seen_ns, self._seen_ns = self._seen_ns, moved_ns
        return moved_ns != seen_ns
