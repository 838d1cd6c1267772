"""A day of two thin symbols and an account on it whose store can be looked at after every single write. Feeds the tests
of what is made again when the journal is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from heapq import merge
from itertools import groupby
from typing import Any

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.account import AccountSpec
from engine.domain.events import HistoryBar, InstrumentListed, MarketEvent, SessionOpened
from engine.domain.found import FoundFacts
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick
from engine.domain.records import SignalRecord
from engine.domain.risk import RiskPolicy
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.ports import Grant, Pending
from engine.simulation.clock import ManualClock
from tests.builders.market import instrument, walk_ticks
from tests.builders.paper import account, bot
from tests.builders.times import MONDAY, session
from tests.runtime.world import Household, Life

SYMBOLS = ("ACME", "BOLT")
DAY = session(MONDAY, flatten=None)
SPEC: AccountSpec = account(market="demo", policy=RiskPolicy(at_risk_max_pct=Decimal(60)))
QUICK = {"buy_at": 20, "sell_at": 20, "confirm_s": 60, "cooldown_s": 60}
BOTS = (
    bot("swift", SYMBOLS, stop="0.4", target="0.6", **QUICK),
    bot("short", ("BOLT",), allow_short=True, **QUICK),
    bot("wide", ("ACME",), timeframe="3m", buy_at=10, sell_at=10, confirm_s=0, cooldown_s=0),
)


@cache
def ticks() -> tuple[Tick, ...]:
    streams = [walk_ticks(170 + number, DAY, symbol, 15) for number, symbol in enumerate(SYMBOLS)]
    return tuple(merge(*streams, key=lambda one: (one.at, one.symbol)))


@cache
def bars() -> tuple[Bar, ...]:
    """The day's minute bars as the engine forms them, by close and symbol."""
    made = []
    for symbol in SYMBOLS:
        own = [tick for tick in ticks() if tick.symbol == symbol]
        for open_at, inside in groupby(own, key=lambda tick: tick.at - tick.at % MINUTE):
            of = list(inside)
            prices = [tick.price for tick in of]
            volume = sum((tick.quantity for tick in of), 0.0)
            made.append(
                Bar(symbol, "1m", open_at, open_at + MINUTE, prices[0], max(prices), min(prices), prices[-1], volume)
            )
    return tuple(sorted(made, key=lambda bar: (bar.close_at, bar.symbol)))


@dataclass
class SmallFeed:
    """The day as a feed that stores its place, as the demo does; with `now`, as a live one, whose market went on."""

    now: Instant | None = None
    watched: str = ""  # a symbol that can't be traded
    market: str = "demo"
    speed: float = 10.0
    simulated: bool = True

    def instruments(self) -> Sequence[Instrument]:
        return [instrument(symbol, tradable=symbol != self.watched) for symbol in SYMBOLS]

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        at = self.now or until or DAY.open_at
        yield from map(InstrumentListed, self.instruments())
        yield SessionOpened(DAY, at=max(at, DAY.open_at))
        yield from (HistoryBar(bar) for bar in bars() if bar.close_at <= at)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        after = max(since or 0, (self.now or 0) - 1)
        yield from (tick for tick in ticks() if tick.at > after)


class OneByOne(FirestoreRecordStore):
    """Writes each record of a batch in a commit of its own, as a relay does that had to halve it."""

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        """See ports.RecordStore."""
        before = replace(grant, delivered_sequence=0)
        for item in batch[:-1]:
            super().commit(before, [item])
        super().commit(grant, batch[-1:])


@dataclass
class Desk:
    """One life of the account with its way to the store. `saved` is the store after each write."""

    household: Household
    feed: SmallFeed = field(default_factory=SmallFeed)
    instance: str = "one"
    each: int = 1
    spec: AccountSpec = SPEC
    clock: ManualClock = field(default_factory=ManualClock)
    journal: Any = None  # in memory unless given
    saved: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = self.journal or MemoryJournal(self.clock)
        self.wire = self.household.wire
        lease = FirestoreLease(self.wire, self.clock, patience_s=1e9)
        self.grant = lease.acquire(self.spec, self.instance, f"journal of {self.instance}", old_holder_dead=False)
        self.life = Life(self.feed, self.journal, self.household, spec=self.spec, clock=self.clock)
        self.life.begin(self.grant)
        store = OneByOne(self.wire, lease, self.clock, lambda symbol: 2)
        self.relay = Relay(self.journal, store, self.grant, self.clock, Backoff(lambda: 0.5))

    def run(self, until: Instant, *, away: Callable[[Instant], bool] = lambda at: False) -> Desk:
        """Trade up to an instant, a tenth of a wall second a market second; the store is `away` when that says so."""
        last = None
        for number, event in enumerate(self.life.events()):
            at = event.at if isinstance(event, Tick) else 0
            if at >= until:
                break
            if last is not None and at > last:
                self.clock.advance((at - last) / SECOND / 10)
            last = at
            self.life.session.step(event)
            if number % self.each == 0 and not away(at):
                self.relay.step()
        return self

    def drain(self) -> Desk:
        """Let the relay come to rest."""
        for _ in range(10_000):
            rest_s = self.relay.step()
            if rest_s is None and not self.journal.status().depth:
                return self
            self.clock.advance(1.0 if rest_s is None else rest_s)
        raise AssertionError("the relay does not come to rest")

    def keep_every_write(self) -> None:
        """Save the store after each commit from now on."""

        def after(method: str) -> None:
            if method == "commit":
                self.saved.append(dict(self.wire._documents))

        self.wire.after = after


def new_household() -> Household:
    return Household(BOTS, SPEC)


def household_of(saved: dict[str, Any]) -> Household:
    """A store that holds what another held at some moment."""
    household = new_household()
    household.wire._documents = dict(saved)
    household.wire.commits = 1_000_000  # what is written to it is written later
    return household


def facts_in(wire: MemoryWire) -> FoundFacts:
    """Everything the store has of the account."""
    return FirestorePast(wire).facts(SPEC, 0)


@cache
def uncut(until: Instant) -> dict[str, SignalRecord]:
    """The signals of a run that nothing happened to, by id."""
    desk = Desk(new_household()).run(until)
    return {record.signal_id: record for record in desk.life.outbox.all(SignalRecord)}
