"""Room on the disk: whether there is none, and how delivered history makes some. Used by writer.py."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from engine.adapters.queue import schema

_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
# A quota and a limit of file sizes reach us as failed writes, not as SQLITE_FULL: there the disk is asked itself.
_ASK = frozenset((sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE))
_PROBE_BYTES = 64 * 1024
_DROPPED_LEAST = 1_000


def is_full(error: sqlite3.Error, path: Path) -> bool:
    """Whether a write to the journal at `path` failed for want of room, and so may be repeated when there is some."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_FULL or (code in _ASK and not _takes_more(path))


def drop_delivered_history(connection: sqlite3.Connection, up_to: int) -> int:
    """Drop a tenth of what is delivered and nothing goes on from, oldest first, of sequences up to `up_to`; how many
    rows. Within a transaction.
    """
    ((droppable,),) = connection.execute(schema.COUNT_DROPPABLE, (up_to,))
    if not droppable:
        return 0
    connection.execute(schema.KEEP_SEQUENCE)
    return connection.execute(schema.DROP_OLDEST, (up_to, max(_DROPPED_LEAST, droppable // 10))).rowcount


def _takes_more(path: Path) -> bool:
    """Whether the disk takes some more bytes, in a file of the size that the log has: limits may be a file's."""
    log = path.with_name(path.name + "-wal")
    probe = path.with_name(path.name + ".probe")
    try:
        at = max((file.stat().st_size for file in (log, path) if file.exists()), default=0)
        descriptor = os.open(probe, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            written = os.pwrite(descriptor, bytes(_PROBE_BYTES), at)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error.errno not in _NO_ROOM
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return written == _PROBE_BYTES
