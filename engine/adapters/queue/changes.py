"""Changes of rows that are durable already, as the writer carries them out within a commit. Made by journal.py."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from engine.adapters.queue import schema

State = tuple[str, str, str, bytes]  # collection, document, slot, frame


def mark_delivered(rows: Sequence[int], connection: sqlite3.Connection) -> None:
    """These are in the store."""
    connection.executemany(schema.MARK_DELIVERED, [(row,) for row in rows])


def supersede(keys: Sequence[tuple[str, str, str]], connection: sqlite3.Connection) -> None:
    """Newer values of these states are about to be added: a dead one stays for a person to see, and is history."""
    connection.executemany(schema.SUPERSEDE, keys)
    connection.executemany(schema.OUTLIVE, keys)


def bury(row: int, error: str, attempts: int, at: float, connection: sqlite3.Connection) -> None:
    """Set a record aside."""
    if connection.execute(schema.BURY, (row,)).rowcount:
        connection.execute(schema.FORGET_OLDER_DEAD, {"row": row})
        connection.execute(schema.ADD_LETTER, (row, error, attempts, at))
        connection.execute(schema.DROP_STRAY_LETTERS)


def requeue(delivered_sequence: int, changed: list[int], connection: sqlite3.Connection) -> None:
    """What was delivered since waits again."""
    changed[:] = [connection.execute(schema.REQUEUE, (delivered_sequence,)).rowcount]


def send_again(row: int, now: float, changed: list[int], connection: sqlite3.Connection) -> None:
    """A dead record waits again, at the end; one that was followed is dropped."""
    changed[:] = [connection.execute(schema.SEND_AGAIN, {"row": row, "now": now}).rowcount]
    connection.execute(schema.KEEP_SEQUENCE)
    connection.execute(schema.DROP_DEAD, {"row": row})
    connection.execute(schema.DROP_STRAY_LETTERS)


def discard(row: int, changed: list[int], connection: sqlite3.Connection) -> None:
    """A dead record is given up; the newest of a state stays, unsent."""
    connection.execute(schema.KEEP_SEQUENCE)
    dropped = connection.execute(schema.DROP_DEAD_FACT_OR_FOLLOWED, {"row": row}).rowcount
    changed[:] = [dropped + connection.execute(schema.KEEP_UNSENT, {"row": row}).rowcount]
    connection.execute(schema.DROP_STRAY_LETTERS)


def merge(
    states: Sequence[State],
    sequence: int,
    delivered_sequence: int,
    now: float,
    changed: list[int],
    connection: sqlite3.Connection,
) -> None:
    """Of states that the store has had, the store's word counts: see ports.Outbox.merge."""
    ((last,),) = connection.execute(schema.LAST_SEQUENCE)
    connection.execute(schema.DROP_DELIVERED_STATES, (delivered_sequence,))
    names = ("collection", "document_id", "slot", "payload")
    rows = [dict(zip(names, state, strict=True), sequence=delivered_sequence, now=now) for state in states]
    changed[:] = [connection.executemany(schema.ADD_FROM_STORE, rows).rowcount]
    connection.execute(schema.SET_ABOUT, ("sequence", str(max(last, sequence, delivered_sequence))))


def forget_salvage(connection: sqlite3.Connection) -> None:
    """It has been made good: the journal is as any other."""
    connection.execute(schema.FORGET_SALVAGE)
