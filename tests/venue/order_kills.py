"""kill -9 of the engine between intent, send, acknowledgement and fill, and what must be true after every restart.

The venue is another process, and takes a client id twice where it is given one twice. Used by make test (ten kills) and
make prove (two hundred). On every fifth kill the journal is lost as well; then what was written down is in the store.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from tests.faults.fake_firestore import FakeFirestore
from tests.integration.engine_process import OWNER, Store
from tests.venue.in_step import out_of_step, sent_wrongly
from tests.venue.killed_engine import BOUNDARIES
from tests.venue.running import RunningVenue

ACCOUNT = "paper-practice"
PROJECT = "demo-fake"
SPEED, QUIET = "300", "0.01"
KILLED_WITHIN_S = 20.0
SETTLED_WITHIN_S = 90.0
SYMBOLS = ("HDFCBANK", "INFY", "RELIANCE", "SBIN", "TATAMOTORS", "TCS")
BOTS = {
    "cash": 10_000_000,
    "seed": 7,
    "risk_policy": {"at_risk_max_pct": 90, "positions_max": 60, "orders_per_second_max": 9,
                    "orders_per_minute_max": None},
    "bots": [
        {"id": f"bot-{number}", "strategy": "confluence", "symbols": list(SYMBOLS),
         "parameters": {"confirm_s": 0, "cooldown_s": 0, "buy_at": 10 + 10 * number, "sell_at": 10 + 10 * number},
         "sizing": {"kind": "equity_pct", "value": 1}, "exits": {"stop_pct": 0.2, "target_pct": 0.3}}
        for number in range(3)
    ],
}  # fmt: skip


@dataclass
class Told:
    """What came of the kills."""

    kills: Counter[str] = field(default_factory=Counter)
    journals_lost: int = 0
    orders: int = 0
    fills: int = 0
    unknowns: int = 0
    absents: int = 0
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        """By name."""
        by_boundary = {f"kills_{name}": count for name, count in sorted(self.kills.items())}
        return {
            "kills": sum(self.kills.values()), **by_boundary, "journals_lost": self.journals_lost,
            "orders": self.orders, "fills": self.fills, "unknowns_resolved": self.unknowns,
            "absents_believed": self.absents, "seconds": round(self.seconds, 1),
        }  # fmt: skip


class Lives:
    """One account's engine, started again and again on the same state, store and venue."""

    def __init__(self, folder: Path, fake: FakeFirestore, venue: RunningVenue, told: Mapping[str, Any] = BOTS) -> None:
        self.state, self.fake, self.venue = folder / "state", fake, venue
        self.state.mkdir(parents=True)
        self.log = folder / "engine.log"
        bots = folder / "bots.json"
        bots.write_text(json.dumps(told), encoding="utf-8")
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")
        } | {
            "LOCKSTEP_ROLE": "engine", "GOOGLE_CLOUD_PROJECT": PROJECT, "FIRESTORE_EMULATOR_HOST": fake.host,
            "LOCKSTEP_STATE_DIR": str(self.state), "LOCKSTEP_OWNER_UID": OWNER, "LOCKSTEP_BOTS": str(bots),
            "LOCKSTEP_FEED": "demo", "LOCKSTEP_VENUE": venue.url,
        }  # fmt: skip
        self.store = Store(fake.host, PROJECT)

    def begin(self, durable: str, speed: str, kill_at: str = "") -> subprocess.Popen[bytes]:
        """Start the engine."""
        environment = self._environment | {"DURABLE": durable, "LOCKSTEP_SPEED": speed, "KILL_AT": kill_at}
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "tests.venue.killed_engine"]
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def killed(self, durable: str, kill_at: str) -> str:
        """One life until its boundary; where that was met: `elsewhere` when it was not crossed often enough in time."""
        engine = self.begin(durable, SPEED, kill_at)
        try:
            assert engine.wait(KILLED_WITHIN_S) == -signal.SIGKILL, self.words()
            return kill_at.partition(":")[0]
        except subprocess.TimeoutExpired:
            return "elsewhere"
        finally:
            engine.kill()
            engine.wait(60)

    def lose_journal(self) -> None:
        """The machine's disk is gone, and the dead holder's lease has run out."""
        for path in self.state.glob(f"{ACCOUNT}.journal*"):
            path.unlink()
        let_the_lease_run_out(self.fake)

    def settled(self, durable: str) -> None:
        """A life in which the market all but stands still: all must come into step, and stay so."""
        began_at, engine = datetime.now(UTC), self.begin(durable, QUIET)
        try:
            until, left = time.monotonic() + SETTLED_WITHIN_S, ["nothing was compared yet"]
            while left:
                assert engine.poll() is None, self.words()
                assert time.monotonic() < until, f"{left}\n{self.words()}"
                time.sleep(0.2)
                left = self.unsettled(began_at)
            engine.terminate()
            code = engine.wait(60)
            assert code == 0, f"exit code {code}\n{self.words()}"
        finally:
            engine.kill()
            engine.wait(60)

    def unsettled(self, since: datetime) -> list[str]:
        """What is not in step between the venue's book and the store, compared since an instant, in words."""
        return out_of_step(self.venue.book, self.store, ACCOUNT, since)

    def check_venue(self, *, intents: bool) -> None:
        """What may never be, at any moment: judged after every kill, before the restart."""
        book = self.venue.book()
        orders = self.store.all_of("orders", ACCOUNT)
        wrong = sent_wrongly(book, orders)
        assert not wrong, f"{wrong}\n{self.words()}"
        if intents:
            lacking = [one["client_order_id"] for one in book["orders"] if one["client_order_id"] not in orders]
            assert not lacking, f"at the venue, and nothing was written down: {lacking}"

    def words(self) -> str:
        """The engine's last."""
        return self.log.read_text(encoding="utf-8")[-4000:]


def let_the_lease_run_out(fake: FakeFirestore) -> None:
    """Ninety seconds pass for it."""
    wire = connect(PROJECT, fake.host)
    request = commit_request(wire.database)
    add_set(request, name_of(wire.database, "leases", ACCOUNT), {"until": datetime(2020, 1, 1, tzinfo=UTC)})
    wire.commit(request)
    wire.close()


def kill_between_the_steps(
    lives: Lives, kills: int, seed: int, each: Callable[[str], None] = lambda said: None
) -> Told:
    """So many kills, each boundary in turn; every tenth time, and at the end, all must come into step.

    The first half counts as written down what is in the journal, which stays; the second half what is in the store, and
    loses the journal with every fifth kill.
    """
    chance, told, began = random.Random(seed), Told(), time.monotonic()
    for number in range(kills):
        durable = "journal" if number < kills // 2 else "store"
        boundary = BOUNDARIES[number % len(BOUNDARIES)]
        met = lives.killed(durable, f"{boundary}:{chance.randint(1, 1 if boundary == 'looked_up' else 6)}")
        told.kills[met] += 1
        lives.check_venue(intents=durable == "store")
        if durable == "store" and number % 5 == 4:
            told.journals_lost += 1
            lives.lose_journal()
        if number % 10 == 9 or number == kills - 1 or number == kills // 2 - 1:
            lives.settled(durable)
            each(f"{number + 1} kills: {dict(told.kills)}")
    told.orders, told.fills = len(lives.venue.book()["orders"]), len(lives.venue.book()["fills"])
    for order in lives.store.all_of("orders", ACCOUNT).values():
        steps = [step["state"] for step in order["history"]]
        told.unknowns += "unknown" in steps
        told.absents += "unknown" in steps and order["state"] == "expired"
    told.seconds = time.monotonic() - began
    return told
