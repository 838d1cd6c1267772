"""Opening the journal's file: creating it, or making sure that it is one we can read. Called by journal.py."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from engine.adapters.queue import schema
from engine.domain.errors import JournalFailed

_WAL_BYTES_KEPT = 64 * 1024 * 1024


def open_journal(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection, str]:
    """The connection to write with, the one to read with, and the journal's own id.

    Raises JournalFailed for a file that is none of ours, of another format, or damaged: it says what to do.
    """
    try:
        writer = _connect(path)
        try:
            journal_id = _prepare(path, writer)
            return writer, _connect(path), journal_id
        except BaseException:
            writer.close()
            raise
    except sqlite3.DatabaseError as error:
        raise JournalFailed(
            f"{path} can't be opened as a journal: {error}. If the disk is sound, move the file and its -wal and -shm "
            "aside and start again: the account then goes on from what Firestore has"
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns, power loss included
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
    return connection


def _prepare(path: Path, connection: sqlite3.Connection) -> str:
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    if tables == 0:
        journal_id = secrets.token_hex(8)
        connection.executescript("BEGIN;" + schema.TABLES)
        connection.execute("INSERT INTO about VALUES ('id', ?)", (journal_id,))
        connection.execute("COMMIT")
        return journal_id
    if application != schema.APPLICATION_ID:
        raise JournalFailed(f"{path} is another program's database: name another file for the journal")
    if version != schema.FORMAT:
        raise JournalFailed(f"{path} is a journal of format {version}; this version reads {schema.FORMAT}")
    ((verdict,),) = connection.execute("PRAGMA quick_check(1)")
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
    ((journal_id,),) = connection.execute("SELECT value FROM about WHERE name = 'id'")
    return str(journal_id)
