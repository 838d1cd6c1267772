"""The names of a journal's files, and how a salvaged one takes a damaged one's place. Used by opening.py and
salvage.py.

The journal is `NAME`, with SQLite's NAME-wal and NAME-shm. What is saved is written to NAME.saving, which is called
NAME.saved once it is complete. From then on the move is finished whatever happens: a start that finds NAME.saved and no
NAME goes on where the last one was ended. SQLite must never see the new file beside the old log.
"""

from __future__ import annotations

import os
from pathlib import Path


def log_of(path: Path) -> Path:
    """SQLite's write-ahead log of a database."""
    return path.with_name(path.name + "-wal")


def part_of(path: Path) -> Path:
    """Where a new journal is written until it is complete."""
    return path.with_name(path.name + ".saving")


def damaged_name(path: Path) -> Path:
    """The first name for a damaged journal that neither a file nor a log has."""
    number = 1
    while True:
        name = path.with_name(f"{path.name}.damaged-{number}")
        if not name.exists() and not log_of(name).exists():
            return name
        number += 1


def take_its_place(path: Path, damaged: Path) -> None:
    """Put the complete NAME.saving where the damaged journal is, which becomes `damaged`, its log beside it."""
    _sync(part_of(path))
    part_of(path).rename(_saved(path))
    if path.exists():
        path.rename(damaged)
    _finish(path, damaged)


def finish_interrupted(path: Path) -> None:
    """Go on with a move that was ended on its way; what was not complete then is dropped."""
    part_of(path).unlink(missing_ok=True)
    if not _saved(path).exists():
        return
    if path.exists():  # nothing had been moved yet: it is saved anew, from all that there is
        _saved(path).unlink()
        return
    _finish(path, _last_damaged(path))


def _finish(path: Path, damaged: Path) -> None:
    if log_of(path).exists():
        log_of(path).rename(log_of(damaged))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    _saved(path).rename(path)
    _sync(path.parent)


def _last_damaged(path: Path) -> Path:
    """The name that the interrupted move had given; a log alone, without its database, gets one of its own."""
    number = 1
    while path.with_name(f"{path.name}.damaged-{number + 1}").exists():
        number += 1
    last = path.with_name(f"{path.name}.damaged-{number}")
    return last if not log_of(last).exists() else damaged_name(path)


def _saved(path: Path) -> Path:
    return path.with_name(path.name + ".saved")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
