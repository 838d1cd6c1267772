"""Opening the journal's file: creating it, or making sure that it is whole and one we can read. Called by journal.py.

A damaged one is replaced by what can be saved of it (salvage.py), which is told as `Opened.salvage`. What is looked at,
in this order: the log, before SQLite takes of it what it likes; the file's header; its structure, by SQLite's own
check; the states, which the engine goes on from, by their checksums; and whether every row is there that was
acknowledged.
"""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.adapters.queue import moving, schema
from engine.adapters.queue.salvage import MAGIC, NotOurs, first_page, is_unborn, salvage
from engine.adapters.queue.wal import Wal, read_wal
from engine.domain.errors import Damaged, JournalFailed, PermanentFailure
from engine.domain.records import Record
from engine.ports import Salvage

_WAL_BYTES_KEPT = 64 * 1024 * 1024
# SQLite copies the log into the file every so many pages, and whoever waits for a commit then waits for that, too. At
# its own 1,000 that befell about one commit in 200, within the 99th percentile. A start after a kill -9 checks these
# 16 MB in about 0.3 s.
_WAL_PAGES = 4_000
_DAMAGE = frozenset((sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))  # primary codes
_UNREADABLE = frozenset((sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ))  # a bad sector, a cut file
_HEADER = 100  # bytes
_log = logging.getLogger(__name__)

Decode = Callable[[bytes], Record]


class _Found(Exception):
    """The file is damaged; the message says how that shows."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open journal: the connections to write and to read with, its own id, and what had happened to it.

    `cut_bytes`: of a last write that was cut short, and so never acknowledged.
    """

    writer: sqlite3.Connection
    reader: sqlite3.Connection
    journal_id: str
    salvage: Salvage | None
    cut_bytes: int


def open_journal(path: Path, decode: Decode, acknowledged_row: int, now: float) -> Opened:
    """Open it, create it, or save what is whole of it. `acknowledged_row`: the last that is known to have been durable.

    `now`: wall time in seconds. Raises JournalFailed for a file that is none of ours or of another format, and where
    the disk refuses.
    """
    try:
        moving.finish_interrupted(path)
        wal = read_wal(moving.log_of(path))
        try:
            _look(path, wal, decode, acknowledged_row)
        except _Found as found:
            _save(path, wal, decode, now, str(found))
            wal = read_wal(moving.log_of(path))
            _look(path, wal, decode, 0)
        return _connected(path, wal.cut_bytes)
    except _Found as found:
        raise JournalFailed(
            f"{path} is damaged again right after it was saved ({found}): the disk is not sound"
        ) from None
    except (sqlite3.Error, OSError) as error:
        raise JournalFailed(
            f"{path} can't be opened: {error}. Where the disk is sound, move the file and its -wal and -shm aside and "
            "start again: the account then goes on from what Firestore has"
        ) from error


def _save(path: Path, wal: Wal, decode: Decode, now: float, why: str) -> None:
    try:
        salvage(path, wal.frames, decode, now, why)
    except NotOurs:
        if first_page(path, wal.frames).startswith(MAGIC):
            why = "it is another program's database"
        raise JournalFailed(
            f"{path} can't be opened as a journal: {why}, and no record is in it. Name another file for the journal, "
            "or move this one aside and start again: the account then goes on from what Firestore has"
        ) from None


def _look(path: Path, wal: Wal, decode: Decode, acknowledged_row: int) -> None:
    """Change nothing. Raises _Found for damage, JournalFailed for a journal of another format."""
    first = first_page(path, wal.frames)
    empty = not path.exists() or path.stat().st_size == 0
    if wal.broken:
        raise _Found("its log is damaged before writes that were acknowledged")
    if empty and wal.frames:
        raise _Found("the file is empty, and its log is not" if path.exists() else "the file is gone, its log is there")
    if empty or is_unborn(first):
        if path.exists() and acknowledged_row:
            raise _Found(f"nothing is in the file, and row {acknowledged_row} had been acknowledged")
        return
    if len(first) < _HEADER or not first.startswith(MAGIC) or first[18:20] != b"\x02\x02":  # a log is kept
        raise _Found("it does not begin as a journal does")
    if first[68:72] != schema.APPLICATION_ID.to_bytes(4, "big"):
        raise _Found("its header does not bear a journal's mark")
    version = int.from_bytes(first[60:64], "big")
    if version != schema.FORMAT:
        raise JournalFailed(f"{path} is a journal of format {version}; this version reads {schema.FORMAT}")
    _look_inside(path, decode, acknowledged_row)


def _look_inside(path: Path, decode: Decode, acknowledged_row: int) -> None:
    """By a connection that can't write, so that the log stays as it is, too."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", timeout=10, uri=True)) as connection:
            ((verdict,),) = connection.execute("PRAGMA integrity_check(1)")
            if verdict != "ok":
                raise _Found(verdict.replace("\n", " "))
            connection.execute("SELECT value FROM about WHERE name = 'id'").fetchone()[0]
            ((last_row,),) = connection.execute(schema.LAST_ROW)
            if last_row < acknowledged_row:
                raise _Found(f"it ends with row {last_row}, and row {acknowledged_row} was acknowledged")
            for _, collection, document_id, _, payload in connection.execute(schema.NEWEST_STATES):
                _check(decode, payload, f"{collection}/{document_id}")
    except sqlite3.Error as error:
        code = getattr(
            error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT
        )  # Python's own, of a text that is none: no code
        if code & 0xFF in _DAMAGE or code in _UNREADABLE:
            raise _Found(str(error)) from error
        raise
    except (TypeError, UnicodeDecodeError) as error:  # no id; a name, even in SQLite's own message, that is no text
        raise _Found("its tables are not a journal's") from error


def _check(decode: Decode, payload: bytes, name: str) -> None:
    try:
        decode(payload)
    except Damaged as error:
        raise _Found(f"{name} fails its checksum") from error
    except PermanentFailure:
        return  # whole, and of a version that this one can't read: told when it is needed


def _connected(path: Path, cut_bytes: int) -> Opened:
    writer = _connect(path)
    try:
        ((tables,),) = writer.execute("SELECT count(*) FROM sqlite_schema")
        if not tables:
            writer.executescript("BEGIN;" + schema.TABLES)
            writer.execute(schema.SET_ABOUT, ("id", secrets.token_hex(8)))
            writer.execute("COMMIT")
        about = dict(writer.execute("SELECT name, value FROM about").fetchall())
        saved = Salvage(**json.loads(about[schema.SALVAGED])) if schema.SALVAGED in about else None
        if saved is not None:
            _log.error("%s", saved.sentence)
        if cut_bytes:
            _log.warning("%s: the last write had been cut short: %s bytes never acknowledged", path, cut_bytes)
        return Opened(writer, _connect(path), about["id"], saved, cut_bytes)
    except BaseException:
        writer.close()
        raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns, power loss included
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
    connection.execute("PRAGMA secure_delete = ON")  # no page that is free holds what could be taken for a record
    return connection
