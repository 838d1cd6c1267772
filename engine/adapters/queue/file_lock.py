"""An exclusive lock for a process's life, in a file beside the journal. Held by the journal.

The kernel lets it go when the process ends, however it ends: holding it proves that the last holder is dead.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from engine.domain.errors import JournalFailed


class FileLock:
    """Held from birth to `release`. Raises JournalFailed when another process has it, or it can't be made."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalFailed(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise JournalFailed(
                f"{path} is locked: process {holder or 'unknown'} keeps this journal. One engine an account: "
                "end the other one first"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go. A second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
