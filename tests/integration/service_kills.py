"""kill -9 of the whole service amid live trading: launcher, engine and API at once, again and again, on one host and on
the next; what must be true each time and at the end, and how long it takes to trade again.

The account is a live one that is armed, at the practice venue: an entry leaves when it is in the store, so that nothing
is lost with a machine's disk. Fed by a Firestore emulator and a venue; used by make prove (service-kills).
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.integration.engine_kills import FACTS, Ids, read
from tests.integration.engine_process import Store
from tests.integration.service_process import Service, service
from tests.venue.arming import arm
from tests.venue.in_step import out_of_step, sent_wrongly
from tests.venue.order_kills import BOTS
from tests.venue.running import RunningVenue

ACCOUNT, PROJECT = "live-practice", "demo-service-kills"
SPEED, QUIET = "120", "0.01"
LIVES_S = (0.1, 4.0)  # how long it trades live before it is killed
STARTS_S = (0.3, 4.0)  # where it is killed amid its start: every fifth time
OTHER_HOST_EACH = 10  # every tenth kill takes the machine and its disk along
WITHIN_S = 90.0
ARMED_H = 8.0

TRADES = '"message": "trading"'
LIVE = '"mode": "live"'


@dataclass
class Told:
    """What came of the kills. Times run from the kill to the line of the next service's log, in seconds: `trading`,
    the session goes on; `live`, entries leave again. `starts_cpu_s` is what all of its processes had computed by then,
    `loads` the machine's load at that moment (one minute's mean): times of a machine that others use say little.
    """

    kills: int = 0
    amid_starts: int = 0
    hosts_lost: int = 0
    records_waiting: int = 0
    orders: int = 0
    fills: int = 0
    same_host: dict[str, list[float]] = field(default_factory=lambda: {"trading": [], "live": []})
    other_host: dict[str, list[float]] = field(default_factory=lambda: {"trading": [], "live": []})
    starts_cpu_s: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)


class Session:
    """One account's service, killed and started again on the same store and venue."""

    def __init__(self, folder: Path, host: str, venue: RunningVenue, chance: random.Random) -> None:
        self._folder, self._host, self._venue, self._chance = folder, host, venue, chance
        bots = folder / "bots.json"
        bots.write_text(json.dumps(BOTS), encoding="utf-8")
        self._settings = {
            "LOCKSTEP_BOTS": str(bots), "LOCKSTEP_FEED": "demo",
            "LOCKSTEP_VENUE": venue.url, "LOCKSTEP_LIVE_REHEARSAL": "1",
        }  # fmt: skip
        self.store = Store(host, PROJECT)
        self.told = Told()
        self._hosts = 1
        self._killed_at: datetime | None = None
        self._lost_host = False
        self._on_disk: Ids = {name: set() for name in FACTS}
        self._ever_shown: Ids = {name: set() for name in FACTS}

    def first(self) -> None:
        """The account trades live for the first time, and ends in order."""
        with service(self._host, PROJECT, self._state, **self._settings, LOCKSTEP_SPEED=SPEED) as running:
            running.await_that(lambda: TRADES in running.told(), WITHIN_S, "it trades")
            arm(self._host, PROJECT, ACCOUNT, ARMED_H)
            running.await_that(lambda: LIVE in running.told(), WITHIN_S, "live is effective")
            running.await_that(lambda: self._venue.book()["orders"], WITHIN_S, "an order is at the venue")
            assert running.end()[0] == 0, running.told()[-3000:]

    def live_and_die(self, number: int) -> None:
        """One life, killed amid trading or amid its start; then what may never be is looked for."""
        with service(self._host, PROJECT, self._state, **self._settings, LOCKSTEP_SPEED=SPEED) as running:
            if number % 5 == 4:
                self.told.amid_starts += 1
                time.sleep(self._chance.uniform(*STARTS_S))  # a moment by chance: no condition to await
            else:
                self._await_live(running)
                time.sleep(self._chance.uniform(*LIVES_S))
            shown = {name: set(self.store.all_of(name, ACCOUNT)) for name in FACTS}
            killed_at = datetime.now(UTC)
            running.kill()
        self.told.kills += 1
        self._killed_at = killed_at
        self._judge(shown)
        if number % OTHER_HOST_EACH == OTHER_HOST_EACH - 2:
            self._hosts, self._lost_host = self._hosts + 1, True
            self.told.hosts_lost += 1
            self._on_disk = {name: set() for name in FACTS}

    def settle(self) -> None:
        """A last life in which the market all but stands still: all comes into step, and the service ends in order."""
        began_at = datetime.now(UTC)
        with service(self._host, PROJECT, self._state, **self._settings, LOCKSTEP_SPEED=QUIET) as running:
            self._await_live(running)
            book, left = self._venue.book, ["nothing was compared yet"]

            def settled() -> bool:
                left[:] = out_of_step(book, self.store, ACCOUNT, began_at)
                return not left

            try:
                running.await_that(settled, WITHIN_S, "venue and store are in step")
            except AssertionError as late:
                raise AssertionError(f"{left}\n{late}") from None
            running.await_that(running.ready, WITHIN_S, "GET /ready answers 200")
            assert running.end()[0] == 0, running.told()[-3000:]
        on_disk, waiting = read(self._journal)
        assert waiting == 0
        last = {name: set(self.store.all_of(name, ACCOUNT)) for name in FACTS}
        for name in FACTS:
            assert on_disk[name] | self._ever_shown[name] <= last[name], f"{name}: lost"
        self._judge(last)
        book_now = self._venue.book()
        self.told.orders, self.told.fills = len(book_now["orders"]), len(book_now["fills"])

    @property
    def _state(self) -> Path:
        return self._folder / f"host-{self._hosts}"

    @property
    def _journal(self) -> Path:
        return self._state / f"{ACCOUNT}.journal"

    def _await_live(self, running: Service) -> None:
        """Wait until entries leave again, and keep how long that took since the kill."""
        self._await_line(running, TRADES)
        self.told.starts_cpu_s.append(round(_computed_s(running), 2))
        self.told.loads.append(round(os.getloadavg()[0], 1))
        self._await_line(running, LIVE)
        if self._killed_at is not None:
            times = self.told.other_host if self._lost_host else self.told.same_host
            for name, line in (("trading", TRADES), ("live", LIVE)):
                times[name].append(round((said_at(running.told(), line) - self._killed_at).total_seconds(), 2))
        self._killed_at, self._lost_host = None, False

    def _await_line(self, running: Service, line: str) -> None:
        running.await_that(lambda: line in running.told(), WITHIN_S, f"its log says {line}")

    def _judge(self, shown: Ids) -> None:
        """After a kill: nothing that was seen or written down is gone, nothing is there twice, no order went twice."""
        before = self._on_disk
        self._on_disk, waiting = read(self._journal)
        self.told.records_waiting += waiting
        known = {name: set(self.store.all_of(name, ACCOUNT)) for name in FACTS}
        for name in FACTS:
            assert before[name] <= self._on_disk[name], f"{name}: what was on disk before is gone"
            assert self._ever_shown[name] <= known[name], f"{name}: what a screen showed is gone"
            self._ever_shown[name] |= shown[name]
        wrong = sent_wrongly(self._venue.book(), self.store.all_of("orders", ACCOUNT))
        assert not wrong, wrong


def said_at(log: str, line: str) -> datetime:
    """When a log said something first. Raises ValueError where no line holds it."""
    for each in log.splitlines():
        if line in each:
            return datetime.fromisoformat(json.loads(each)["time"])
    raise ValueError(f"the log holds no {line}")


def _computed_s(running: Service) -> float:
    times = [process.cpu_times() for process in running.processes()]
    return sum(each.user + each.system for each in times)


def kill_the_service(
    folder: Path, host: str, venue: RunningVenue, kills: int, seed: int, say: Callable[[str], Any]
) -> Told:
    """So many kills of one session, and what came of them."""
    session = Session(folder, host, venue, random.Random(seed))
    session.first()
    for number in range(kills):
        session.live_and_die(number)
        say(f"{session.told.kills} kills of {kills}")
    session.settle()
    return session.told
