"""A live account at the loopback Angel One in one process, its loops taken by hand, on a clock that both sides share.

For what takes days: midnight, mornings, holidays. Only the relay and the order stream have threads of their own, since
others wait for them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from engine.adapters.brokers.angelone.orders.order_stream import PING_EVERY_S
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import LIVE_LIFETIME_S, LIVE_RENEW_S, FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.queue.journal import FileJournal
from engine.bootstrap.angelone import AngelOne, Place
from engine.bootstrap.reach import Reach
from engine.bootstrap.recovering import acquired, recovered
from engine.core.state import State
from engine.domain.account import Mode
from engine.domain.events import Event, SessionOpened, WallClock
from engine.domain.instant import instant_of
from engine.domain.market import Tick
from engine.domain.signal import SignalType
from engine.market_data.calendar import calendar_for
from engine.outbox.codec import decode, encode
from engine.proof.instance import Turn
from engine.runtime.patience import at_once
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.runtime.world import ListFeed, eventually

ACCOUNT = "live-angelone-rehearsal"


def day_at(words: str) -> datetime:
    """An instant in India's time: "23 10:01" is of November 2026."""
    day, clock = words.split()
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+05:30")


class Night:
    """One engine, armed, with a bot that buys SBIN at `buys`. `told` counts what the broker was asked, by route."""

    def __init__(self, angel: InProcessAngelOne, folder: Path, product: Product, buys: str) -> None:
        self.angel, self.clock = angel, angel.clock
        instruments = Instruments(folder / "instruments.sqlite")
        source = Fetched(angel.endpoints.instruments)
        instruments.up_to_date(source, self.clock)
        self.calendar = calendar_for("NSE", live=True)
        place = Place(angel.endpoints, instruments, source, self.calendar, self.clock)
        self.broker = AngelOne(place, ["SBIN"], product, live=True)
        self.broker.take_up(angel.credentials())
        self.access, _ = self.broker.taken()
        self.wire = wire = MemoryWire()
        script = {"script": {instant_of(day_at(buys)): SignalType.BUY}}
        documents = FirestoreDocuments(wire, self.clock, lambda: 0.5)
        self._journal = FileJournal(folder / "journal", encode, decode, self.clock)
        spec = replace(account(), account_id=ACCOUNT, mode=Mode.LIVE, market="angelone", limits_only=True)
        lease = FirestoreLease(wire, self.clock, LIVE_LIFETIME_S, patience_s=0.0, renew_s=LIVE_RENEW_S)
        carried = (instruments.find("SBIN").instrument,)
        reach = Reach(
            instance="one",
            account=spec,
            bots=(bot("b", ("SBIN",), strategy="script", quantity=10, stop="3"),),
            feed=ListFeed(market="angelone", speed=1.0, simulated=False, carried=carried),
            make_strategy=scripted(script),
            clock=self.clock,
            wire=wire,
            journal=self._journal,
            lease=lease,
            control=FirestoreControlPlane(wire, documents, self.clock.now),
            unit=lambda: 0.5,
        )
        self._lease, self.grant = lease, acquired(reach, at_once)
        self.back = recovered(reach, self.grant, at_once, self.broker.edge, lambda session: None)
        assert self.back.desk is not None
        self.session, self.desk = self.back.session, self.back.desk
        armed = {"until": self.clock.now() + timedelta(hours=8), "by": "user", "at": self.clock.now()}
        documents.change(ACCOUNT, lambda t: t.update("controls", ACCOUNT, {"armed": armed}) or {})
        self._stop = threading.Event()
        relay = self.back.relay
        self._threads = [
            threading.Thread(
                target=relay.run, args=(self._stop.is_set, lambda s: self._stop.wait(min(s, 0.01)) and None)
            ),
            threading.Thread(target=self.desk.stream.run, args=(self._stop,)),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def state(self) -> State:
        """The engine's."""
        return self.session.loop.engine.state

    @property
    def held(self) -> int:
        """Shares in our books."""
        return sum(int(position.quantity) for position in self.state.portfolio.all())

    def tell(self, *events: Event) -> None:
        """Events in the inbox."""
        for event in events:
            self.session.inbox.put(event)

    def turn(self) -> None:
        """Every loop once."""
        self._lease.renew(self.grant)
        self.broker.tend(self.session.counterpart.seen, Turn())
        self.back.watch.look()
        for work in self.back.guard.works.values():
            work(Turn())
        self.desk.dispatch.step()
        self.desk.reconciliation.step()
        self.tell(WallClock(instant_of(self.clock.now())))
        for event in self.session.inbox.take(0):
            self.session.step(event)
        self.session.pulse.see(self.state.ticks, self.clock.monotonic())
        self.session.tell(force=False)

    def turns(self, count: int = 3, each_s: float = 0.5) -> None:
        """So many, time passing between them."""
        for _ in range(count):
            self.turn()
            self.clock.pass_s(each_s)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Turns until it is so."""

        def so() -> bool:
            self.turns(1, 0.05)
            return condition()

        eventually(so, what)

    def price(self, rupees: str) -> None:
        """SBIN trades there, at the broker and for the engine."""
        paise = round(float(rupees) * 100)
        self.angel.broker.trade("NSE", "3045", paise, 100)
        self.tell(Tick("SBIN", instant_of(self.clock.now()), paise, 100.0))
        self.turns(1, 0.05)

    def trade_until(self, words: str, rupees: str) -> None:
        """A price every few seconds until then, no faster than the order stream's thread keeps up with."""
        pinged, pings = self.clock.monotonic(), self._pings()
        while self.clock.now() < day_at(words):
            self.clock.pass_s(3.0)
            self.price(rupees)
            if self.angel.broker.order_socket.listeners and self.clock.monotonic() - pinged > PING_EVERY_S:
                eventually(lambda seen=pings: self._pings() > seen, "the order stream pings", 20.0)  # type: ignore[misc]
                pinged, pings = self.clock.monotonic(), self._pings()

    def _pings(self) -> int:
        """How often the broker was pinged on an order stream that is open; 0 where there is none."""
        return sum(listener.wire.pings for listener in self.angel.broker.order_socket.listeners)

    def go_to(self, words: str) -> None:
        """Time passes until then, nobody looking."""
        self.clock.jump(day_at(words))
        self.angel.broker.pulse()

    def open_session(self) -> None:
        """The feed's word that a session begins."""
        session = self.calendar.session_at(instant_of(self.clock.now()))
        assert session is not None
        self.tell(SessionOpened(session, instant_of(self.clock.now())))
        self.turns(1)

    def end(self) -> None:
        """Threads and sockets."""
        self._stop.set()
        self.broker.close()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        self._journal.close()


@contextmanager
def night_at(angel: InProcessAngelOne, folder: Path, product: Product, buys: str) -> Iterator[Night]:
    """Ended with the block."""
    night = Night(angel, folder, product, buys)
    try:
        yield night
    finally:
        night.end()
