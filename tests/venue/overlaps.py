"""Two real engine processes on one live account, on the emulator and the practice venue: the second comes while the
first lives, hangs (SIGSTOP), dies (SIGKILL) or goes (SIGTERM), and no entry may be doubled.

Each process has a state folder of its own, as two machines have. Used by make test (two overlaps) and make prove
(fifty).
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.engine_process import EngineProcess, Store
from tests.venue.arming import arm
from tests.venue.in_step import leg_of
from tests.venue.order_kills import BOTS
from tests.venue.running import RunningVenue

ACCOUNT = "live-practice"
FATES = ("hangs", "goes", "dies", "hangs", "goes_on")
SPEED = "120"
WITHIN_S = 90.0
AMID_S = 2.0  # of trading before and after each overlap
HANGS_S = (13.5, 1.0)  # long enough for another to take the lease, and shorter than it


@dataclass
class Told:
    """What came of the overlaps."""

    fates: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    exits: int = 0
    exits_twice: int = 0
    fenced: int = 0
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        """By name."""
        return {
            "overlaps": sum(self.fates.values()), **{f"overlaps_{name}": n for name, n in sorted(self.fates.items())},
            "entries": self.entries, "entries_twice": 0, "exits": self.exits, "exits_twice": self.exits_twice,
            "fenced_processes": self.fenced, "seconds": round(self.seconds, 1),
        }  # fmt: skip


class TwoEngines:
    """Whoever trades the account now, and who comes next."""

    def __init__(self, folder: Path, host: str, project: str, venue: RunningVenue) -> None:
        self._folder, self._host, self._project, self._venue = folder, host, project, venue
        bots = folder / "bots.json"
        bots.write_text(json.dumps(BOTS), encoding="utf-8")
        self._settings = {
            "LOCKSTEP_BOTS": str(bots), "LOCKSTEP_FEED": "demo", "LOCKSTEP_SPEED": SPEED,
            "LOCKSTEP_VENUE": venue.url, "LOCKSTEP_LIVE_REHEARSAL": "1",
        }  # fmt: skip
        self.store = Store(host, project)
        self.born: list[EngineProcess] = []
        self.told = Told()

    def start(self, disk: int | None = None) -> EngineProcess:
        """One more process, with a disk of its own, or with that of an earlier one."""
        folder = self._folder / f"state-{len(self.born) if disk is None else disk}"
        engine = EngineProcess(self._host, self._project, folder, self._settings)
        self.born.append(engine)
        return engine

    def begin(self) -> EngineProcess:
        """The first, trading live."""
        engine = self.start()
        self.until(lambda: "trading" in engine.told(), engine, "the first engine trades")
        arm(self._host, self._project, ACCOUNT)
        self.trades_live(engine)
        return engine

    def trades_live(self, engine: EngineProcess) -> None:
        """Wait until live is effective in this engine, and let it trade a while."""
        self.until(lambda: '"mode": "live"' in engine.told(), engine, "live is effective")
        time.sleep(AMID_S)

    def overlap(self, old: EngineProcess, fate: str, chance: random.Random) -> EngineProcess:
        """A second engine comes; who trades then."""
        self.told.fates[fate] += 1
        new = self.start()
        self.until(lambda: "waiting for another engine" in new.told(), new, "the second engine stands by")
        owner = (self.store.get("leases", ACCOUNT) or {})["instance"]
        assert owner in new.told(), f"it does not name {owner}"
        time.sleep(chance.random() * 0.5)
        taken_over = True
        if fate == "hangs":
            hangs_s = HANGS_S[(self.told.fates[fate] - 1) % 2]
            old.send(signal.SIGSTOP)
            time.sleep(hangs_s)
            taken_over = hangs_s > 10.0
            if taken_over:
                self.until(lambda: "recovered" in new.told(), new, "the second engine has the account")
            old.send(signal.SIGCONT)
        elif fate == "goes_on":
            time.sleep(AMID_S)
            taken_over = False
        else:
            old.end(signal.SIGTERM if fate == "goes" else signal.SIGKILL)
        if not taken_over:
            assert not old.ended(), old.told()[-2000:]
            new.end(signal.SIGKILL)
            assert "recovered" not in new.told()
            return old
        self.until(old.ended, new, "the first engine ends")
        if fate == "hangs":
            assert old.end() == 1, old.told()[-2000:]
            self.told.fenced += 1
        self.trades_live(new)
        return new

    def check(self) -> None:
        """What may never be, at any moment."""
        book = self._venue.book()["orders"]
        orders = self.store.all_of("orders", ACCOUNT)
        entries: Counter[str] = Counter()
        for placed in book:
            identity = placed["client_order_id"]
            known = orders.get(identity)
            if known is not None and known["purpose"] == "entry":
                entries[identity] += 1
                assert known["execution_mode"] == "live", known
        exits = Counter(one["client_order_id"] for one in book) - entries
        assert not [name for name, count in entries.items() if count > 1], entries.most_common(3)
        legs = Counter(leg_of(orders[name]) for name in entries)
        assert not [leg for leg, count in legs.items() if count > 1], legs.most_common(3)
        bought = [one["client_order_id"] for one in book if one["side"] == "BUY"]
        unknown = [name for name in bought if name not in orders]
        assert not unknown, f"entries at the venue that nobody wrote down: {unknown}"
        self.told.entries, self.told.exits = sum(entries.values()), sum(exits.values())
        self.told.exits_twice = sum(count - 1 for count in exits.values())

    def until(self, condition: Callable[[], bool], engine: EngineProcess, what: str) -> None:
        """Wait for a condition; fails with the engine's last words."""
        until = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < until, f"{what}: not within {WITHIN_S} s\n{engine.told()[-3000:]}"
            time.sleep(0.1)

    def end(self) -> None:
        """Nothing outlives the test."""
        for engine in self.born:
            engine.end(signal.SIGKILL)


def overlap_again_and_again(engines: TwoEngines, overlaps: int, seed: int) -> Told:
    """So many overlaps, each fate in turn."""
    chance, began = random.Random(seed), time.monotonic()
    try:
        alive = engines.begin()
        for number in range(overlaps):
            alive = engines.overlap(alive, FATES[number % len(FATES)], chance)
            engines.check()
        assert alive.end() == 0, alive.told()[-2000:]
        back = engines.start(disk=0)  # the first machine again, whose journal is long overtaken
        engines.until(lambda: "another engine's past" in back.told(), back, "the first journal is put aside")
        engines.until(lambda: back.told().rpartition("another engine's past")[2].count("trading"), back, "it trades")
        time.sleep(AMID_S)
        assert back.end() == 0, back.told()[-2000:]
        engines.check()
    finally:
        engines.end()
    engines.told.seconds = time.monotonic() - began
    return engines.told
