"""The long proofs by name: what each shows, which tests it runs, what data it needs. Read by prove."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Proof:
    """`tests` is a selection of pytest's; `data` is what must lie in DATA, None where nothing of it is needed."""

    name: str
    shows: str
    tests: tuple[str, ...]
    data: Path | None = None


PROOFS: tuple[Proof, ...] = (
    Proof(
        "parity",
        "real days replayed by the engine process into Firestore, and traded by a live account in a loop, give the "
        "backtest's signals, orders, fills and trades, id by id",
        ("tests/prove/test_parity.py", "tests/prove/test_parity_four.py"),
        Path("nse_ticks_2021_raw"),
    ),
    Proof(
        "real-data",
        "real market data is read whole and in order, its dirt is found, and skipping ahead changes nothing on it",
        (
            "tests/prove/test_real_data.py",
            "tests/prove/test_real_skip_ahead.py",
            "tests/prove/test_dirty_ticks.py",
            "tests/prove/test_real_store.py",
        ),
        Path("nse_ticks_2021_raw"),
    ),
    Proof(
        "indicators",
        "indicators equal published values to their digits, and TA-Lib within 1e-9 on real minutes, at every bar",
        ("tests/prove/test_indicator_refs.py",),
        Path("indicator_refs"),
    ),
    Proof(
        "kills",
        "two hundred kill -9 of a process that writes the journal lose nothing that was acknowledged",
        ("tests/prove/test_kills.py",),
    ),
    Proof(
        "engine-kills",
        "twenty-five kill -9 of the engine process amid trading leave the books of one that was never killed",
        ("tests/prove/test_engine_kills.py",),
    ),
    Proof(
        "service-kills",
        "five hundred kill -9 of the whole service amid live trading, on one host and on the next, gone on with where "
        "the last run stopped, lose and double nothing, and it soon trades again",
        ("tests/prove/test_service_kills.py",),
    ),
    Proof(
        "order-kills",
        "two hundred kill -9 between intent, send, acknowledgement and fill double no order and lose no fill",
        ("tests/prove/test_order_kills.py",),
    ),
    Proof(
        "overlaps",
        "two engines on one live account, a thousand times in simulation and fifty in processes, double no entry",
        ("tests/prove/test_overlaps.py",),
    ),
    Proof(
        "planted",
        "each bug that is planted in the production code is found by the simulator within 10,000 schedules",
        ("tests/proof/test_planted.py",),
    ),
    Proof(
        "schedules",
        "10,000 fault schedules violate nothing and reach what they should; 1,000 seeds give the same traces twice",
        ("tests/proof/test_schedules.py",),
    ),
    Proof(
        "million",
        "a million fault schedules, gone on with where the last run of them stopped, violate nothing",
        ("tests/prove/test_million.py",),
    ),
    Proof(
        "lost-journal",
        "after any single write that reached Firestore, books and signals are made whole though the journal is lost",
        ("tests/runtime/test_lost_journal.py",),
    ),
    Proof(
        "stress",
        "the first system's stress test, 50 signals at 10/s and 20,000 at 500/s: all arrive, in order, none twice",
        ("tests/prove/test_stress.py",),
    ),
    Proof(
        "outage",
        "Firestore stopped for a minute, and killed and emptied: nothing lost, doubled or out of order, at little cost",
        ("tests/prove/test_outage.py",),
    ),
    Proof(
        "long-outage",
        "thirty minutes without Firestore, by the real clock: a live account makes exits and no entries, one on paper "
        "trades on, and nothing is lost",
        ("tests/prove/test_long_outage.py",),
    ),
    Proof(
        "slow",
        "a store that takes 25 s a call for two minutes gets everything; records it can never take stop no others",
        ("tests/prove/test_slow_and_poisoned.py",),
    ),
    Proof(
        "backlog",
        "a hundred thousand undelivered records are taken up by a new process, in order, within 100 MB of memory",
        ("tests/prove/test_backlog.py",),
    ),
    Proof(
        "sweep",
        "two hundred trials have the same best on local cores and on two Ray nodes; kill -9 costs a sweep nothing",
        ("tests/prove/test_sweep.py",),
    ),
    Proof(
        "feed-silence",
        "the feeds of Angel One and Coinbase, by the real clock: a connection that stands still, and one that answers "
        "pings and tells no price, are given up within 25 s, opened again and subscribed to anew; Coinbase's loses no "
        "trade",
        ("tests/prove/test_feed_silence.py", "tests/prove/test_coinbase_silence.py"),
    ),
    Proof(
        "recordings",
        "recorded messages of Angel One and Coinbase have the fields, kinds and bytes that the loopback brokers of the "
        "tests send",
        ("tests/prove/test_recordings.py", "tests/prove/test_coinbase_recordings.py"),
        Path("broker_messages"),
    ),
)
