"""One engine process: the production parts on the world's doors, and what of it can run next. Made by world.py.

It starts as bootstrap starts it. Its threads' loops are taken a turn at a time, in whatever order the world draws.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.bootstrap.reach import Reach
from engine.bootstrap.recovering import acquired, recovered
from engine.bootstrap.venue import Edge
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.effects import PublishRecord, SubmitOrder
from engine.domain.errors import Fenced, OperatingError
from engine.domain.records import OrderRecord
from engine.outbox.relay import STATE_PACE_S, Relay
from engine.proof.exchange import Exchange
from engine.proof.link import InFlight, Link
from engine.proof.market import Prices, told_by
from engine.proof.occasions import Occasions, WorldClock
from engine.proof.storage import Disk, FaultyWire, Store
from engine.runtime.outgoing import Written
from engine.runtime.ownership import Ownership
from engine.runtime.patience import at_once

BRINK = "with its intent in the store"
DRAINS_MAX = 200  # steps of the relay; what takes more is no longer draining


class Turn(threading.Event):
    """The stop of a loop that is to take one turn: it is asked once whether to stop, and says yes the second time."""

    def __init__(self) -> None:  # without the lock that nobody of one thread waits at
        self._asked = 0
        self.rest_s, self.waited = 0.0, False

    def is_set(self) -> bool:
        """False the first time."""
        self._asked += 1
        return self._asked > 1

    def wait(self, timeout: float | None = None) -> bool:
        """Never waits; the second wait is where the turn is over."""
        self.rest_s, self.waited = timeout or 0.0, True
        return self.is_set()


def _one_turn(run: Callable[[threading.Event], None]) -> float:
    """Let a loop take one turn; the seconds it would rest."""
    turn = Turn()
    run(turn)
    return turn.rest_s


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process finds outside of it."""

    occasions: Occasions
    clock: WorldClock
    store: Store
    exchange: Exchange
    in_flight: InFlight
    prices: Prices
    account: AccountSpec
    bots: tuple[BotSpec, ...]


