"""One schedule: a seed's world from the open until all has come to rest, and what the checkers say of it.

While there are faults, whatever can run runs in an order that the seed draws, and may die at any boundary. Then the
faults stop, a person decides what is left to decide, and everything has to settle within a bound.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.account import AccountSpec, BotSpec, Sizing, SizingKind
from engine.domain.effects import SubmitOrder
from engine.domain.errors import OperatingError
from engine.domain.instant import MINUTE, SECOND, instant_of
from engine.domain.risk import RiskPolicy
from engine.proof.chance import Chance, drawn
from engine.proof.checkers import Watcher
from engine.proof.exchange import Exchange
from engine.proof.instance import Instance, Surroundings
from engine.proof.link import InFlight
from engine.proof.market import MINUTES, SYMBOLS, Prices
from engine.proof.occasions import BEGINS, Crashed, Occasions, WorldClock
from engine.proof.person import Person
from engine.proof.storage import Disk, Store

LOOSE = RiskPolicy(notional_max_pct=Decimal(100), at_risk_max_pct=Decimal(100), quote_age_max_s=86_400)
ACCOUNT = AccountSpec(
    "paper-proof", "ann", market="angelone", cash=Decimal(10_000_000), risk_policy=LOOSE, name="Proof"
)
BOTS = tuple(
    BotSpec(name, "told", SYMBOLS, sizing=Sizing(SizingKind.QUANTITY, Decimal(20))) for name in ("alpha", "beta")
)
SETTLES_WITHIN = 15 * MINUTE  # of the world's time after the last fault
QUIET_FOR = 65 * SECOND  # two reports, 30 s apart, were begun and compared


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a schedule came to. `digest` is that of its whole trace; `met` counts the faults that happened."""

    seed: int
    violations: tuple[str, ...]
    digest: str
    met: Counter[str]
    orders: int
    fills: int
    lives: int
    lines: tuple[str, ...]


