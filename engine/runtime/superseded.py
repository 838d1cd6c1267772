"""A journal that another engine's has overtaken, as when an account went to a second machine and comes back.

Asked by bootstrap at the start. Such a journal's states are of before what the other engine did: going on from them
would undo it. It is kept beside, and the account goes on from the store as if the journal were lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.domain.records import HealthRecord, Record


def known_epoch(states: Iterable[Record]) -> int | None:
    """The last epoch that a journal's states were written under; None where it holds none."""
    found: int | None = None
    for record in states:
        found = max(found or 0, record.engine_epoch if isinstance(record, HealthRecord) else 0)
    return found


def put_aside(journal: Path) -> None:
    """Move a closed journal's files out of the way, to NAME.superseded-n."""
    number = 1
    while (aside := journal.with_name(f"{journal.name}.superseded-{number}")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        file = journal.with_name(journal.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))
