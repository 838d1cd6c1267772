"""One schedule: a seed's world from the open until all has come to rest, and what the checkers say of it.

While there are faults, whatever can run runs in an order that the seed draws, and may die at any boundary. Then the
faults stop, a person decides what is left to decide, and everything has to settle within a bound.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.instant import MINUTE, SECOND, instant_of
from engine.proof.chance import CALM, Chance, drawn
from engine.proof.checkers import unfinished, unprotected
from engine.proof.exchange import Exchange
from engine.proof.fleet import Fleet
from engine.proof.instance import Surroundings
from engine.proof.link import InFlight
from engine.proof.market import Prices
from engine.proof.night import Night
from engine.proof.occasions import BEGINS, Occasions, WorldClock
from engine.proof.person import Person
from engine.proof.shape import Shape, shape_of
from engine.proof.storage import Store
from engine.proof.trims import WHOLE, Trims
from engine.proof.watcher import Watcher

SETTLES_WITHIN = 15 * MINUTE  # of the world's time after the last fault
QUIET_FOR = 21 * SECOND  # three reports were compared, and whatever the venue tells late is told
SUCCESSOR = 0.06  # how often a step brings one, while one is still to come
IDLE_STEPS = 3  # in a row, after which nothing is waited for any more
BEGINS_S = 53.5  # of the first minute: what comes before its close is a start, and a live account takes 3 s to be live
WARMS_UP = 5 * SECOND  # a live account is live again so long after a pause
WAITS_MOST_S = 8.0  # the longest step while something is still to come to rest
WARM_S = 1.6  # the longest step before anything goes wrong
STRIDE_S = 1.5  # the longest step while something happens to an order
STRIDE_MOST_S = 5.0  # and while nothing does: well within what a lease lasts
RENEWED_S = 8.0  # less than a live lease lasts
STRIDE_MOST_LIVE_S = 2.0  # a live account is dry where nothing was looked at for 3 s


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

    def __init__(self, seed: int, *, traced: bool = False, trims: Trims = WHOLE, shape: Shape | None = None) -> None:
        chance = Chance(seed)
        self.seed = seed
        self.shape = shape = shape or shape_of(chance).trimmed(trims)
        self.occasions = Occasions(chance, drawn(chance), traced=traced, trims=trims)
        self.occasions.now += round((BEGINS_S + chance.between(0, 1)) * SECOND)
        self.clock = WorldClock(self.occasions)
        self.store = Store(self.occasions, seed)
        self.exchange = Exchange(self.occasions)
        self.prices = Prices(chance, lambda: self.occasions.now, shape.closes)
        self.in_flight = InFlight(self.exchange)
        self.watcher = Watcher(self.exchange, self.store, self.in_flight, shape)
        self.store.taken = self.watcher.taken
        self.person = Person(shape.account, self.store, self.clock, self.occasions)
        around = Surroundings(
            self.occasions,
            self.clock,
            self.store,
            self.exchange,
            self.in_flight,
            self.prices,
            shape.account,
            shape.bots,
        )
        self.fleet = Fleet(around, self.watcher, self._step)
        self.night = Night(seed, shape)
        self._successors = shape.successors
        self._book = (0, 0, 0)
        self._stride_s = STRIDE_S
        self._stride_most_s = STRIDE_MOST_LIVE_S if shape.live else STRIDE_MOST_S
        self._idle = 0  # so many steps in a row nothing happened
        self._happened = 0

    def run(self) -> Outcome:
        """The whole schedule."""
        if self.shape.live:
            self.person.arm()
        faults, self.occasions.faults = self.occasions.faults, CALM  # the first start goes well: later ones may not
        self._pass(0.5, 1.5)
        while self.occasions.now < self.shape.faults_from:
            self._pass(0.6, WARM_S)
        self.occasions.faults = faults
        self.fleet.tire()
        while self.occasions.now < self.shape.calm_at:
            self._step()
        self.occasions.calm_down()
        self.store.away_until = 0
        self.fleet.calm_down()
        self.person.resume()
        self._settle()
        return self._outcome()

    def _outcome(self) -> Outcome:
        return Outcome(
            self.seed,
            tuple(self.watcher.violations),
            self.occasions.digest,
            self.occasions.met,
            len(self.exchange.placed),
            len(self.exchange.fills),
            self.fleet.lives,
            tuple(self.occasions.lines),
        )

    def _settle(self) -> None:
        """Run on without faults until nothing moves any more, a person deciding meanwhile."""
        quiet_since, until = self.occasions.now, self.occasions.now + SETTLES_WITHIN
        waits_s = 3.0
        while self.occasions.now < until:
            owner = self.fleet.owner
            if owner is not None and self._quiet():
                self.prices.silent = not self.exchange.net()  # where nothing is held, nothing waits for a price
                owner.compare()
                self._pass(7.0, 7.5)
            else:
                self.prices.silent = False
                self._pass(0.5, waits_s)
                waits_s = min(WAITS_MOST_S, waits_s * 1.5)
            owner = self.fleet.drained() if self._at_rest() else self.fleet.owner
            if owner is None:
                continue
            if not self._quiet() or self._moved():
                quiet_since = self.occasions.now
            elif self.occasions.now - quiet_since > QUIET_FOR:
                break
            self.person.decide(owner.session.loop.engine.state)
        owner = self.fleet.owner
        if owner is None:
            self.watcher.violations.append("liveness: the account has no engine")
        else:
            self.watcher.at_rest(owner.session.loop.engine.state, owner.disk)

    def _moved(self) -> bool:
        """Whether the venue's book is another than when this was asked last."""
        before, self._book = self._book, (len(self.exchange.placed), len(self.exchange.fills), self.fleet.lives)
        return before != self._book

    def _quiet(self) -> bool:
        """Nothing waits anywhere, and what was compared agrees."""
        owner = self.fleet.owner
        return owner is not None and self._at_rest() and not len(owner.session.inbox) and not owner.disk.status().depth

    def _at_rest(self) -> bool:
        """No order can come to anything more, and what was compared agrees; some of it may still be on its way out."""
        owner = self.fleet.owner
        if owner is None or not self.fleet.alone or self.in_flight.waiting or self.exchange.at_work():
            return False
        state = owner.session.loop.engine.state
        return state.truth.state == "in_step" and not unfinished(state) and not unprotected(state, self.exchange)

    def _step(self) -> None:
        """A step amid the faults. Most are short, and grow longer while nothing happens to any order. A long one is a
        machine that had no time for anything: a live account is dry after it, since nothing was looked at for too long.
        """
        owner = self.fleet.owner
        if owner is not None and self.fleet.alone and self.night.falls(owner.session.loop.engine.state, self.exchange):
            self.night.fall(self.exchange, self.in_flight, self.fleet)
        if self.occasions.chance.happens(self.shape.starved):
            self._pass(0.02, 20.0)
        else:
            self._pass(0.02, self._stride_s)
        happened = self.watcher.happened + len(self.exchange.told) + self.fleet.starts
        self._idle = 0 if happened != self._happened or self.in_flight.waiting else self._idle + 1
        self._happened = happened
        self._stride_s = self._stride_most_s if self._idle else STRIDE_S
        if self._idle >= IDLE_STEPS and not self._at_work():
            self._skip()

    def _at_work(self) -> bool:
        """Whether an order may still come to something before the next signals are given."""
        owner = self.fleet.owner
        if owner is None or not self.fleet.alone or self.exchange.at_work():
            return True
        return bool(unfinished(owner.session.loop.engine.state))

    def _skip(self) -> None:
        """Nothing happens before the next signals: time passes at once until shortly before them, or until the end."""
        now, minute = self.occasions.now, instant_of(BEGINS)
        last_close_at = minute + self.shape.closes * MINUTE
        next_close_at = now - now % MINUTE + MINUTE
        until = next_close_at - WARMS_UP if next_close_at <= last_close_at else self.shape.calm_at
        if until - now > WARMS_UP:
            self.occasions.now = until
            self._idle = 0

    def _pass(self, least_s: float, most_s: float) -> None:
        """Time passes, the world moves, and some of what can run runs."""
        occasions, chance = self.occasions, self.occasions.chance
        self._let_pass(chance.between(least_s, most_s))
        if occasions.happens("store_goes_away"):
            self.store.away_until = occasions.now + round(chance.between(1, 120) * SECOND)
            occasions.note("store", "goes away")
        self.store.arrive()
        self.in_flight.arrive()
        for tick in self.prices.due():
            self.exchange.trade(tick.symbol, Decimal(tick.price) / 100, tick.at)
            self.fleet.hear(tick)
        if occasions.happens("by_hand"):
            self.person.trade_by_hand(self.exchange)
        owner = self.fleet.owner
        if owner is not None and occasions.happens("person"):
            self.person.act(owner.session.loop.engine.state, chance.pick(self.shape.bots).bot_id)
        if self._successors and occasions.faults is not CALM and chance.happens(SUCCESSOR):
            self._successors -= 1
            self.fleet.succeed()
        self.fleet.step()

    def _let_pass(self, seconds: float) -> None:
        """Once faults have stopped, machines have the time to renew their leases meanwhile: one that had run out would
        be a reason to doubt.
        """
        while self.occasions.calm and seconds > RENEWED_S:
            self.occasions.now += round(RENEWED_S * SECOND)
            seconds -= RENEWED_S
            self.fleet.renew()
        self.occasions.now += round(seconds * SECOND)


def run_seed(seed: int, *, traced: bool = False, trims: Trims = WHOLE) -> Outcome:
    """One schedule. An exception of our own code is a violation like any other."""
    world = World(seed, traced=traced, trims=trims)
    try:
        return world.run()
    except Exception as error:  # noqa: BLE001 - a bug of ours is what is looked for
        said = (f"crash: {type(error).__name__}: {error}",)
        lines = tuple(world.occasions.lines)
        return Outcome(seed, said, world.occasions.digest, world.occasions.met, 0, 0, world.fleet.lives, lines)
