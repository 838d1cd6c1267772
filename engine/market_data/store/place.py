"""A store to oneself while it is written: the lock, the folder for what is not ready, and the move into place.

Used by importing. The lock is the system's and goes with the process that has it; what a killed one left aside is
deleted by the next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from engine.domain.errors import DataError
from engine.market_data.store.layout import JOURNAL, MARKER, partitions_in
from engine.market_data.store.partition import FORM

_ASIDE = ".importing-"


@dataclass(frozen=True, slots=True)
class Place:
    """A store, and the folder in it for what is not ready."""

    root: Path
    aside: Path


@contextmanager
def locked(root: Path) -> Iterator[Place]:
    """The store to oneself, with a folder in it for what is not ready. Raises DataError while another import runs."""
    _check_place(root)
    newborn = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError:
            raise DataError(str(root), "is being written by another import; try again when that has ended") from None
        for left in root.glob(f"{_ASIDE}*"):  # by an import that was killed
            shutil.rmtree(left, ignore_errors=True)
        aside = Path(mkdtemp(prefix=_ASIDE, dir=root))
        try:
            yield Place(root, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if newborn and not (root / MARKER).exists():  # nothing came of it: leave nothing behind
                shutil.rmtree(root, ignore_errors=True)


def _check_place(root: Path) -> None:
    """Refuse to make a store of somebody's folder: what lies there would be taken for parts of it."""
    if root.exists() and not root.is_dir():
        raise DataError(str(root), "is a file; a store is a folder")
    if root.is_dir() and not (root / MARKER).is_file():
        others = sorted(entry.name for entry in root.iterdir() if not entry.name.startswith("."))
        if others:
            raise DataError(str(root), f"is no store and not empty ({others[0]} is there); name another folder")


def put_in_place(place: Place, entry: dict[str, Any] | None) -> None:
    """Move what is ready to where it belongs, a whole partition at a time, and add an entry to the store's journal."""
    marker = place.root / MARKER
    if not marker.exists():
        ready = place.aside / MARKER
        ready.write_text(json.dumps({"lockstep": "market data", "form": FORM}) + "\n", encoding="utf-8")
        ready.replace(marker)
    for made in partitions_in(place.aside):
        final = place.root / made.relative_to(place.aside)
        final.parent.mkdir(parents=True, exist_ok=True)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(final)
    if entry is not None:
        with (place.root / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry) + "\n")
