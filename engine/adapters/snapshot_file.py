"""The SnapshotStore as one file: the engine's process renames it into place, the API's process reads it.

A reader sees the old snapshot or the new one, never a part. Put the file on a memory file system where there is one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from engine.domain.errors import OutcomeUnknown
from engine.ports import Fields


class SnapshotFile:
    """See ports.SnapshotStore. Datetimes become ISO 8601 text; keys are text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._aside = path.with_name(f".{path.name}.{os.getpid()}")

    def write(self, snapshot: Mapping[str, Any]) -> None:
        """See ports.SnapshotStore. Raises OutcomeUnknown when the file can't be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._aside.write_bytes(orjson.dumps(snapshot, option=orjson.OPT_UTC_Z))
            self._aside.replace(self._path)
        except OSError as error:
            raise OutcomeUnknown(f"{self._path}: {error.strerror}") from error

    def read(self) -> Fields | None:
        """See ports.SnapshotStore; None too for a file that is no snapshot."""
        try:
            snapshot = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        return snapshot if isinstance(snapshot, dict) else None
