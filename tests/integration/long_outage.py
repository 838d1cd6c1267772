"""A long outage of Firestore, by the real clock, that a live and a paper account trade through side by side.

Two engine processes on one emulator, which is stopped (SIGSTOP: connections stay open and nothing is answered): a live
account, armed, at the practice venue, whose positions end at times spread over the outage, and a paper account at the
simulated venue. Used by make prove (long-outage); what each minute shows is told as it goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.adapters.firestore.wire import TIMEOUT_S
from engine.domain.errors import OperatingError
from tests.faults.own_emulator import OwnEmulator
from tests.integration.engine_kills import FACTS, Ids, read
from tests.integration.engine_process import EngineProcess, Store, await_that, engine_process
from tests.integration.rehearsed_day import STRATEGY as EVERY_MINUTE
from tests.integration.service_process import ACCOUNT as PAPER
from tests.integration.service_process import assert_books_tie
from tests.venue.arming import arm
from tests.venue.in_step import out_of_step, sent_wrongly
from tests.venue.order_kills import SYMBOLS
from tests.venue.overlaps import ACCOUNT as LIVE
from tests.venue.running import RunningVenue

PROJECT = "demo-long-outage"
MARKET_S = 9_000  # of the market's time in the outage: two and a half hours, whatever the outage's length
EXIT_AT = (0.15, 0.35, 0.55, 0.75, 0.92)  # of it: when the positions of the live account's bots end
NOTICED_WITHIN_S = 10.0  # an entry may be on its way, or its lease be fresh, so long after the store is gone
START_WITHIN_S, BACK_WITHIN_S, RESUMED_WITHIN_S = 120.0, 180.0, 600.0
LOOK_S, MINUTE_S = 1.0, 60.0
CASH = 10_000_000
ARMED_H = 3.0


@dataclass
class Came:
    """What came of it. Entries and exits are orders at the live account's venue, in the outage and afterwards."""

    entries_amid: int = 0
    exits_amid: int = 0
    exits_by_fifth: list[int] = field(default_factory=lambda: [0] * 5)
    entries_after: int = 0
    paper_signals_amid: int = 0
    paper_fills_amid: int = 0
    most_waiting: int = 0
    in_step_after_s: float = 0.0
    seconds: float = 0.0


def bots_in(folder: Path) -> dict[str, str]:
    """Variables that name bots which buy whenever they hold nothing, and leave after a time of their own."""
    strategies, path = folder / "strategies", folder / "bots.json"
    strategies.mkdir()
    (strategies / "every_minute.py").write_text(EVERY_MINUTE, encoding="utf-8")
    bots = [
        {"id": f"timed-{number}", "strategy": "every_minute", "symbols": [symbol],
         "sizing": {"kind": "quantity", "value": 10}, "exits": {"stop_pct": 5, "time_exit_s": round(share * MARKET_S)},
         "building": {"policy": "equal_size", "tranches_max": 1}}
        for number, (share, symbol) in enumerate(zip(EXIT_AT, SYMBOLS, strict=False))
    ]  # fmt: skip
    path.write_text(json.dumps({"cash": CASH, "seed": 7, "bots": bots}), encoding="utf-8")
    return {"LOCKSTEP_BOTS": str(path), "STRATEGIES_DIR": str(strategies)}


