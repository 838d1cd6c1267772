"""What a bot-hour writes, reads and leaves in Firestore: `python -m bench.bill`. Feeds `lockstep cost`.

An account runs through the production session, relay, store, lease and control watch, on the journal and the Firestore
that live in memory, at the pace of life; a clock moved by hand makes hours pass in seconds. Counted is what Firestore
bills: documents written and deleted by collection, and documents read.

The account that `lockstep cost` reckons from has one bot, the default strategy as it comes, on ten symbols at one tick
a second. The demo's own account (three bots, seven symbols among them) is counted beside it. While a screen watches it
says so each minute, as the dashboard does; what the API reads and writes for that is counted too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import record
from bench.contender import ROOT
from bench.counting_wire import CountingWire
from bench.provenance import commit, now
from bench.ten_symbols import TenSymbols, ten_symbol_bot
from engine.adapters.feeds.demo import DemoFeed, GeneratedMarket
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.bootstrap.shown import nested_fields
from engine.domain.events import MarketEvent
from engine.domain.instant import SECOND
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.ports import Fields, Transaction
from engine.runtime.control_watch import ControlWatch
from engine.runtime.recovery import Sources, recover
from engine.runtime.rederive import Past
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.simulation.clock import ManualClock
from engine.simulation.demo_market import DemoMarket
from engine.strategies.bot_list import BotList
from engine.strategies.demo_bots import DEMO_BOTS
from engine.strategies.registry import make
from engine.strategies.replay_account import replay_account

PACKAGED = ROOT / "engine" / "cli" / "bill_rates.json"
NAME = "bill"
HOURS = 5.0  # the demo goes on the air in mid-morning, and its day must last
PRESENT_S = 60  # how often a screen says that it watches


@dataclass(frozen=True, slots=True)
class Scene:
    """A market, and the bots of the account that trades it."""

    market: GeneratedMarket
    bots: BotList


def ten_symbols() -> Scene:
    """One default bot on ten symbols."""
    market = TenSymbols(DEMO_BOTS.seed)
    return Scene(market, ten_symbol_bot(market))


def demo() -> Scene:
    """What `make run` trades."""
    return Scene(DemoMarket(DEMO_BOTS.seed), DEMO_BOTS)


class Account:
    """One account's whole service in memory; time passes half a second at a time."""

    def __init__(self, scene: Scene, *, watched: bool) -> None:
        self.clock, self.wire = ManualClock(), CountingWire()
        self._watched = watched
        spec = replay_account(scene.bots, "", "owner")
        feed = DemoFeed(scene.market, self.clock, speed=1.0)
        self._fresh: list[bool] = []
        journal = MemoryJournal(self.clock, on_durable=lambda: self._fresh.append(True))
        self._lease = FirestoreLease(self.wire, self.clock)
        self._grant = self._lease.acquire(spec, "bill", "memory", old_holder_dead=True)
        self._documents = FirestoreDocuments(self.wire, self.clock, lambda: 0.5)
        control = FirestoreControlPlane(self.wire, self._documents, self.clock.now)
        control.ensure(spec, scene.bots.bots)
        digits = {item.symbol: item.price_digits for item in feed.instruments()}
        snapshot = AccountSnapshot(spec.user_id, nested_fields(spec, digits))
        self.session = Session(spec, make, Doors(self.clock, feed, journal, lambda: watched), snapshot)
        self._watch = ControlWatch(control, spec, self.session.inbox, self.clock, watched=lambda: watched)
        self.place = recover(self.session, self._watch, Past(), Sources(feed, journal, FirestorePast(self.wire)))
        store = FirestoreRecordStore(self.wire, self._lease, self.clock, lambda symbol: digits.get(symbol, 2))
        self._relay = Relay(journal, store, self._grant, self.clock, Backoff(lambda: 0.5))
        self._renew_at = self.clock.monotonic() + self._lease.renew(self._grant)
        self._present_at = 0.0
        self.send()

    def take(self, event: MarketEvent) -> None:
        """Take an event and send what comes of it: the relay wakes for every batch, so these are the most commits."""
        self.session.step(event)
        if self._fresh:
            self.send()

    def send(self) -> None:
        """Deliver what waits."""
        self._fresh.clear()
        while self._relay.step() == 0.0:
            pass

    def pass_half_a_second(self) -> None:
        """Let time pass, and people be seen to want something."""
        self.clock.advance(0.5)
        if self._watched and self.clock.monotonic() >= self._present_at:
            self._present_at = self.clock.monotonic() + PRESENT_S
            self._say_present()
        self._watch.look_if_due()

    def end_the_second(self) -> None:
        """What the service does by the clock."""
        now = self.clock.monotonic()
        self.session.pulse.see(self.session.loop.engine.state.ticks, now)
        self.session.tell(force=False)
        self.send()
        if now >= self._renew_at:
            self._renew_at = now + self._lease.renew(self._grant)

    def _say_present(self) -> None:
        """As api/controls.watch writes it."""
        account_id, now = self.session.account.account_id, self.clock.now()

        def work(transaction: Transaction) -> Fields:
            transaction.get("controls", account_id)
            transaction.update("controls", account_id, {"watched_until": now, "updated_at": now})
            return {}

        self._documents.change(account_id, work)