class World:
    """Made from a seed; `run` once."""

    def __init__(self, seed: int, *, traced: bool = False) -> None:
        chance = Chance(seed)
        self.seed = seed
        self.occasions = Occasions(chance, drawn(chance), traced=traced)
        self.clock = WorldClock(self.occasions)
        self.store = Store(self.occasions)
        self.exchange = Exchange(self.occasions)
        self.prices = Prices(chance, lambda: self.occasions.now)
        self.watcher = Watcher(self.exchange, self.store)
        self.person = Person(ACCOUNT, self.store, self.clock, self.occasions)
        self.in_flight = InFlight(self.exchange)
        self._around = Surroundings(
            self.occasions, self.clock, self.store, self.exchange, self.in_flight, self.prices, ACCOUNT, BOTS
        )
        self._disk = Disk("disk-1", self.clock, self.occasions)
        self._alive: Instance | None = None
        self._start_at = 0
        self._slowness = chance.pick((0.0, 0.2, 0.5))  # how often a loop does not get its turn
        self.lives = 0
        self._book = (0, 0, 0)

    def run(self) -> Outcome:
        """The whole schedule."""
        until = instant_of(BEGINS) + MINUTES * MINUTE
        while self.occasions.now < until:
            self._step(0.02, 20.0 if self.occasions.chance.happens(0.4) else 1.5)
        self.occasions.calm_down()
        self.store.away_until = 0
        self.person.halt(False)
        self._settle()
        return Outcome(
            self.seed,
            tuple(self.watcher.violations),
            self.occasions.digest,
            self.occasions.met,
            len(self.exchange.placed),
            len(self.exchange.fills),
            self.lives,
            tuple(self.occasions.lines),
        )

    def _settle(self) -> None:
        """Run on without faults until nothing moves any more, a person deciding meanwhile."""
        quiet_since, until = self.occasions.now, self.occasions.now + SETTLES_WITHIN
        while self.occasions.now < until:
            self._step(*((30.5, 31.0) if self._quiet() else (0.5, 6.0)))
            if self._alive is None:
                continue
            self._alive.drain()
            state = self._alive.session.loop.engine.state
            if not self._quiet() or self._moved():
                quiet_since = self.occasions.now
            elif self.occasions.now - quiet_since > QUIET_FOR:
                break
            self.person.decide(state)
        if self._alive is None:
            self.watcher.violations.append("liveness: the account has no engine")
        else:
            self.watcher.at_rest(self._alive.session.loop.engine.state, self._disk)

    def _moved(self) -> bool:
        """Whether the venue's book is another than when this was asked last."""
        before, self._book = self._book, (len(self.exchange.placed), len(self.exchange.fills), self.lives)
        return before != self._book

    def _quiet(self) -> bool:
        """Nothing waits anywhere, and what was compared agrees."""
        alive = self._alive
        if alive is None or len(alive.session.inbox) or self.in_flight.waiting or self.exchange.working():
            return False
        state, status = alive.session.loop.engine.state, self._disk.status()
        return status.depth == 0 and state.truth.state == "in_step" and not state.open_orders()

    def _step(self, least_s: float, most_s: float) -> None:
        """Time passes, the world moves, and some of what can run runs."""
        occasions, chance = self.occasions, self.occasions.chance
        occasions.now += round(chance.between(least_s, most_s) * SECOND)
        if occasions.happens("store_goes_away"):
            self.store.away_until = occasions.now + round(chance.between(1, 120) * SECOND)
            occasions.note("store", "goes away")
        self.store.arrive()
        self.in_flight.arrive()
        for tick in self.prices.due():
            self.exchange.trade(tick.symbol, Decimal(tick.price) / 100)
            if self._alive is not None:
                self._alive.session.inbox.put(tick)
        if occasions.happens("by_hand"):
            self.person.trade_by_hand(self.exchange)
        if self._alive is None:
            self._start()
        elif occasions.happens("person"):
            self.person.act(self._alive.session.loop.engine.state, chance.pick(BOTS).bot_id)
        if self._alive is not None:
            self._turns(self._alive)
            self.watcher.look_at(self._disk)

    def _turns(self, alive: Instance) -> None:
        for name, turn in self.occasions.chance.shuffled(alive.turns()):
            if self.occasions.chance.happens(self._slowness):
                continue
            try:
                turn()
            except Crashed:
                self._die()
                return
            except OperatingError as error:
                self.occasions.note(alive.name, f"ends: {name}: {type(error).__name__}")
                self._die()
                return

    def _start(self) -> None:
        if self.occasions.now < self._start_at:
            return
        self.lives += 1
        name = f"engine-{self.lives}"
        made = Instance(name, self._around, self._disk, self._leaves)
        self.occasions.note(name, f"starts on {self._disk.name}")
        try:
            made.start()
        except Crashed:
            self._die()
        except OperatingError as error:
            self.occasions.note(name, f"can't start: {type(error).__name__}: {error}")
            self._start_at = self.occasions.now + SECOND
        else:
            self._alive = made

    def _leaves(self, order: SubmitOrder) -> None:
        self.watcher.leaves(order, self._disk)

    def _die(self) -> None:
        """The process is gone; with it, at times, its disk."""
        self._alive = None
        pause_s = self.occasions.chance.between(1, 180) if self.occasions.happens("slow_start") else 1.0
        self._start_at = self.occasions.now + round(pause_s * SECOND)
        if self.occasions.happens("disk_lost"):
            number = int(self._disk.name.partition("-")[2]) + 1
            self._disk = Disk(f"disk-{number}", self.clock, self.occasions)
            self.occasions.note("world", "the disk is lost")


def run_seed(seed: int, *, traced: bool = False) -> Outcome:
    """One schedule. An exception of our own code is a violation like any other."""
    world = World(seed, traced=traced)
    try:
        return world.run()
    except Exception as error:  # noqa: BLE001 - a bug of ours is what is looked for
        said = (f"crash: {type(error).__name__}: {error}",)
        lines = tuple(world.occasions.lines)
        return Outcome(seed, said, world.occasions.digest, world.occasions.met, 0, 0, world.lives, lines)
