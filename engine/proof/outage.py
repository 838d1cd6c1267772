"""A schedule of its own: a live account that holds two positions, and the store away for a day. Run by its test.

Nothing else goes wrong, and nobody restarts the engine. Its market is quiet until it falls; its bot wants to leave one
position and goes on wanting to enter; the other position has a stop that rests at the venue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from engine.domain.account import AccountSpec, BotSpec, Mode
from engine.domain.canary import Canary
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of
from engine.domain.market import Tick
from engine.domain.signal import SignalType
from engine.domain.sizing import Sizing, SizingKind
from engine.proof.chance import CALM
from engine.proof.exchange import Placed
from engine.proof.market import SYMBOLS
from engine.proof.occasions import BEGINS
from engine.proof.shape import CASH, LOOSE, STOPS, Shape
from engine.proof.world import Outcome, World

HOUR = 60 * MINUTE
OPENS = instant_of(BEGINS)
AWAY_FROM = OPENS + 5 * MINUTE
LEAVES_AFTER, FALLS_AFTER = 6 * HOUR, 18 * HOUR  # of the outage: the bot leaves one; the price of the other falls
LEFT, FALLEN = SYMBOLS
AGAIN_AFTER = 10 * MINUTE  # after the store is back the bot wants to enter once more
STEP_S = (15.0, 75.0)


class Outage(World):
    """Made from a seed; `run` once. `hours`: how long the store is away."""

    def __init__(self, seed: int, hours: int = 24, *, traced: bool = False) -> None:
        self.back_at = AWAY_FROM + hours * HOUR
        self._ends_at = self.back_at + AGAIN_AFTER + 5 * MINUTE
        account = AccountSpec(
            "live-proof", "ann", Mode.LIVE, market="angelone", cash=CASH, risk_policy=LOOSE, name="Proof"
        )
        bot = BotSpec(
            "alpha", "told", SYMBOLS, sizing=Sizing(SizingKind.QUANTITY, Decimal(20)), exits=STOPS,
            canary=Canary(trades=0),
        )  # fmt: skip
        shape = Shape(account, (bot,), 1, 0, True, False, starved=0.0, faults_from=OPENS, calm_at=self._ends_at)
        super().__init__(seed, traced=traced, shape=shape)
        self.occasions.faults = CALM
        later = self._ends_at + HOUR
        self.prices.coming = _ticks(self.back_at, later)
        self.prices.session = replace(self.prices.session, close_at=later, entry_until=later)
        first = OPENS + MINUTE
        hourly = range(first, first + hours * HOUR, HOUR)
        self.prices.signals = {(symbol, at): SignalType.BUY for symbol in SYMBOLS for at in hourly}
        again_at = self.back_at + AGAIN_AFTER
        self.prices.signals[LEFT, first + LEAVES_AFTER] = SignalType.SELL
        self.prices.signals[LEFT, again_at - again_at % MINUTE] = SignalType.BUY

    def run(self) -> Outcome:
        """The whole of it, until all has come to rest."""
        self.person.arm()
        while self.occasions.now < AWAY_FROM:
            self._pass(0.3, 1.4)
        self.store.away_until = self.back_at
        self.occasions.note("store", "goes away")
        while self.occasions.now < self.back_at:
            self._pass(*STEP_S)
        self.occasions.note("store", "is back")
        self.person.arm()  # that of the day before has expired
        while self.occasions.now < self._ends_at:
            self._pass(0.3, 1.4)
        self._settle()
        return self._outcome()

    def placed_between(self, begin: Instant, end: Instant) -> list[Placed]:
        """The orders that reached the venue in a time."""
        return [placed for placed in self.exchange.placed if begin <= placed.at < end]


def _ticks(back_at: Instant, until: Instant) -> Iterator[Tick]:
    """Each symbol trades thrice a minute, and while the store is away each five minutes."""
    at = OPENS + SECOND
    while at < until:
        for place, symbol in enumerate(SYMBOLS):
            fallen = symbol == FALLEN and at >= AWAY_FROM + FALLS_AFTER
            yield Tick(symbol, at + place * SECOND, 49_700 if fallen else 50_000, 10.0)
        at += 5 * MINUTE if AWAY_FROM <= at < back_at else 20 * SECOND