class Outage:
    """The two engines, the venue and what is on disk, looked at while nothing can be read from the store."""

    def __init__(self, folder: Path, emulator: OwnEmulator, venue: RunningVenue, minutes: float) -> None:
        self.emulator, self.venue, self.minutes = emulator, venue, minutes
        self.paper_state, self.live_state = folder / "paper", folder / "live"
        speed = f"{MARKET_S / (minutes * 60):g}"
        shared = {"LOCKSTEP_FEED": "demo", "LOCKSTEP_SPEED": speed, **bots_in(folder)}
        self.paper_settings = shared
        self.live_settings = shared | {"LOCKSTEP_VENUE": venue.url, "LOCKSTEP_LIVE_REHEARSAL": "1"}
        self.store = Store(emulator.host, PROJECT, TIMEOUT_S)
        self.came = Came()

    def through(self, say: Callable[[str], Any]) -> Came:
        """Trade, lose the store for so long, have it back, and come into step."""
        host, began = self.emulator.host, time.monotonic()
        with (
            engine_process(host, PROJECT, self.live_state, **self.live_settings) as live,
            engine_process(host, PROJECT, self.paper_state, **self.paper_settings) as paper,
        ):
            self._begin(live, paper)
            before = self.on_disk()
            self.emulator.suspend()
            sent = self._amid(live, paper, before, say)
            meanwhile = self.on_disk()
            resumed, resumed_at = time.monotonic(), datetime.now(UTC)
            self.emulator.resume()
            say("the store is back")
            await_that(lambda: self._is_there(meanwhile), BACK_WITHIN_S, live, "what waited is in the store")
            await_that(lambda: self._in_step(resumed_at), BACK_WITHIN_S, live, "the live account is in step")
            self.came.in_step_after_s = round(time.monotonic() - resumed, 1)
            self._judge_orders(sent)
            here = self.ids_at_venue()
            await_that(lambda: bool(self._entries(here)), RESUMED_WITHIN_S, live, "entries leave again")
            self.came.entries_after = len(self._entries(here))
            assert live.end() == 0, live.told()[-3000:]
            assert paper.end() == 0, paper.told()[-3000:]
        self._judge_end()
        self.came.seconds = round(time.monotonic() - began, 1)
        return self.came

    def _begin(self, live: EngineProcess, paper: EngineProcess) -> None:
        for engine in (live, paper):
            await_that(lambda e=engine: '"message": "trading"' in e.told(), START_WITHIN_S, engine, "it trades")
        arm(self.emulator.host, PROJECT, LIVE, ARMED_H)
        held = lambda: {one["bot_id"] for one in self.store.all_of("open_positions", LIVE).values()}  # noqa: E731
        await_that(lambda: len(held()) == len(EXIT_AT), RESUMED_WITHIN_S, live, "each live bot holds something")

    def _amid(
        self, live: EngineProcess, paper: EngineProcess, before: dict[str, Ids], say: Callable[[str], Any]
    ) -> Ids:
        """The outage itself; what the venue was sent in it, by the fifth of it."""
        began, lines, at_venue = time.monotonic(), 0, self.ids_at_venue()
        sent: Ids = {}
        while (elapsed := time.monotonic() - began) < self.minutes * 60:
            time.sleep(LOOK_S)
            assert not live.ended(), live.told()[-3000:]
            assert not paper.ended(), paper.told()[-3000:]
            new = self.ids_at_venue() - at_venue
            at_venue |= new
            if elapsed > NOTICED_WITHIN_S:
                sent.setdefault(str(int(5 * elapsed / (self.minutes * 60))), set()).update(new)
            if elapsed // MINUTE_S > lines:
                lines += 1
                now = self.on_disk()
                say(
                    f"minute {lines} of {self.minutes:g}: {sum(map(len, sent.values()))} orders to the live venue, "
                    f"{len(now[PAPER]['fills'] - before[PAPER]['fills'])} paper fills, {self.came.most_waiting} waiting"
                )
        now = self.on_disk()
        self.came.paper_signals_amid = len(now[PAPER]["trading_signals"] - before[PAPER]["trading_signals"])
        self.came.paper_fills_amid = len(now[PAPER]["fills"] - before[PAPER]["fills"])
        return sent

    def _judge_orders(self, sent: Ids) -> None:
        """What was sent meanwhile was exits alone; told from the orders in the store, now that it has them."""
        orders = self.store.all_of("orders", LIVE)
        for fifth, names in sent.items():
            entries = [name for name in names if orders[name]["purpose"] == "entry"]
            exits = [name for name in names if orders[name]["purpose"] == "exit"]
            self.came.entries_amid += len(entries)
            self.came.exits_amid += len(exits)
            self.came.exits_by_fifth[min(4, int(fifth))] += len(exits)

    def _judge_end(self) -> None:
        """Both engines have ended: everything is in the store, once, and the books are what the fills make of them."""
        for account, ids in self.on_disk().items():
            for name in FACTS:
                assert ids[name] <= set(self.store.all_of(name, account)), f"{account}: {name} lost"
        wrong = sent_wrongly(self.venue.book(), self.store.all_of("orders", LIVE))
        assert not wrong, wrong
        assert_books_tie(self.store, CASH)

    def on_disk(self) -> dict[str, Ids]:
        """The facts in each account's journal."""
        found = {PAPER: read(self.paper_state / f"{PAPER}.journal"), LIVE: read(self.live_state / f"{LIVE}.journal")}
        self.came.most_waiting = max(self.came.most_waiting, *(waiting for _, waiting in found.values()))
        return {account: ids for account, (ids, _) in found.items()}

    def ids_at_venue(self) -> set[str]:
        """Every order the live account has ever sent."""
        return {one["client_order_id"] for one in self.venue.book()["orders"]}

    def _entries(self, before: set[str]) -> list[str]:
        orders, new = self.store.all_of("orders", LIVE), self.ids_at_venue() - before
        return [name for name in new if name in orders and orders[name]["purpose"] == "entry"]

    def _is_there(self, meanwhile: dict[str, Ids]) -> bool:
        try:
            return all(
                ids[name] <= set(self.store.all_of(name, account))
                for account, ids in meanwhile.items()
                for name in FACTS
            )
        except OperatingError:
            return False

    def _in_step(self, since: datetime) -> bool:
        try:
            return not out_of_step(self.venue.book, self.store, LIVE, since)
        except OperatingError:
            return False