class Instance:
    """Alive from `start` on, until a Crashed or a Fenced comes out of one of its turns."""

    def __init__(self, name: str, around: Surroundings, disk: Disk, sent: Callable[[SubmitOrder], None]) -> None:
        self.name = name
        self.disk = disk
        self._around = around
        wire = self.wire = FaultyWire(name, around.store, around.occasions)
        self._lease = FirestoreLease(wire, around.clock, lifetime_s=10.0, patience_s=0.0, renew_s=3.0)
        documents = FirestoreDocuments(wire, around.clock, around.occasions.chance.unit)
        self._control = FirestoreControlPlane(wire, documents, around.clock.now)
        self._link = Link(name, around.exchange, around.in_flight, sent)
        self._edge = Edge(
            lambda market: self._link,
            lambda outbox, relay: partial(self._in_the_store, relay),
        )
        self._loops: dict[str, Callable[[], float]] = {}
        self._due: dict[str, float] = {}  # when each may take its next turn, in seconds of the world
        self._lost = False
        disk.open(name)

    def start(self) -> None:
        """Own the account and recover it. Raises OperatingError where it has to be tried again from the beginning."""
        around, account = self._around, self._around.account
        reach = Reach(
            instance=self.name,
            account=account,
            bots=around.bots,
            feed=around.prices,
            make_strategy=told_by(around.prices),
            clock=around.clock,
            wire=self.wire,
            journal=self.disk,
            lease=self._lease,
            control=self._control,
            unit=around.occasions.chance.unit,
        )
        grant = acquired(reach, at_once)
        back = recovered(reach, grant, at_once, self._edge, lambda session: None)
        assert back.desk is not None
        self.session, self.relay, self.hold = back.session, back.relay, back.guard.hold
        self._watch, self._desk = back.watch, back.desk
        self._ownership = Ownership(self._lease, grant, self._lose)
        self._loops = {
            "session": self._session_turn,
            "tell": self._tell_turn,
            "relay": self._relay_turn,
            "dispatch": self._dispatch_turn,
            "truth": self._truth_turn,
            "stream": self._stream_turn,
            "controls": self._controls_turn,
            "lease": self._lease_turn,
            **{name: partial(_one_turn, run) for name, run in back.guard.works.items()},
        }
        self._due = dict.fromkeys(self._loops, 0.0)
        for tick in around.prices.of_this_minute():
            back.session.inbox.put(tick)

    def _in_the_store(self, relay: Relay, batch: Sequence[PublishRecord]) -> Written:
        """See outgoing.in_the_store. Whoever waits lets the relay's loop run meanwhile: there is but one thread."""
        promise = relay.waiters.expect([effect for effect in batch if isinstance(effect.record, OrderRecord)])

        def wait(timeout_s: float) -> None:
            clock = self._around.clock
            until = clock.monotonic() + timeout_s
            promise.hurry(timeout_s)
            while not promise.settled.is_set() and clock.monotonic() < until:
                try:
                    rest_s = relay.step()
                except Fenced:
                    break
                clock.wait(max(0.02, min(rest_s or 0.02, until - clock.monotonic())))
            promise.wait(0.0)
            self._around.occasions.may_crash(self.name, BRINK)

        return wait

    def amid_difference(self, symbol: str) -> Decimal | None:
        """What its books hold of a symbol in which they differ from the venue; None where they do not, or where the
        venue does not let itself be seen.
        """
        state = self.session.loop.engine.state
        if self._link.blind or symbol not in state.truth.doubted():
            return None
        return sum((held.quantity for held in state.portfolio.all() if held.symbol == symbol), Decimal(0))

    def compare(self) -> None:
        """Have a report taken now, whenever the next is due."""
        self._desk.reconciliation.ask()

    def drain(self) -> None:
        """Take what is in the inbox, and deliver what waits, states that are paced included."""
        while len(self.session.inbox):
            self._session_turn()
        for _ in range(DRAINS_MAX):
            rest_s = self.relay.step()
            if rest_s is None or rest_s > STATE_PACE_S:
                return
            self._around.clock.wait(rest_s)  # a state that was written within the second waits for its turn

    def let_go(self) -> None:
        """Deliver what waits, if the store takes it, and let the lease go: so an engine ends in order."""
        with suppress(OperatingError):
            while self.relay.step() == 0.0:
                pass
        self._ownership.release()

    def due(self) -> list[str]:
        """The loops that can take a turn now, by name; one that rests is left out until its rest is over."""
        now = self._around.clock.monotonic()
        return [name for name, at in self._due.items() if at <= now]

    def turn(self, name: str) -> None:
        """Let one of them take a turn."""
        rest_s = self._loops[name]()
        self._due[name] = self._around.clock.monotonic() + rest_s

    def _session_turn(self) -> float:
        for event in self.session.inbox.take(0):
            self.session.step(event)
        self.session.pulse.see(self.session.loop.engine.state.ticks, self._around.clock.monotonic())
        return 0.0

    def _tell_turn(self) -> float:
        self.session.tell(force=False)
        return self._around.occasions.chance.between(1.0, 16.0)  # in life twice a second, all day the same

    def _relay_turn(self) -> float:
        rest_s = self.relay.step()
        return 0.0 if rest_s is None else rest_s

    def _dispatch_turn(self) -> float:
        self._desk.dispatch.step()
        return 0.0

    def _truth_turn(self) -> float:
        self._desk.reconciliation.step()
        return 0.0

    def _stream_turn(self) -> float:
        turn = Turn()
        self._desk.stream.run(turn)
        # Its own rest is drawn from the machine's chance, as it may be in life: here the seed draws.
        return self._around.occasions.chance.between(0.0, 2.0) if turn.waited else 0.0

    def _controls_turn(self) -> float:
        try:
            self._watch.look_if_due()
        except Fenced:
            raise
        except OperatingError:
            pass  # its loop says so and looks again
        return 0.1

    def _lease_turn(self) -> float:
        rest_s = _one_turn(self._ownership.run)
        if self._lost:
            raise Fenced("the lease is lost")
        return rest_s

    def _lose(self) -> None:
        self._lost = self.hold.lost = True
