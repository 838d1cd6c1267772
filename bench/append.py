"""How fast the journal takes records, beside one flush of the disk and persist-queue. Feeds figures.

Every contender writes the same signals, into a new file of one folder; rounds are interleaved and their order turns.
"""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from bench import contender
from bench.figure import Figure, Measured, Quantities, Target, Terms, ratio, spread, spreads, turned
from bench.sample_signals import signal
from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.domain.effects import PublishRecord
from engine.outbox.codec import decode, encode

WRITERS = 8
PER_S = 2_000  # of all writers together
PACED_S = 5.0
GROUPED = 100_000
PEER_ROWS = 1_000
FLUSHES = 300
LATENCY_US = 2_000
GROUPED_PER_S = 50_000
DISK, JOURNAL, PEER = "one_fdatasync", "lockstep_journal", "persist_queue"

METHOD = f"""\
{WRITERS} threads put single signals into one journal, {PER_S:,} a second in all for {PACED_S:g} s. Each waits until its
record is on the disk before its next: `put` is what a thread that trades waits for, `durable` is from before the put
until the flush is back. Then the same threads put {GROUPED:,} signals as fast as they can, and the rate is from the
first put until all are on the disk. Beside it, in the same folder and round: appending a page of 4 KB to a file with
`fdatasync`, {FLUSHES} times, and persist-queue 1.1's `SQLiteAckQueue`, {PEER_ROWS:,} rows as large by one thread, each
put a transaction of its own under the queue's lock."""

LIMITS = (
    "The disk is this machine's, a virtual one, shared with whatever else runs: its flushes spike, and the 99th "
    "percentile follows them. The ratios to one flush in the same round are the steadier figures.",
    "persist-queue keeps a pickled object a row and acknowledges each by itself; the journal also keeps which document "
    "a row is of, and drops states that a newer one replaced. The rows are as durable on both sides.",
)


def measure(terms: Terms) -> Measured:
    """Latencies and rates of all rounds. Raises NotMeasured where the peer is missing or a record is."""
    ways: dict[str, Callable[[Path], Quantities]] = {DISK: one_fdatasync, JOURNAL: our_journal, PEER: persist_queue}
    rounds: list[dict[str, Quantities]] = []
    for number in range(terms.rounds):
        found: dict[str, Quantities] = {}
        for name in turned(tuple(ways), number):
            with tempfile.TemporaryDirectory() as folder:
                found[name] = ways[name](Path(folder))
            terms.say(f"round {number + 1}, {name}: { {key: round(value, 1) for key, value in found[name].items()} }")
        rounds.append({name: found[name] for name in ways})
    flush_us = [one[DISK]["durable_p50_us"] for one in rounds]
    ours = [one[JOURNAL] for one in rounds]

    def to_flush(quantity: str) -> list[float]:
        return spread([one[quantity] / flush for one, flush in zip(ours, flush_us, strict=True)], 3)

    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={
            "durable_p99_to_2_ms": spread([one["durable_p99_us"] / LATENCY_US for one in ours], 3),
            "grouped_rows_per_s_to_50000": spread([one["rows_per_s"] / GROUPED_PER_S for one in ours], 3),
            "put_p99_to_one_fdatasync": to_flush("put_p99_us"),
            "durable_p50_to_one_fdatasync": to_flush("durable_p50_us"),
            "rows_per_s_to_persist_queue": ratio(rounds, "rows_per_s", JOURNAL, PEER),
        },
        facts={"writers": WRITERS, "paced_rows_per_s": PER_S, "row_bytes": len(encode(signal(1)))},
    )


def one_fdatasync(folder: Path) -> Quantities:
    """Append a page and flush it, again and again."""
    taken = []
    descriptor = os.open(folder / "flushed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for _ in range(FLUSHES):
            began = time.perf_counter()
            os.write(descriptor, bytes(4096))
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
    return {"durable_p50_us": at_rank(taken, 0.5), "durable_p99_us": at_rank(taken, 0.99)}


def our_journal(folder: Path) -> Quantities:
    """Paced first, then as fast as it goes. Raises NotMeasured where not every record came to be on disk."""
    journal = FileJournal(folder / "bench.journal", encode, decode, SystemClock())
    try:
        puts, durables = paced(journal)
        seconds = grouped(journal)
        put = len(puts) + GROUPED
        if journal.status().depth != put:
            raise contender.NotMeasured(f"{put} records were put, {journal.status().depth} are in the journal")
    finally:
        journal.close()
    return {
        "put_p50_us": at_rank(puts, 0.5),
        "put_p99_us": at_rank(puts, 0.99),
        "durable_p50_us": at_rank(durables, 0.5),
        "durable_p99_us": at_rank(durables, 0.99),
        "rows_per_s": GROUPED / seconds,
    }


def paced(journal: FileJournal, seconds: float = PACED_S) -> tuple[list[float], list[float]]:
    """Seconds that each put took, and from before each put until its record was durable."""
    puts: list[list[float]] = [[] for _ in range(WRITERS)]
    durables: list[list[float]] = [[] for _ in range(WRITERS)]
    gap = WRITERS / PER_S
    begin = time.perf_counter() + 0.05

    def write(writer: int) -> None:
        for number in range(int(seconds / gap)):
            due = begin + (number + writer / WRITERS) * gap
            time.sleep(max(0.0, due - time.perf_counter()))
            batch = (PublishRecord(number, signal(number * WRITERS + writer)),)
            began = time.perf_counter()
            journal.put(batch)
            puts[writer].append(time.perf_counter() - began)
            journal.flush(60)
            durables[writer].append(time.perf_counter() - began)

    together(write)
    return list(chain(*puts)), list(chain(*durables))


def grouped(journal: FileJournal, rows: int = GROUPED) -> float:
    """Seconds from the first put until everything is durable. The signals are made before."""
    share = rows // WRITERS
    ready = [[(PublishRecord(number, signal(number)),) for number in range(share)] for _ in range(WRITERS)]
    gc.collect()
    gc.freeze()  # as the service does before it trades
    began = time.perf_counter()

    def write(writer: int) -> None:
        for batch in ready[writer]:
            journal.put(batch)

    together(write)
    if not journal.flush(60):
        raise contender.NotMeasured("the journal did not write all of it within 60 s")
    return time.perf_counter() - began


def together(work: Callable[[int], None]) -> None:
    """Run it on all writers' threads, and wait for them."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def persist_queue(folder: Path) -> Quantities:
    """In its own environment, on one core: it is one thread."""
    rows = (str(PEER_ROWS), str(len(encode(signal(1)))))
    return contender.run(contender.PEERS, "bench.peers.persist_queue_rows", str(folder), *rows)


def at_rank(seconds: Sequence[float], rank: float) -> float:
    """The value at a rank from 0 to 1, in microseconds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(rank * 100) - 1] * 1e6


FIGURE = Figure(
    name="append",
    title="Appending to the journal, beside one flush of the disk",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target("durable_p99_to_2_ms", 1, at_most=True),
        Target("grouped_rows_per_s_to_50000", 1),
        Target("put_p99_to_one_fdatasync", 0.3, at_most=True),
        Target("durable_p50_to_one_fdatasync", 4, at_most=True),
        Target("rows_per_s_to_persist_queue", 15),
    ),
    measure=measure,
)
