"""The emulators' data on disk, whole or not at all. Fed by local/stack, which begins with it next time.

A save is written into a new folder, flushed, and only then named in the file `current`, by one rename. A crash at any
moment leaves either the save before or this one.
"""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator


@dataclass(frozen=True)
class Save:
    """One complete save."""

    folder: Path

    @property
    def firestore_seed(self) -> Path:
        """What the Firestore emulator starts from."""
        return self.folder / "firestore" / "firestore.overall_export_metadata"

    def accounts(self) -> list[dict[str, Any]]:
        """What `AuthEmulator.restore` takes."""
        accounts: list[dict[str, Any]] = json.loads((self.folder / "accounts.json").read_text())
        return accounts


class Saves:
    """The saves in one folder; at rest there is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current = folder / "current"

    def latest(self) -> Save | None:
        """The last complete save, None before the first."""
        try:
            save = Save(self._folder / self._current.read_text())
        except FileNotFoundError:
            return None
        return save if save.firestore_seed.exists() else None

    def write(self, firestore: FirestoreEmulator, auth: AuthEmulator, project: str) -> Save:
        """Save every document and account of `project`. Raises OSError where it cannot; the save before stays."""
        save = Save(self._folder / f"{time.time_ns()}")
        save.folder.mkdir(parents=True)
        try:
            firestore.export(project, save.folder)
            (save.folder / "accounts.json").write_text(json.dumps(auth.accounts()))
            _flush(save.folder)
            self._name_as_current(save)
        except BaseException:
            shutil.rmtree(save.folder, ignore_errors=True)
            raise
        for other in self._folder.iterdir():
            if other.is_dir() and other != save.folder:
                shutil.rmtree(other, ignore_errors=True)
        return save

    def _name_as_current(self, save: Save) -> None:
        aside = self._folder / "current.new"
        aside.write_text(save.folder.name)
        _flush(aside)
        aside.replace(self._current)
        _flush(self._folder)


def _flush(path: Path) -> None:
    """Bring a file, or a folder with all it holds, to the disk."""
    for each in (path, *path.rglob("*")) if path.is_dir() else (path,):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
