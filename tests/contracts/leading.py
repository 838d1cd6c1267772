"""A leader's engine and a follower's in two accounts, with one Firestore between them. Feeds test_leaders.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.leaders import FirestoreLeaders
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.copy_rules import CopyRules
from engine.domain.copying import LeaderTold
from engine.domain.events import BotChanged, InstrumentListed, Recovered, SessionOpened
from engine.domain.instant import SECOND, moment_of
from engine.domain.records import Record
from engine.ports import Grant, Pending
from engine.runtime.leader_watch import LeaderWatch, followers_of
from engine.simulation.clock import ManualClock
from engine.simulation.paper import PaperLoop
from tests.builders.copying import BUY, SELL, copying, follower, leader, minute, script
from tests.builders.desk import LOOSE
from tests.builders.market import instrument, tick
from tests.builders.paper import Books
from tests.builders.scripted import Script
from tests.builders.times import at, session
from tests.contracts.test_record_store import seed

OPEN = session().open_at


def one_account(account_id: str, user_id: str = "user", cash: str = "1000000", **changes: Any) -> AccountSpec:
    """A paper account on a market whose time is the wall's."""
    given = {"market": "coinbase", **changes}
    return AccountSpec(account_id, user_id, cash=Decimal(cash), risk_policy=LOOSE, **given)


@dataclass
class Engine:
    """One account's engine, whose records reach the store when the test says so. Wall time is market time."""

    wire: Wire
    clock: ManualClock
    spec: AccountSpec
    bots: tuple[BotSpec, ...]
    scripts: Mapping[str, Script] = field(default_factory=dict)
    past: tuple[Record, ...] = ()
    books: Books = field(init=False)
    told: list[LeaderTold] = field(default_factory=list)
    watch: LeaderWatch = field(init=False)
    delivered: int = 0

    def __post_init__(self) -> None:
        documents = FirestoreDocuments(self.wire, self.clock, lambda: 0.5)
        control = FirestoreControlPlane(self.wire, documents, self.clock.now)
        control.ensure(self.spec, self.bots)
        self.lease = FirestoreLease(self.wire, self.clock, patience_s=600)
        self.grant = self.lease.acquire(self.spec, "one", f"/{self.spec.account_id}#1", True)
        self.store = FirestoreRecordStore(self.wire, self.lease, self.clock, lambda symbol: 2)
        self.books = Books()
        self.books.loop = PaperLoop(self.spec, copying(self.scripts), self.books.effects.append)
        self.books.step(InstrumentListed(instrument()))
        if self.past:
            self.books.step(Recovered(self.past, 10_000))
        self.books.step(SessionOpened(session(), OPEN), *(BotChanged(bot, Desired.RUNNING, 1) for bot in self.bots))
        state = self.books.state
        self.watch = LeaderWatch(
            FirestoreLeaders(self.wire), self.spec, lambda: followers_of(state), self.told.append, self.clock
        )

    def beat(self) -> None:
        """Say that the engine runs, as health records do."""
        own = {"user_id": self.spec.user_id, "market": self.spec.market, "trading_state": "ACTIVE"}
        seed(self.wire, "accounts", self.spec.account_id, **own, engine={"heartbeat_at": self.clock.now()})

    def deliver(self) -> None:
        """What was decided reaches the store."""
        new = [
            Pending(number, effect.sequence, effect.record, 100)
            for number, effect in enumerate(self.books.effects, 1)
            if number > self.delivered
        ]
        if new:
            self.delivered = new[-1].row
            held = self.grant
            self.store.commit(Grant(held.account_id, held.instance, held.epoch, self.delivered), new)

    def look(self) -> list[LeaderTold]:
        """Let the watch look, and the engine take what it is told; what that was."""
        before = len(self.told)
        self.watch.look()
        for event in self.told[before:]:
            self.books.step(event)
        return self.told[before:]


def wall() -> ManualClock:
    """The wall clock of both, at the session's open."""
    return ManualClock(moment_of(OPEN))


def reach(clock: str, *engines: Engine) -> None:
    """Have it be this time of the day; the engines' hearts beat."""
    own = engines[0].clock
    own.advance((moment_of(at(clock)) - own.now()).total_seconds())
    for engine in engines:
        engine.beat()


SCRIPTS = {"leader": script(at_0930=BUY, at_0940=SELL)}


def leading(wire: Wire, clock: ManualClock, **changes: Any) -> Engine:
    """An engine whose bot buys 100 at 09:30 and sells them at 09:40."""
    made = Engine(wire, clock, one_account("paper-lead", **changes), (leader(),), SCRIPTS)
    made.beat()
    return made


def following(
    wire: Wire, clock: ManualClock, cash: str = "500000", rules: CopyRules | None = None, **terms: Any
) -> Engine:
    """An engine with half the money, whose bot follows the other account's."""
    spec = one_account("paper-follow", cash=cash, **({} if rules is None else {"copy_rules": rules}))
    bot = follower(**{"leader": "paper-lead/leader", **terms})
    made = Engine(wire, clock, spec, (bot,))
    made.look()
    return made


def pass_minute(clock: str, first: Engine, second: Engine, *, seen_at: str | None = None) -> None:
    """A minute passes at both; what the first decided reaches the store, and the second looks."""
    reach(f"{clock}:02", first)
    first.books.step(*minute(clock))
    first.deliver()
    second.books.step(*minute(clock))
    if seen_at is not None:
        reach(seen_at, first)
    second.look()
    second.books.step(tick(at(clock) + 4 * SECOND, 500))


def fills_of(engine: Engine) -> list[tuple[str, Decimal]]:
    return [(fill.side.value, fill.quantity) for fill in engine.books.fills]


def outcomes(engine: Engine) -> list[tuple[str, str | None]]:
    return [(one.outcome.value, one.blocking_reason) for one in engine.books.signals]


def alerts(engine: Engine, kind: str) -> list[str]:
    return [one.text for one in engine.books.alerts if one.kind == kind]
