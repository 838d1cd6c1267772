"""What a bot-hour writes, reads and leaves in Firestore: `python -m bench.bill`. Feeds `lockstep cost`.

The demo's account (its market, its bots) runs through the production session, relay, store, lease and control watch,
on the journal and the Firestore that live in memory, at the pace of life; a clock moved by hand makes hours pass in
seconds. Counted is what Firestore bills: documents written and deleted by collection, and documents read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import record
from bench.contender import ROOT
from bench.provenance import commit, now
from engine.adapters.feeds.demo import DemoFeed
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import TIMEOUT_S, Message
from engine.bootstrap import nested_fields
from engine.domain.instant import SECOND
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.runtime.control_watch import POLL_S, ControlWatch
from engine.runtime.ownership import RENEW_S
from engine.runtime.recovery import recover
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.simulation.clock import ManualClock
from engine.simulation.demo_market import DemoMarket
from engine.strategies.demo_bots import DEMO_BOTS
from engine.strategies.registry import make
from engine.strategies.replay_account import replay_account

PACKAGED = ROOT / "engine" / "cli" / "bill_rates.json"
NAME = "bill"
HOURS = 5.0  # the demo goes on the air in mid-morning, and its day must last
LOOKS = round(1 / POLL_S)  # of the control watch, a second


class CountingWire(MemoryWire):
    """Counts what is billed: a query without an answer costs one read, as a document that is not there does."""

    def __init__(self) -> None:
        super().__init__()
        self.written: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()
        self.reads = 0

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        response = super().commit(request, timeout_s)
        for write in request.writes:
            kind = write.WhichOneof("operation")
            name = write.delete if kind == "delete" else write.update.name
            (self.deleted if kind == "delete" else self.written)[collection_of(name)] += 1
        return response

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        self.reads += len(names)
        return super().get(names, timeout_s)

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        found = super().query(query, timeout_s)
        self.reads += max(1, len(found))
        return found

    def stored(self) -> Counter[str]:
        """Bytes of the documents as they travel, by collection; indexes and Firestore's own overhead left out."""
        sizes: Counter[str] = Counter()
        for name, document in self._documents.items():
            sizes[collection_of(name)] += document.ByteSize()
        return sizes

    def start_over(self) -> None:
        """Count from here."""
        self.written.clear()
        self.deleted.clear()
        self.reads = 0


def collection_of(name: str) -> str:
    """The collection in a document's full name."""
    return name.split("/documents/", 1)[1].split("/", 1)[0]


def measured(hours: float, *, watched: bool) -> dict[str, Any]:
    """Counts of that many hours of the demo's market, from its opening on; per hour, rounded to a tenth."""
    clock, wire = ManualClock(), CountingWire()
    demo = DemoMarket(DEMO_BOTS.seed)
    account = replay_account(DEMO_BOTS, "", "owner")
    feed = DemoFeed(demo, clock, speed=1.0)
    fresh: list[bool] = []
    journal = MemoryJournal(clock, on_durable=lambda: fresh.append(True))
    lease = FirestoreLease(wire, clock)
    grant = lease.acquire(account, "bill", "memory", old_holder_dead=True)
    control = FirestoreControlPlane(wire, FirestoreDocuments(wire, clock, lambda: 0.5), clock.now)
    control.ensure(account, DEMO_BOTS.bots)
    digits = {item.symbol: item.price_digits for item in feed.instruments()}
    snapshot = AccountSnapshot(account.user_id, nested_fields(account, digits))
    session = Session(account, make, Doors(clock, feed, journal, lambda: watched), snapshot)
    watch = ControlWatch(control, account, session.inbox)
    place = recover(session, feed, watch, (), 0)
    store = FirestoreRecordStore(wire, lease, clock, lambda symbol: digits.get(symbol, 2))
    relay = Relay(journal, store, grant, clock, Backoff(lambda: 0.5))
    _send(relay, fresh)
    wire.start_over()
    before = wire.stored()
    began = demo.starts_at if place.since is None else place.since
    ticks = iter(demo.day(demo.day_of(began)).after(began).events())
    tick, taken = next(ticks, None), 0
    for second in range(1, round(hours * 3600) + 1):
        clock.advance(1.0)
        while tick is not None and tick.at <= began + second * SECOND:
            session.step(tick)
            tick, taken = next(ticks, None), taken + 1
            if fresh:  # it wakes for every batch, and here the store answers at once: the most commits there can be
                _send(relay, fresh)
        session.pulse.see(session.loop.engine.state.ticks, clock.monotonic())
        session.tell(force=False)
        _send(relay, fresh)
        for _ in range(LOOKS):
            watch.look()
        if second % RENEW_S == 0:
            lease.renew(grant)
    if tick is None:
        raise ValueError(f"the demo's day is over within {hours:g} hours: what follows would count for less")
    grown = {name: max(0, size - before[name]) for name, size in wire.stored().items()}
    return {
        "writes": _an_hour(wire.written, hours),
        "deletes": _an_hour(wire.deleted, hours),
        "stored_bytes": _an_hour(grown, hours),
        "engine_reads": round(wire.reads / hours, 1),
        "ticks": round(taken / hours, 1),
    }


def _send(relay: Relay, fresh: list[bool]) -> None:
    fresh.clear()
    while relay.step() == 0.0:
        pass


def _an_hour(counts: Mapping[str, int], hours: float) -> dict[str, float]:
    return {name: round(count / hours, 1) for name, count in sorted(counts.items())}


def rates(hours: float) -> dict[str, Any]:
    """The figures as they are kept, with what they were measured on."""
    bots = DEMO_BOTS.bots
    return {
        "hours": hours,
        "bots": len(bots),
        "symbols": len({symbol for bot in bots for symbol in bot.symbols}),
        "bot_symbols": sum(len(bot.symbols) for bot in bots),
        "unwatched": measured(hours, watched=False),
        "watched": measured(hours, watched=True),
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
