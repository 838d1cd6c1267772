"""The way out on real parts: journal on disk, relay on a thread, Firestore emulator. Used by the tests beside it."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.queue.journal import FileJournal
from engine.domain.account import AccountSpec
from engine.domain.errors import OperatingError
from engine.outbox.backoff import Backoff
from engine.outbox.codec import decode, encode
from engine.outbox.relay import Relay
from engine.ports import Fields
from tests.outbox.sample_records import published

LOOKS_S = 60.0  # a test that only looks has more patience than production
ACCOUNT = AccountSpec("account-id-1", "user-1")


class WayOut:
    """One account's way out; `start` and `stop` are an engine's life, the files and the emulator outlast it.

    `chance` is what the relay's rests are drawn with: 0.1 is a tenth of the longest.
    """

    def __init__(self, path: Path, project: str, host: str, chance: float = 0.1) -> None:
        self.chance = chance
        self.clock = SystemClock()
        self.wire = connect(project, host)
        self.path = path
        self.sequence = 0
        self.requeued = 0
        self.error: OperatingError | None = None

    def start(self) -> None:
        """What bootstrap does: journal, lease, what the store lost, relay."""
        self.error = None
        self._wake, self._stop = threading.Event(), threading.Event()
        self.journal = FileJournal(self.path, encode, decode, self.clock, on_durable=self._wake.set)
        self.lease = FirestoreLease(self.wire, self.clock)
        self.grant = self.lease.acquire(ACCOUNT, "here", self.journal.name, old_holder_dead=True)
        self.requeued = self.journal.requeue_after(self.grant.delivered_sequence)
        self.sequence = max(self.sequence, self.journal.last_sequence)
        store = FirestoreRecordStore(self.wire, self.lease, self.clock, lambda symbol: 2)
        self.relay = Relay(self.journal, store, self.grant, self.clock, Backoff(lambda: self.chance), pace_s=0.2)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """End the relay and let go of the journal; what waits, waits."""
        self._stop.set()
        self._wake.set()
        self._thread.join()
        self.journal.close()

    def put(self, *records: Any) -> None:
        self.journal.put(published(self.sequence + 1, *records))
        self.sequence += len(records)

    def read(self, collection: str, document_ids: Iterable[str]) -> list[Fields | None]:
        names = [name_of(self.wire.database, collection, document_id) for document_id in document_ids]
        return [None if found is None else document_fields(found) for found in self.wire.get(names, LOOKS_S)]

    def wait_until(self, reached: Callable[[], bool], within_s: float = 60.0) -> None:
        give_up_at = self.clock.monotonic() + within_s
        while not reached():
            assert self.clock.monotonic() < give_up_at, f"not reached within {within_s} s: {self.journal.status()}"
            self.clock.wait(0.02)

    def settle(self, within_s: float = 60.0) -> None:
        """Wait until everything that was put is in the store."""
        assert self.journal.flush(60)
        self.wait_until(lambda: self.error is not None or self.journal.status().depth == 0, within_s)
        assert self.error is None, self.error

    def _run(self) -> None:
        def wait(seconds: float) -> None:
            self._wake.wait(seconds)
            self._wake.clear()

        try:
            self.relay.run(self._stop.is_set, wait)
        except OperatingError as error:
            self.error = error
