"""One engine process on a store that its parent makes fail: how long each tick takes from inbox to done. Run by
outage_ticks, which tells it when to measure; prints one JSON line.

Everything is the production's, started as bootstrap starts it: session, journal on disk, relay, control watch, lease,
snapshots, each on its thread.
The market alone is made up: a thousand ticks a second, evenly, over ten symbols, at ten times the pace of life.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import psutil

from bench.even_feed import EvenFeed, symbols
from engine.adapters.firestore.reader import CONTROLS, FirestoreDocuments
from engine.adapters.queue.journal import FileJournal
from engine.bootstrap import engine as wiring
from engine.bootstrap.outside import Outside, outside
from engine.bootstrap.traded import Market
from engine.domain.account import AccountSpec, BotSpec, Mode
from engine.domain.events import Event
from engine.domain.market import Tick
from engine.ports import Fields, Transaction
from engine.runtime.ending import EndWish
from engine.runtime.kill_watch import KillSignal
from engine.runtime.logs import configure_logs
from engine.runtime.session import Session
from engine.settings import read_settings

SYMBOLS = symbols(10)
WARM_S = 8.0  # of ticks before anything is measured: a minute closes once, connections are up, code is warm


def bots(count: int, shares: Sequence[str]) -> tuple[BotSpec, ...]:
    """So many, on two of the shares each, with thresholds of their own."""
    return tuple(
        BotSpec(
            f"bot-{number}",
            "confluence",
            (shares[number % len(shares)], shares[(number * 3 + 1) % len(shares)]),
            parameters={"buy_at": level, "sell_at": level, "confirm_s": 0, "cooldown_s": 60},
        )
        for number in range(count)
        for level in (20 + number % 40,)
    )


class Stopwatch:
    """How long each tick was on its way, seconds, while `measures`; it stands around a session's `step`."""

    def __init__(self, session: Session, feed: EvenFeed) -> None:
        self._step, self._let_out = session.step, feed.let_out
        self.took: list[float] = []
        self.measures = False
        session.step = self.step  # type: ignore[method-assign]

    def step(self, event: Event) -> None:
        """Session.step, timed."""
        self._step(event)
        if type(event) is Tick:
            let_out = self._let_out.popleft()
            if self.measures:
                self.took.append(time.perf_counter() - let_out)


def be_watched(out: Outside) -> None:
    """A screen that watches throughout: the engine then publishes as often as it ever does."""
    until = datetime.now(UTC) + timedelta(hours=1)
    documents = FirestoreDocuments(out.wire, out.clock, lambda: 0.5)
    account_id = out.market.account.account_id

    def change(transaction: Transaction) -> Fields:
        transaction.update(CONTROLS, account_id, {"watched_until": until})
        return {}

    documents.change(account_id, change)


def measure(stopwatch: Stopwatch, journal: FileJournal, seconds: float) -> None:
    """Say when it is warm, wait for the word, measure, print."""
    time.sleep(WARM_S)
    print("warm", flush=True)
    sys.stdin.readline()
    process = psutil.Process()
    cpu, began, before = process.cpu_times(), time.perf_counter(), process.memory_info().rss
    stopwatch.measures = True
    time.sleep(seconds)
    stopwatch.measures = False
    wall, used, grown = time.perf_counter() - began, process.cpu_times(), process.memory_info().rss - before
    took = np.array(stopwatch.took) * 1e6
    status = journal.status()
    print(json.dumps({
        "p50_us": float(np.percentile(took, 50)), "p99_us": float(np.percentile(took, 99)),
        "p999_us": float(np.percentile(took, 99.9)), "ticks": len(took), "ticks_per_s": len(took) / wall,
        "cpu_pct": 100 * (used.user + used.system - cpu.user - cpu.system) / wall, "grown_mb": grown / 1e6,
        "depth": status.depth, "store_state": status.store_state,
    }), flush=True)  # fmt: skip


def main(host: str, folder: Path, seconds: float, listeners: dict[str, str] | None = None) -> None:
    """Start as the engine process does (bootstrap/engine) and trade until the parent ends this process.

    With `listeners`, which are settings (RECORD_DAYS, TWIN), the account is a live one: dry, since nobody armed it.
    """
    configure_logs("bench")  # to stderr: what is printed is for the parent
    settings = read_settings({
        "LOCKSTEP_ROLE": "engine", "GOOGLE_CLOUD_PROJECT": "demo-fake", "FIRESTORE_EMULATOR_HOST": host,
        "LOCKSTEP_STATE_DIR": str(folder), "LOCKSTEP_OWNER_UID": "bench", **(listeners or {}),
    })  # fmt: skip
    feed, end = EvenFeed(SYMBOLS), EndWish()
    identity, mode = ("paper-bench", Mode.PAPER) if listeners is None else ("live-bench", Mode.LIVE)
    market = Market(AccountSpec(identity, "bench", mode, cash=Decimal(100_000_000)), bots(20, SYMBOLS), feed)
    with outside(settings, market) as out:
        running = wiring.own_and_recover(out, end, None, KillSignal())
        be_watched(out)
        stopwatch = Stopwatch(running.back.session, feed)
        threading.Thread(target=measure, args=(stopwatch, out.journal, seconds), daemon=True).start()
        wiring.trade(out, running, end)


if __name__ == "__main__":
    main(
        sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]),
        dict(word.split("=", 1) for word in sys.argv[4:]) if sys.argv[4:] else None,
    )  # fmt: skip
