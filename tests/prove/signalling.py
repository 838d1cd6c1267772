"""A process whose account gives signals at a steady rate, through the production's way out. Run by test_outage.

    python -m tests.prove.signalling JOURNAL HOST PROJECT RATE

Each second it prints one JSON line: the last signal that is durable, and how its way out is doing. It ends by itself,
with code 1, when its lease is lost, as the engine process does; its parent starts it anew, as the platform does, and
it goes on with the next number. SIGTERM ends it once all is delivered.
"""

import gc
import json
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.queue.journal import FileJournal
from engine.outbox.backoff import Backoff
from engine.outbox.codec import decode, encode
from engine.outbox.relay import Relay
from engine.runtime.logs import configure_logs
from engine.runtime.ownership import Ownership
from engine.runtime.worker import Worker
from tests.adapters.firestore.way_out import ACCOUNT
from tests.faults.stamped import stamped
from tests.outbox.sample_records import published

RECORDS = 2  # a signal: itself and the account's state after it


class Signalling:
    """One life of the process."""

    def __init__(self, path: Path, host: str, project: str) -> None:
        self.clock = SystemClock()
        self.wake, self.lost = threading.Event(), threading.Event()
        self.journal = FileJournal(path, encode, decode, self.clock, on_durable=self.wake.set)
        lease = FirestoreLease(connect(project, host), self.clock)
        grant = lease.acquire(ACCOUNT, f"life-{random.random()}", self.journal.name, old_holder_dead=True)
        self.journal.requeue_after(grant.delivered_sequence)
        store = FirestoreRecordStore(connect(project, host), lease, self.clock, lambda symbol: 2)
        self.relay = Relay(self.journal, store, grant, self.clock, Backoff(random.random))
        ownership = Ownership(lease, grant, self.lost.set)
        self.workers = [Worker("relay", self._relay, self._fail), Worker("lease", ownership.run, self._fail)]
        for worker in self.workers:
            worker.start()

    def signal_at(self, rate: float, enough: Callable[[], bool]) -> None:
        """Put signals until there are enough or the lease is lost, and say each second how it goes."""
        began, first = self.clock.monotonic(), self.journal.last_sequence // RECORDS + 1
        number, say_at = first, began + 1
        while not enough() and not self.lost.is_set():
            self.journal.put(published((number - 1) * RECORDS + 1, *stamped(number)))
            number += 1
            self.clock.wait(max(0.0, began + (number - first) / rate - self.clock.monotonic()))
            if self.clock.monotonic() >= say_at:
                self.say()
                say_at += 1

    def drain(self) -> None:
        """Wait until all is delivered or the lease is lost; say how it ended."""
        while self.say()["depth"] and not self.lost.is_set():
            self.clock.wait(0.2)

    def say(self) -> dict[str, object]:
        """One line; what it calls durable is on the disk by then."""
        assert self.journal.flush(10)
        status = self.journal.status()
        told: dict[str, object] = {
            "durable": self.journal.last_sequence // RECORDS,
            "depth": status.depth,
            "dead_letters": status.dead_letters,
            "store": status.store_state,
            "attempts": status.attempts,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        return told

    def end(self) -> int:
        """Let go of everything; the exit code."""
        for worker in self.workers:
            worker.stop()
        for worker in self.workers:
            worker.join(10)
        self.journal.close()
        return 1 if self.lost.is_set() else 0

    def _fail(self, name: str, error: BaseException) -> None:
        self.lost.set()  # Fenced, as a rule; whatever it is, it is in the log

    def _relay(self, stop: threading.Event) -> None:
        def wait(seconds: float) -> None:
            self.wake.wait(seconds)
            self.wake.clear()

        self.relay.run(stop.is_set, wait)


def main(path: Path, host: str, project: str, rate: float) -> int:
    """The exit code: 1 when the lease was lost."""
    configure_logs("signalling")  # to stderr: what is printed is for the parent
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    life = Signalling(path, host, project)
    gc.collect()
    gc.freeze()
    life.signal_at(rate, lambda: bool(asked))
    life.drain()
    return life.end()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])))