def measured(scene: Scene, hours: float, *, watched: bool) -> dict[str, Any]:
    """Counts of that many hours of a market, from its opening on; per hour, rounded to a tenth."""
    account = Account(scene, watched=watched)
    wire, market = account.wire, scene.market
    wire.start_over()
    before = wire.stored()
    began = market.starts_at if account.place.since is None else account.place.since
    rest = market.day(market.day_of(began)).after(began)
    if rest.place[-1] < began + round(hours * 3600) * SECOND:
        raise ValueError(f"the market's day is over within {hours:g} hours: what follows would count for less")
    ticks = iter(rest.events())
    tick, taken = next(ticks, None), 0
    for second in range(1, round(hours * 3600) + 1):
        account.pass_half_a_second()
        account.pass_half_a_second()
        while tick is not None and tick.at <= began + second * SECOND:
            account.take(tick)
            tick, taken = next(ticks, None), taken + 1
        account.end_the_second()
    grown = {name: max(0, size - before[name]) for name, size in wire.stored().items()}
    return {
        "writes": _an_hour(wire.written, hours),
        "deletes": _an_hour(wire.deleted, hours),
        "stored_bytes": _an_hour(grown, hours),
        "engine_reads": round(wire.reads / hours, 1),
        "fence_reads": round(wire.fence_reads / hours, 1),
        "ticks": round(taken / hours, 1),
    }


def _an_hour(counts: Mapping[str, int], hours: float) -> dict[str, float]:
    return {name: round(count / hours, 1) for name, count in sorted(counts.items())}


def rates(hours: float) -> dict[str, Any]:
    """The figures as they are kept, with what they were measured on."""
    scene = ten_symbols()
    return {"hours": hours, **_counted(scene, hours), "demo": _counted(demo(), hours)}


def _counted(scene: Scene, hours: float) -> dict[str, Any]:
    bots = scene.bots.bots
    return {
        "bots": len(bots),
        "symbols": len({symbol for bot in bots for symbol in bot.symbols}),
        "bot_symbols": sum(len(bot.symbols) for bot in bots),
        "unwatched": measured(scene, hours, watched=False),
        "watched": measured(scene, hours, watched=True),
    }


def main(words: list[str]) -> int:
    """Measure, keep the result, and hand it to `lockstep cost`."""
    parser = argparse.ArgumentParser(prog="python -m bench.bill", description=__doc__)
    parser.add_argument("--hours", type=float, default=HOURS, help=f"market hours, at most {HOURS:g} (the default)")
    options = parser.parse_args(words)
    if not 0 < options.hours <= HOURS:
        parser.error(f"--hours must be more than 0 and at most {HOURS:g}")
    told = {
        "command": f"python -m bench.bill --hours {options.hours:g}",
        "date": now(),
        "commit": commit(ROOT),
        **rates(options.hours),
    }
    path = record.write(record.FOLDER, NAME, told)
    Path(PACKAGED).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT)} and {PACKAGED.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
