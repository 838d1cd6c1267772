"""An account's runtime put together by hand on twins: journal, store and clock in memory, feeds that a test pulls.

Feeds every test of runtime. Nothing here runs by itself: a test steps, or starts a supervisor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.recovery import FirestorePast
from engine.bootstrap.shown import nested_fields
from engine.core.state import MakeStrategy, State
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.effects import PublishRecord
from engine.domain.events import InstrumentListed, MarketEvent
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Tick
from engine.domain.records import Record
from engine.outbox.memory import MemoryJournal
from engine.ports import Clock, Grant, MarketFeed
from engine.runtime.alerting import AlertDesk
from engine.runtime.control_watch import ControlWatch
from engine.runtime.engine_tap import Tap
from engine.runtime.recovery import Place, Sources, answered_commands, recover
from engine.runtime.rederive import Past, written_down
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.simulation.clock import ManualClock
from engine.strategies.registry import make
from tests.builders.market import instrument
from tests.builders.paper import account

R = TypeVar("R", bound=Record)
OWNER = "user"


def eventually(condition: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
    """Wait for something that other threads or processes bring about."""
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, f"not within {within_s} s: {what}"
        time.sleep(0.01)


@dataclass(slots=True)
class ListFeed:
    """A market that says what a test wrote down, at once; then it ends, or waits for the stop with `endless`."""

    told: Sequence[MarketEvent] = ()
    past: Sequence[MarketEvent] = ()
    market: str = "demo"
    speed: float = 10.0
    simulated: bool = True
    endless: bool = False
    carried: Sequence[Instrument] = field(default_factory=lambda: (instrument(),))

    def instruments(self) -> Sequence[Instrument]:
        return self.carried

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        yield from map(InstrumentListed, self.carried)
        yield from self.past

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        yield from self.told
        while self.endless and not stop():
            time.sleep(0.01)


@dataclass(slots=True)
class Batches:
    """A journal that also remembers each batch it was given. After batch `crash_after` the machine is gone."""

    journal: MemoryJournal
    given: list[list[PublishRecord]] = field(default_factory=list)
    crash_after: int | None = None

    def put(self, batch: Sequence[PublishRecord]) -> None:
        self.given.append(list(batch))
        self.journal.put(batch)
        if len(self.given) == self.crash_after:
            raise ConnectionAbortedError

    def __getattr__(self, name: str) -> Any:
        return getattr(self.journal, name)

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in order."""
        return [effect.record for batch in self.given for effect in batch if isinstance(effect.record, kind)]


class Household:
    """What people want of an account, written to a store in memory as the API writes it."""

    def __init__(self, bots: Sequence[BotSpec] = (), spec: AccountSpec | None = None) -> None:
        self.wire = MemoryWire()
        clock = ManualClock()
        self.documents = FirestoreDocuments(self.wire, clock, lambda: 0.5)
        self.control = FirestoreControlPlane(self.wire, self.documents, clock.now)
        self.spec = spec or account()
        self.account_id = self.spec.account_id
        self.control.ensure(self.spec, bots)

    def write(self, collection: str, document_id: str, **fields: Any) -> None:
        """Create a document or change some of its fields; the account's generation moves with it."""
        given = {"user_id": OWNER, "account_id": self.account_id, "mode": "paper", **fields}

        def work(transaction: Any) -> dict[str, Any]:
            if transaction.get(collection, document_id) is None:
                transaction.create(collection, document_id, given)
            else:
                transaction.update(collection, document_id, fields)
            return {}

        self.documents.change(self.account_id, work)


@dataclass(slots=True)
class Life:
    """One run of a session over a feed, from recovery on; cut it by letting go of it."""

    feed: MarketFeed
    journal: MemoryJournal
    household: Household
    spec: AccountSpec = field(default_factory=account)
    make_strategy: MakeStrategy = make
    clock: Clock = field(default_factory=ManualClock)
    watched: Callable[[], bool] = lambda: False
    alerts: AlertDesk | None = None
    taps: Sequence[Tap] = ()
    session: Session = field(init=False)
    watch: ControlWatch = field(init=False)
    outbox: Batches = field(init=False)
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        digits = {item.symbol: item.price_digits for item in self.feed.instruments()}
        snapshot = AccountSnapshot(self.spec.user_id, nested_fields(self.spec, digits))
        self.outbox = Batches(self.journal)
        doors = Doors(self.clock, self.feed, self.outbox, self.watched, alerts=self.alerts, taps=self.taps)
        self.session = Session(self.spec, self.make_strategy, doors, snapshot)
        self.watch = ControlWatch(self.household.control, self.spec, self.session.inbox, self.clock)

    @property
    def state(self) -> State:
        return self.session.loop.engine.state

    def begin(self, grant: Grant | None = None) -> Life:
        """Recover from the journal, as bootstrap does; with a grant, from the store where the journal is new."""
        store = FirestorePast(self.household.wire)
        if grant is not None:
            past = written_down(self.journal, store, self.spec, grant)
        else:
            sequence = self.journal.last_sequence
            past = Past(tuple(self.journal.newest_states()), sequence, account_at=sequence)
        self.watch.begin_answered(answered_commands(self.journal))
        self.place = recover(self.session, self.watch, past, Sources(self.feed, self.outbox, store))
        return self

    def events(self) -> Iterator[MarketEvent]:
        """The feed from the place on, as the supervisor asks for it."""
        since = None if self.place.since is None else self.place.since - 1
        return self.feed.events(since, lambda: False)

    def run_until(self, at: Instant) -> Life:
        """Take the feed's events up to the first tick at or after an instant."""
        for event in self.events():
            if isinstance(event, Tick) and event.at >= at:
                break
            self.session.step(event)
        return self


def facts(journal: MemoryJournal) -> list[tuple[int, Record]]:
    """Every fact the journal holds with its sequence, in order; nothing was delivered."""
    return [(item.sequence, item.record) for item in journal.pending(0, 10**9, 10**12) if item.record.fact]


def books(state: State) -> dict[str, Any]:
    """What must never change over a restart: money, holdings, roll-ups."""
    ledger = state.ledger
    return {
        "cash": ledger.cash,
        "day": (ledger.day, ledger.start_equity_day, ledger.charges_day, ledger.realized_gross_day),
        "week": ledger.start_equity_week,
        "high": ledger.high_water_mark,
        "profits": {name: repr(profit) for name, profit in sorted(ledger.profits.items())},
        "equity line": [(mark.at, mark.equity) for mark in ledger.marks],
        "positions": sorted(
            (
                position.bot_id,
                position.symbol,
                position.quantity,
                position.cost,
                position.realized_gross,
                position.charges,
                tuple(position.tranches),
                tuple(position.fill_ids),
                position.stop_price,
                position.target_price,
            )
            for position in state.portfolio.all()
        ),
    }
