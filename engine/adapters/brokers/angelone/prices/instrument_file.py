"""The broker's list of instruments on this machine: one small SQLite file a day, put in place whole. Fed by master.py;
feeds instruments.py.

Of some two hundred thousand rows the shares and indices of NSE are kept, and of the rest which shares have derivatives.
A list that fails on the way leaves the file as it was. What bots trade is noted in the file too (`held`), and carried
from one day's file to the next: a token that changes under a symbol is seen by that. Of what is held and has left the
list its last row is carried on (`gone`; files of before have no such table).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import mkstemp

from engine.adapters.brokers.angelone.prices.master import Row, has_derivatives, objects, read_row
from engine.domain.errors import Damaged, OutcomeUnknown, PermanentFailure

FORM = 1  # of the file; one of another form counts as none
BATCH = 1_000
LEFT_OVER_S = 3_600.0  # nobody fetches for so long
SHRUNK_PCT = 50  # a list with fewer rows than this share of yesterday's is taken for a part of one

_SCHEMA = f"""
PRAGMA user_version = {FORM};
CREATE TABLE listed (
    exchange TEXT NOT NULL, token TEXT NOT NULL, trading_symbol TEXT NOT NULL, symbol TEXT NOT NULL,
    series TEXT NOT NULL, name TEXT NOT NULL, tick_paise INTEGER NOT NULL, lot INTEGER NOT NULL,
    auction INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (exchange, token, trading_symbol)
) WITHOUT ROWID;
CREATE INDEX listed_symbol ON listed (symbol);
CREATE TABLE gone (
    exchange TEXT NOT NULL, token TEXT NOT NULL, trading_symbol TEXT NOT NULL, symbol TEXT NOT NULL,
    series TEXT NOT NULL, name TEXT NOT NULL, tick_paise INTEGER NOT NULL, lot INTEGER NOT NULL,
    auction INTEGER NOT NULL
);
CREATE TABLE held (symbol TEXT PRIMARY KEY, token TEXT NOT NULL, trading_symbol TEXT NOT NULL, since TEXT NOT NULL);
CREATE TABLE made (at TEXT NOT NULL, rows INTEGER NOT NULL);
"""


def write_file(path: Path, chunks: Iterable[bytes], now: datetime) -> int:
    """Replace the file by this list; how many rows it keeps.

    Raises what reading the list raises, PermanentFailure for one that is empty or far shorter than the last, and
    OutcomeUnknown where it can't be kept there. Several may do it at once: each writes aside under a name of its own.
    """
    try:
        return _write(path, chunks, now)
    except (OSError, sqlite3.Error) as error:
        word = type(error).__name__
        raise OutcomeUnknown(f"the broker's list of instruments can't be kept in {path.parent}: {word}") from error


def _write(path: Path, chunks: Iterable[bytes], now: datetime) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(dir=path.parent, prefix=f"{path.name}.new-")
    os.close(descriptor)
    aside = Path(name)
    aside.chmod(0o644)  # nothing in it is secret
    try:
        _sweep(aside)
        with closing(sqlite3.connect(aside)) as new:
            new.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
            with new:
                kept = _fill(new, objects(chunks))
                _check(kept, path)
                new.execute("INSERT INTO made VALUES (?, ?)", (now.isoformat(), kept))
                new.executemany("INSERT INTO held VALUES (?, ?, ?, ?)", _held(path))
                new.executemany("INSERT INTO gone VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _held_rows(path))
                new.execute("DELETE FROM gone WHERE symbol IN (SELECT symbol FROM listed)")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return kept


def _sweep(aside: Path) -> None:
    """Take away what a process that was killed left."""
    made_s = aside.stat().st_mtime
    for other in aside.parent.glob(f"{aside.name.rpartition('-')[0]}-*"):
        with suppress(FileNotFoundError):
            if made_s - other.stat().st_mtime > LEFT_OVER_S:
                other.unlink()


def _fill(new: sqlite3.Connection, told: Iterator[Mapping[str, object]]) -> int:
    with_auction: set[str] = set()
    kept = 0

    def rows() -> Iterator[Row]:
        for fields in told:
            row = read_row(fields)
            if row is not None:
                yield row
            elif (name := has_derivatives(fields)) is not None:
                with_auction.add(name)

    every = rows()
    while batch := list(islice(every, BATCH)):
        before = new.total_changes
        new.executemany(
            "INSERT OR IGNORE INTO listed VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            [
                (row.exchange, row.token, row.trading_symbol, row.symbol, row.series, row.name, row.tick_paise, row.lot)
                for row in batch
            ],
        )
        kept += new.total_changes - before
    new.executemany("UPDATE listed SET auction = 1 WHERE name = ?", [(name,) for name in sorted(with_auction)])
    return kept


def _check(kept: int, path: Path) -> None:
    if kept == 0:
        raise PermanentFailure("the broker's list of instruments holds no share of NSE: the last one is kept")
    before = rows_of(path)
    if kept * 100 < before * SHRUNK_PCT:
        raise PermanentFailure(
            f"the broker's list of instruments has {kept:,} shares of NSE where the last one had {before:,}: taken for "
            "a part of the list, the last one is kept"
        )


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The file, to read; None where there is none that can be used. Raises as `_told_by_sqlite` does."""
    if not path.exists():
        yield None
        return
    with _told_by_sqlite(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        yield file if _is_list(file) else None


def _is_list(file: sqlite3.Connection) -> bool:
    try:
        return bool(file.execute("PRAGMA user_version").fetchone() == (FORM,))
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False  # no database at all


@contextmanager
def _told_by_sqlite(path: Path) -> Iterator[None]:
    """Raises Damaged for a file that lost a part, OutcomeUnknown for what may pass (a disk that is full, or slow)."""
    try:
        yield
    except sqlite3.Error as error:
        may_pass = isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError)
        what, word = f"the list of instruments in {path.parent}", f"{type(error).__name__}: {error}"
        if may_pass:
            raise OutcomeUnknown(f"{what} can't be read or written now ({word})") from error
        raise Damaged(f"{what} is damaged and can't be read ({word}); type: lockstep instruments update") from error


