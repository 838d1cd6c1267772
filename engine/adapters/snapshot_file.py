"""The SnapshotStore as one file: the engine's process renames it into place, the API's process reads it.

A reader sees the old snapshot or the new one, never a part; on a disk without room for both, the new one or none. Put
the file on a memory file system where there is one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from engine.domain.errors import OutcomeUnknown, PermanentFailure
from engine.ports import Fields

_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT))


class SnapshotFile:
    """See ports.SnapshotStore. Datetimes become ISO 8601 text; keys are text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._aside = path.with_name(f".{path.name}.{os.getpid()}")

    def write(self, snapshot: Mapping[str, Any]) -> None:
        """See ports.SnapshotStore. Raises OutcomeUnknown when the file can't be written, PermanentFailure for what JSON
        can't hold: whoever writes goes on without, and does not end of it.
        """
        try:
            content = orjson.dumps(snapshot, option=orjson.OPT_UTC_Z)
        except TypeError as error:
            raise PermanentFailure(f"{self._path}: {error}") from error
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._aside.write_bytes(content)
                self._aside.replace(self._path)
            except OSError as error:
                with suppress(OSError):
                    self._aside.unlink(missing_ok=True)
                if error.errno not in _NO_ROOM:
                    raise
                self._overwrite(content)
        except OSError as error:
            raise OutcomeUnknown(f"{self._path}: {error.strerror}") from error

    def _overwrite(self, content: bytes) -> None:
        """Write over the old one, whose room is ours: an engine on a full disk has more to say than ever."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.truncate()

    def read(self) -> Fields | None:
        """See ports.SnapshotStore; None too for a file that is no snapshot."""
        try:
            snapshot = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        return snapshot if isinstance(snapshot, dict) else None
