"""A process that takes up a backlog with the production's relay, and says what that cost in memory. Run by its tests.

The store behind it is the twin of Firestore, which forgets what it was given, so that its own memory is not counted.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import TIMEOUT_S
from engine.adapters.queue.journal import FileJournal
from engine.domain.account import AccountSpec
from engine.domain.records import AccountRecord, FillRecord
from engine.outbox.backoff import Backoff
from engine.outbox.codec import decode, encode
from engine.outbox.relay import Relay
from tests.outbox.sample_records import published, sample

BATCH = 500
COLLECTION = sample(FillRecord).collection


class ForgetfulWire(MemoryWire):
    """Of fills it keeps the sequences alone, in the order they came in."""

    def __init__(self) -> None:
        super().__init__()
        self.sequences: list[int] = []

    def commit(self, request: Any, timeout_s: float = TIMEOUT_S) -> Any:
        response = super().commit(request, timeout_s)
        for write in request.writes:
            if f"/{COLLECTION}/" in write.update.name:
                self.sequences.append(write.update.fields["sequence"].integer_value)
                del self._documents[write.update.name]
        return response


def put_backlog(path: Path, records: int) -> None:
    """A journal with so many fills that never left, and the account's state after them."""
    journal = FileJournal(path, encode, decode, SystemClock())
    fill = sample(FillRecord)
    for start in range(1, records + 1, BATCH):
        numbers = range(start, min(start + BATCH, records + 1))
        fills = [replace(fill, fill_key=f"fill-key-{number}") for number in numbers]
        journal.put(published(start, *fills))
    journal.put(published(records + 1, sample(AccountRecord)))
    assert journal.flush(120)
    journal.close()


def taken_up(path: Path) -> dict[str, float]:
    """What a process that takes the backlog up says: `arrived`, `in_order`, `left`, `grown_mb`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.adapters.queue.backlog", str(path)],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main(path: Path) -> None:
    """From the open file to an empty queue."""
    clock, wire = SystemClock(), ForgetfulWire()
    memory = psutil.Process()
    before = peak = memory.memory_info().rss
    journal = FileJournal(path, encode, decode, clock)
    lease = FirestoreLease(wire, clock)
    grant = lease.acquire(AccountSpec("account-id-1", "user-1"), "here", journal.name, old_holder_dead=True)
    store = FirestoreRecordStore(wire, lease, clock, lambda symbol: 2)
    relay = Relay(journal, store, grant, clock, Backoff(lambda: 0.5))
    while relay.step() is not None:  # the system's own peak would have that of the process it was forked from in it
        peak = max(peak, memory.memory_info().rss)
    assert journal.flush(60)
    print(  # noqa: T201
        json.dumps({
            "arrived": len(wire.sequences),
            "in_order": wire.sequences == sorted(set(wire.sequences)),
            "left": journal.status().depth,
            "grown_mb": round((peak - before) / 1e6, 1),
        })
    )  # fmt: skip
    journal.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
