"""An exclusive lock for a process's life, in a file beside the journal. Held by the journal.

The kernel lets it go when the process ends, however it ends: holding it proves that the last holder is dead. The file
also says which row the last holder knew to be durable. It is not flushed, so a loss of power may leave an earlier one
there, which proves less and nothing wrong.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
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
        written = os.pread(self._descriptor, 64, 0).split()
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            holder = written[0].decode("ascii", "replace") if written else "unknown"
            raise JournalFailed(
                f"{path} is locked: process {holder} keeps this journal. One engine an account: end the other one first"
            ) from error
        self.noted_row = int(written[1]) if len(written) > 1 and written[1].isdigit() else 0
        self.note(self.noted_row)

    def note(self, row: int) -> None:
        """Remember that every row up to this one is durable. Never raises: what is not noted is not asked for."""
        self.noted_row = row
        with suppress(OSError):
            os.pwrite(self._descriptor, b"%-20d\n%-20d\n" % (os.getpid(), row), 0)  # always of one length

    def release(self) -> None:
        """Let go. A second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
