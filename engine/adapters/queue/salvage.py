"""Saving what is whole of a damaged journal into a new one. Called by opening.py.

Every record found whole on any page is taken, wherever in the file that is and whatever became of the pages that lead
to it. Facts are taken from earlier versions of a page too, which the log still has; a state only from the present one,
since an earlier would have one that was superseded. The new journal has an id of its own: a damaged file can't prove
what it no longer has. It remembers the salvage until it has been merged with what the store has.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict
from pathlib import Path

from engine.adapters.queue import moving, schema
from engine.adapters.queue.pages import PageFile, rows_on
from engine.adapters.queue.saving import Saving
from engine.adapters.queue.wal import Frame
from engine.domain.errors import JournalFailed
from engine.domain.records import Record
from engine.ports import Salvage

_PAGE_SIZE = 4096  # SQLite's own choice, and so every journal's
MAGIC = b"SQLite format 3\x00"
_KNOWN_PAGES = frozenset((0x00, 0x02, 0x05, 0x0A, 0x0D))  # first bytes: overflow and free, index, and table pages
_APPLICATION_ID_AT = 68
_PAGES_AT = 28


class NotOurs(Exception):
    """Neither a journal's mark nor one whole record is in the file."""


def salvage(path: Path, frames: Sequence[Frame], decode: Callable[[bytes], Record], now: float, why: str) -> None:
    """Put a new journal with every record that is whole in the place of a damaged one, which stays beside it.

    `frames`: those of the log to go by. `now`: wall time in seconds. Raises NotOurs, with nothing touched, for a file
    that is no journal, JournalFailed where the new one can't be written.
    """
    try:
        damaged = moving.damaged_name(path)
        moving.part_of(path).unlink(missing_ok=True)
        with closing(sqlite3.connect(moving.part_of(path), isolation_level=None)) as connection:
            connection.executescript("PRAGMA synchronous = FULL; BEGIN;" + schema.TABLES)
            saving = Saving(connection, decode, now)
            marked, unread = _take_all(path, frames, saving)
            saving.put_in_order()
            if not saving.kept and not marked:
                raise NotOurs
            kept_as = damaged.name if path.exists() else moving.log_of(damaged).name
            told = Salvage(saving.kept, saving.lost, unread, kept_as, _sentence(path, kept_as, saving, unread, why))
            about = {"id": secrets.token_hex(8), schema.SALVAGED: json.dumps(asdict(told))}
            connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")  # as every journal's header says
        moving.take_its_place(path, damaged)
    except (OSError, sqlite3.Error) as error:
        raise JournalFailed(
            f"{path} is damaged ({why}), and what is whole of it can't be written to a new file beside it: {error}. "
            "Nothing is lost by that. Make room on the disk, and start again"
        ) from error
    finally:
        with suppress(OSError):
            moving.part_of(path).unlink(missing_ok=True)


def first_page(path: Path, frames: Sequence[Frame]) -> bytes:
    """The newest version of the first page, which has the header; empty where there is none."""
    with ExitStack() as files:
        return _pages(path, frames, files)[2].read(1)


def _pages(path: Path, frames: Sequence[Frame], files: ExitStack) -> tuple[int, int, PageFile]:
    """The database's descriptor, the log's (-1: not there), and the pages of both as they are now."""
    database = files.enter_context(path.open("rb")).fileno() if path.exists() else -1
    log = files.enter_context(moving.log_of(path).open("rb")).fileno() if frames else -1
    in_file = PageFile(database, _PAGE_SIZE, {}).count
    bound = max([in_file + len(frames), *(frame.commits for frame in frames if frame.whole)])  # no page is beyond it
    newer = {frame.page: (log, frame.at) for frame in frames if 0 < frame.page <= bound}
    return database, log, PageFile(database, _PAGE_SIZE, newer)


def _take_all(path: Path, frames: Sequence[Frame], saving: Saving) -> tuple[bool, int]:
    """Take every whole record. Whether the file is marked as a journal, and how many pages could not be read."""
    with ExitStack() as files:
        database, log, pages = _pages(path, frames, files)
        first = pages.read(1)
        unread = max(0, int.from_bytes(first[_PAGES_AT : _PAGES_AT + 4], "big") - pages.count) if first else 0
        for number in range(1, pages.count + 1):
            page = pages.read(number)
            unread += len(page) < _PAGE_SIZE or (number > 1 and page[0] not in _KNOWN_PAGES)
            saving.take(rows_on(number, page, _PAGE_SIZE, pages.read))
        if saving.lost or unread or not all(frame.whole for frame in frames):
            for number, page in _earlier(database, log, frames):
                saving.take_facts(rows_on(number, page, _PAGE_SIZE, pages.read))
        return _is_marked(first), unread


def _earlier(database: int, log: int, frames: Sequence[Frame]) -> Iterator[tuple[int, bytes]]:
    """Every version that the log has of a page, and what the database has of those pages."""
    in_log = {frame.page: (log, frame.at) for frame in frames}
    for frame in frames:
        yield frame.page, PageFile(-1, _PAGE_SIZE, {frame.page: (log, frame.at)}).read(frame.page)
    for number in in_log:
        yield number, PageFile(database, _PAGE_SIZE, {}).read(number)


def is_unborn(first: bytes) -> bool:
    """Whether it is a database without a table: a start was ended between making the file and making its tables."""
    return first.startswith(MAGIC) and first[100:105] == b"\x0d\x00\x00\x00\x00"


def _is_marked(first: bytes) -> bool:
    """Whether it is a journal by its header; one that is cut within the header, or all zeros, is held to be one too."""
    mark = first[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4]
    if len(mark) < 4:
        return MAGIC.startswith(first[: len(MAGIC)])
    return mark == schema.APPLICATION_ID.to_bytes(4, "big") or not any(first) or is_unborn(first)


def _sentence(path: Path, kept_as: str, saving: Saving, unread: int, why: str) -> str:
    lost = f", {saving.lost} could not be read" if saving.lost else ""
    pages = f", {_counted(unread, 'page')} of the file could not be read" if unread else ""
    return (
        f"The journal {path.name} was damaged ({why}). {_counted(saving.kept, 'record')} could be saved{lost}{pages}. "
        f"What is missing is taken from Firestore as far as it is there. The damaged file is kept as {kept_as}."
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