def rows_of(path: Path) -> int:
    """How many rows the file keeps; 0 without one, and of a damaged one."""
    with suppress(Damaged), opened(path) as file:
        return 0 if file is None else int(file.execute("SELECT rows FROM made").fetchone()[0])
    return 0


def made_at(path: Path) -> datetime | None:
    """When the list was fetched; None without one, and of a damaged one: then another is to be fetched."""
    with suppress(Damaged), opened(path) as file:
        return None if file is None else datetime.fromisoformat(file.execute("SELECT at FROM made").fetchone()[0])
    return None


def hold(path: Path, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Note (symbol, token, trading symbol, since) of what is traded; what is noted already stays as it is."""
    with _told_by_sqlite(path), closing(sqlite3.connect(path)) as file, file:
        file.executemany("INSERT OR IGNORE INTO held VALUES (?, ?, ?, ?)", rows)


def let_go(path: Path, symbol: str) -> bool:
    """Forget what was noted of a symbol; whether anything was."""
    with _told_by_sqlite(path), closing(sqlite3.connect(path)) as file, file:
        return file.execute("DELETE FROM held WHERE symbol = ?", (symbol,)).rowcount > 0


def _held(path: Path) -> list[tuple[str, str, str, str]]:
    with suppress(Damaged), opened(path) as file:
        return [] if file is None else file.execute("SELECT * FROM held ORDER BY symbol").fetchall()
    return []


def _held_rows(path: Path) -> list[tuple[object, ...]]:
    """The rows of what is held, as the last list that had them has them."""
    with suppress(Damaged), opened(path) as file:
        if file is None:
            return []
        gone = "UNION ALL SELECT * FROM gone" if keeps_gone(file) else ""
        every = f"SELECT * FROM listed {gone}"  # noqa: S608 - both are ours
        return file.execute(f"SELECT * FROM ({every}) WHERE symbol IN (SELECT symbol FROM held)").fetchall()  # noqa: S608
    return []


def keeps_gone(file: sqlite3.Connection) -> bool:
    """Whether the file was written by a version that carries on what has left the list."""
    return bool(file.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'gone'").fetchall())
