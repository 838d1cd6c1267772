"""How fast the journal drains into Firestore, beside one `add()` at a time and the client library's batches.

`python -m bench.drain` prints one JSON document; `make bench` reads it. Every way writes the same signals into an
emulator of its own, started fresh for each round; rounds are interleaved and their order turns, ratios are taken within
a round, and the figures are medians. Ours is the whole way: read from the journal's file, decoded, mapped, encoded,
sent under the lease, marked delivered. The library is handed ready-made dicts. CPU is this process's, all threads.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from bench.sample_signals import signal
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of, nested
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.mapping import write_of
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.queue.journal import FileJournal
from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.outbox.backoff import Backoff
from engine.outbox.codec import decode, encode
from engine.outbox.relay import Relay
from local.firestore import FirestoreEmulator

ACCOUNT = AccountSpec("paper-bench", "bench")
LIBRARY_BATCH = 100
WARMING = 5_000
Measured = dict[str, float]


def documents(count: int) -> list[dict[str, Any]]:
    """The same signals as the dicts that the library takes."""
    sent_at = datetime.now(UTC)
    return [
        nested(write_of(signal(number), ACCOUNT, number, sent_at, lambda symbol: 2).fields) for number in range(count)
    ]


def one_add_at_a_time(host: str, count: int) -> Measured:
    """The naive way."""
    client = library_client(host)
    ready = documents(count)
    signals = client.collection("trading_signals")

    def drain() -> None:
        for fields in ready:
            signals.add(fields)

    return measured(drain, count)


def library_batches(host: str, count: int) -> Measured:
    """The client library's WriteBatch, a hundred documents each."""
    client = library_client(host)
    ready = documents(count)
    signals = client.collection("trading_signals")

    def drain() -> None:
        for start in range(0, count, LIBRARY_BATCH):
            batch = client.batch()
            for number, fields in enumerate(ready[start : start + LIBRARY_BATCH], start):
                batch.set(signals.document(f"SIGNAL{number:014d}"), fields)
            batch.commit()

    return measured(drain, count)


def our_way(host: str, count: int) -> Measured:
    """Journal, relay, fenced commits."""
    clock = SystemClock()
    wire = connect("demo-bench", host)
    with tempfile.TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder) / "bench.journal", encode, decode, clock)
        for start in range(0, count, 1000):
            stop = min(start + 1000, count)
            journal.put([PublishRecord(number + 1, signal(number)) for number in range(start, stop)])
        assert journal.flush(60)
        lease = FirestoreLease(wire, clock)
        grant = lease.acquire(ACCOUNT, "bench", journal.name, old_holder_dead=True)
        store = FirestoreRecordStore(wire, lease, clock, lambda symbol: 2)
        relay = Relay(journal, store, grant, clock, Backoff(lambda: 0.5))

        def drain() -> None:
            while relay.step() is not None:
                pass
            assert journal.flush(60)

        result = measured(drain, count)
        assert (relay.delivered, journal.status().depth) == (count, 0)
        journal.close()
    wire.close()
    return result


def warm_emulator(logs: Path) -> FirestoreEmulator:
    """A fresh one, its JVM warmed by the same writes for everybody."""
    emulator = FirestoreEmulator.start(logs)
    wire = connect("demo-warm", emulator.host)
    ready = documents(LIBRARY_BATCH)
    for start in range(0, WARMING, LIBRARY_BATCH):
        request = commit_request(wire.database)
        for number, fields in enumerate(ready, start):
            add_set(request, name_of(wire.database, "warm", f"{number}"), fields)
        wire.commit(request, timeout_s=30)
    wire.close()
    return emulator


def library_client(host: str) -> Client:
    """Google's client, connected: the first call's cost is nobody's."""
    os.environ["FIRESTORE_EMULATOR_HOST"] = host
    client = Client(project="demo-bench", credentials=AnonymousCredentials())
    client.collection("warm").document("up").set({"at": 0})
    return client


def measured(drain: Callable[[], None], count: int) -> Measured:
    """Documents a second of wall time, and microseconds of this process's CPU a document."""
    cpu, wall = time.process_time(), time.perf_counter()
    drain()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"documents_per_s": count / wall, "cpu_us_per_document": cpu / count * 1e6}


WAYS: dict[str, tuple[Callable[[str, int], Measured], float]] = {  # and its share of the documents
    "one_add_at_a_time": (one_add_at_a_time, 0.2),
    "library_batches_of_100": (library_batches, 1.0),
    "lockstep_journal_to_store": (our_way, 1.0),
}


def run(rounds: int, count: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All rounds; every figure as [median, lowest, highest]."""
    results: dict[str, list[Measured]] = {name: [] for name in WAYS}
    names = list(WAYS)
    with tempfile.TemporaryDirectory() as logs:
        for number in range(rounds):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                work, share = WAYS[name]
                emulator = warm_emulator(Path(logs))
                try:
                    results[name].append(work(emulator.host, max(LIBRARY_BATCH, int(count * share))))
                finally:
                    emulator.stop()
                say(f"round {number + 1}, {name}: {results[name][-1]}")
    ours, naive, batch = (results[name] for name in ("lockstep_journal_to_store", names[0], names[1]))
    return {
        "rounds": rounds,
        "documents": count,
        "ways": {
            name: {figure: spread([one[figure] for one in all_]) for figure in all_[0]}
            for name, all_ in results.items()
        },
        "ratios": {
            "documents_per_s_to_one_add_at_a_time": ratio(ours, naive, "documents_per_s"),
            "documents_per_s_to_library_batches": ratio(ours, batch, "documents_per_s"),
            "cpu_per_document_to_library_batches": ratio(ours, batch, "cpu_us_per_document"),
        },
    }


def ratio(ours: Sequence[Measured], theirs: Sequence[Measured], figure: str) -> list[float]:
    """Ours over theirs, round by round."""
    return spread([our[figure] / their[figure] for our, their in zip(ours, theirs, strict=True)], digits=3)


def spread(values: Sequence[float], digits: int = 1) -> list[float]:
    """Median, lowest and highest."""
    return [round(value, digits) for value in (statistics.median(values), min(values), max(values))]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=10_000)
    options = parser.parse_args()
    print(json.dumps(run(options.rounds, options.documents, lambda line: print(line, file=sys.stderr)), indent=2))


if __name__ == "__main__":
    main()
