"""Two engines on one live account, again and again, in one deterministic thread: a new one comes while the old one
lives, hangs, dies, is cut off from the store, or goes.

Everything that decides is the production code (engine/proof has the world around it). A pause stops one engine at a
boundary amid its work while time, prices, store and the other engine go on; then it goes on where it was, as a process
does after SIGSTOP. Each engine has a disk of its own. The bot holds one tranche at most, so that a second entry
anywhere is one too many. Used by test_overlaps.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.adapters.firestore.decoder import fields_of
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.domain.account import AccountSpec, BotSpec, Building, Mode
from engine.domain.canary import Canary
from engine.domain.effects import SubmitOrder
from engine.domain.errors import LeaseHeld, OperatingError
from engine.domain.instant import MINUTE, SECOND
from engine.domain.market import Tick
from engine.domain.order import Purpose
from engine.domain.sizing import Sizing, SizingKind
from engine.ports import Fields, Transaction
from engine.proof.chance import CALM, Chance
from engine.proof.instance import Instance, Surroundings
from engine.proof.link import InFlight
from engine.proof.market import SYMBOLS, Prices
from engine.proof.occasions import BEGINS, Crashed, WorldClock
from engine.proof.shape import LOOSE
from engine.proof.storage import Disk, Store
from engine.runtime.last_word import is_left_to_close
from tests.runtime.overlap_world import Boundaries, JudgingExchange, Seen, calm_ticks, many_signals

ACCOUNT = AccountSpec(
    "live-proof", "ann", Mode.LIVE, market="angelone", cash=Decimal(10_000_000), risk_policy=LOOSE, name="Proof"
)
BOT = BotSpec(
    "alpha", "told", SYMBOLS, sizing=Sizing(SizingKind.QUANTITY, Decimal(20)), building=Building(tranches_max=1),
    canary=Canary(trades=0),
)  # fmt: skip
FATES = ("goes_on", "hangs", "hangs_at_the_brink", "dies", "is_cut_off", "goes")
STANDS_BY = 8 * SECOND
WITHIN = 4 * MINUTE  # an overlap is over by then


@dataclass
class Alive:
    """An engine that owns the account, or believes so."""

    instance: Instance
    paused: bool = False


class Overlaps:
    """Made from a seed; `run` once."""

    def __init__(self, seed: int) -> None:
        chance = Chance(seed)
        self.occasions = Boundaries(chance, self.pause)
        self.clock = WorldClock(self.occasions)
        self.store = Store(self.occasions, seed)
        self.exchange = JudgingExchange(self.occasions)
        self.exchange.doubled, self.exchange.late_exits = [], []
        self.in_flight = InFlight(self.exchange)
        self.prices = Prices(chance, lambda: self.occasions.now)
        self.prices.coming = iter(calm_ticks(chance))
        self.prices.signals = many_signals(chance)
        self.around = Surroundings(
            self.occasions, self.clock, self.store, self.exchange, self.in_flight, self.prices, ACCOUNT, (BOT,)
        )
        self.alive: dict[str, Alive] = {}
        self.met: Counter[str] = Counter()
        self.strangers: list[str] = []
        self._born = 0
        self._waiting: str | None = None
        self._look_at = 0
        self._arm()

    def run(self, overlaps: int) -> Seen:
        """So many overlaps, and then a while of peace, in which venue, books and store come to agree."""
        self._waiting = self._name()
        self._until(lambda: bool(self.alive))
        for _ in range(overlaps):
            self._overlap()
        self.occasions.faults, self.occasions.victim = CALM, ""
        until = self.occasions.now + 2 * MINUTE
        while self.occasions.now < until or self.in_flight.waiting:
            self.step()
        return Seen(
            tuple(self.exchange.doubled), tuple(self.strangers), tuple(self._unsettled()), self.met,
            self.occasions.digest,
        )  # fmt: skip

    def _overlap(self) -> None:
        chance, (old,) = self.occasions.chance, list(self.alive)
        until = self.occasions.now + round(chance.between(3, 25) * SECOND)
        while self.occasions.now < until and old in self.alive:
            self.step()
        fate, self._waiting = chance.pick(FATES), self._name()
        new = self._waiting
        self.met[fate] += 1
        self.occasions.victim, self.occasions.fate = old, fate
        if fate == "is_cut_off":
            self.store.cut_off = old
        elif fate == "goes":
            self._goes(old)
        until = self.occasions.now + (STANDS_BY if fate == "goes_on" else WITHIN)
        while self.occasions.now < until and list(self.alive) != [new]:
            self.step()
            if fate.startswith("hangs") and not self.occasions.fate and until - self.occasions.now > STANDS_BY:
                until = self.occasions.now + STANDS_BY  # it has hung: was it for long enough?
        self.store.cut_off = self.occasions.victim = self.occasions.fate = ""
        if list(self.alive) == [old] and fate in ("goes_on", "hangs", "hangs_at_the_brink"):
            self._waiting = None  # it stood by, and gives up
            return
        self._until(lambda: list(self.alive) == [new])

    def _goes(self, name: str) -> None:
        """An engine ends in order: nothing of it runs any more, then it lets the lease go."""
        self.alive.pop(name).instance.let_go()

    def _until(self, condition: Any) -> None:
        until = self.occasions.now + 2 * WITHIN
        while not condition():
            assert self.occasions.now < until, f"{list(self.alive)}, {self._waiting} waits"
            self.step()

    def pause(self, name: str) -> None:
        """Called amid an engine's work: all else goes on, for longer than its lease or not."""
        alive = self.alive.get(name)
        if alive is None or alive.paused:
            return
        alive.paused = True
        until = self.occasions.now + round(self.occasions.chance.pick((3.0, 9.0, 15.0, 40.0, 90.0)) * SECOND)
        while self.occasions.now < until:
            self.step()
        alive.paused = False
        self.met["woke up beside another"] += len(self.alive) > 1

    def step(self) -> None:
        """Time passes, the world moves, and some of what can run runs."""
        self.occasions.now += round(self.occasions.chance.between(0.3, 3.0) * SECOND)
        self.store.arrive()
        self.in_flight.arrive()
        for tick in self.prices.due():
            self.exchange.trade(tick.symbol, Decimal(tick.price) / 100, tick.at)
            for alive in self.alive.values():
                alive.instance.session.inbox.put(Tick(tick.symbol, tick.at, tick.price, tick.quantity))
        if self._waiting is not None and self.occasions.now >= self._look_at:
            self._try_to_start(self._waiting)
        for name in self.occasions.chance.shuffled(list(self.alive)):
            if name in self.alive and not self.alive[name].paused:
                self._turns(name)

    def _turns(self, name: str) -> None:
        instance = self.alive[name].instance
        for loop in self.occasions.chance.shuffled(instance.due()):
            try:
                instance.turn(loop)
            except (Crashed, OperatingError) as error:
                self.occasions.note(name, f"ends: {type(error).__name__}")
                self.alive.pop(name, None)
                return
            if name not in self.alive:
                return

    def _try_to_start(self, name: str) -> None:
        self._look_at = self.occasions.now + SECOND
        disk = Disk(f"disk-of-{name}", self.clock, self.occasions)
        made = Instance(name, self.around, disk, lambda order: self._leaves(name, order))
        try:
            made.start()
        except LeaseHeld as held:
            self.met["stood by"] += 1
            if held.holder not in str(held) or held.holder == name:
                self.strangers.append(f"{name} stands by and does not say for whom: {held}")
        except OperatingError as error:
            self.occasions.note(name, f"can't start: {type(error).__name__}")
        else:
            self._waiting = None
            self.alive[name] = Alive(made)

    def _leaves(self, name: str, order: SubmitOrder) -> None:
        """An order is on the wire. The sender of an entry must own the account now, and have written it down."""
        self.met[f"{order.purpose} sent"] += 1
        if len(self.alive) > 1 or self._waiting is not None:
            self.met[f"{order.purpose} sent amid an overlap"] += 1
        database = self.store.wire.database
        lease, written = self.store.wire.get(
            [name_of(database, "leases", ACCOUNT.account_id), name_of(database, "orders", order.order_id)]
        )
        fields = {} if lease is None else fields_of(lease.fields)
        owns = fields.get("instance") == name and fields["until"] > self.clock.now()
        if order.purpose is not Purpose.ENTRY:  # one that is cut off from the store closes what the venue still shows
            if not owns and not is_left_to_close(order, self.exchange.report()):
                self.strangers.append(f"{name} sent {order.order_id} with nothing left to close")
            return
        if not owns:
            self.strangers.append(f"{name} sent {order.order_id}, and {fields.get('instance')} owns the account")
        if written is None:
            self.strangers.append(f"{name} sent {order.order_id}, which the store does not know")

    def _unsettled(self) -> list[str]:
        """What venue and books do not agree about in the end, and what the store says of orders that never ended."""
        (alive,) = self.alive.values()
        state = alive.instance.session.loop.engine.state
        books = {p.symbol: p.quantity for p in state.portfolio.all()}
        said = list(state.truth.sentences())
        if books != self.exchange.net() and not said:
            return [f"{books} in the books, {self.exchange.net()} at the venue, and nobody is told"]
        apart = {symbol for symbol, held in books.items() if self.exchange.net().get(symbol) != held}
        unseen = self.exchange.closed_unseen(state.portfolio, ACCOUNT.account_id)
        if self.exchange.late_exits or (apart and apart <= unseen):  # both closed it, or one cut off: that is shown
            self.met["exits that came too late"] += len(self.exchange.late_exits)
            return []
        at_work = {placed.tag for placed in self.exchange.working()}  # sent just now
        return said + [f"{o.order_id} is {o.state}" for o in state.open_orders() if o.order_id not in at_work]

    def _name(self) -> str:
        self._born += 1
        return f"engine-{self._born}"

    def _arm(self) -> None:
        """A person armed the account for the whole day."""
        documents = FirestoreDocuments(self.store.wire, self.clock, lambda: 0.5)
        owner = {"user_id": ACCOUNT.user_id, "account_id": ACCOUNT.account_id, "mode": "live"}
        armed = {"until": BEGINS + timedelta(hours=20), "by": "ann", "at": BEGINS}

        def work(transaction: Transaction) -> Fields:
            transaction.create("controls", ACCOUNT.account_id, {**owner, "halted": False, "armed": armed})
            return {}

        documents.change(ACCOUNT.account_id, work)


def overlap_many(seeds: range, each: int) -> Counter[str]:
    """So many overlaps a seed; what was met. Fails where an entry was doubled, or left by whose account it was not."""
    met: Counter[str] = Counter()
    for seed in seeds:
        seen = Overlaps(seed).run(each)
        assert (seen.doubled, seen.strangers, seen.unsettled) == ((), (), ()), seed
        met += seen.met
    assert sorted(met[fate] > 0 for fate in FATES) == [True] * len(FATES), met
    return met
