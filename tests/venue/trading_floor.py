"""A session that trades at a practice venue in another process, stepped by a test; only the stream has a thread.

The clock is the test's, so that sixty seconds of looking an order up take none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

from engine.adapters.brokers.practice import MarketView, PracticeBroker
from engine.bootstrap.shown import nested_fields
from engine.core.state import State
from engine.domain.account import Desired
from engine.domain.events import BotChanged, Event, InstrumentListed, SessionOpened
from engine.domain.instant import MINUTE, SECOND
from engine.domain.market import Tick
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from engine.outbox.memory import MemoryJournal
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.health import truth_of
from engine.runtime.outgoing import Outgoing, ReportWish, in_the_journal
from engine.runtime.reconciliation import Reconciliation, VenueStream
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.simulation.clock import ManualClock
from tests.builders.market import instrument
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import Batches, ListFeed
from tests.venue.running import RunningVenue

LOOSE = RiskPolicy(notional_max_pct=Decimal(100), at_risk_max_pct=Decimal(100), quote_age_max_s=86_400)
WITHIN_S = 60.0
ANSWERS_WITHIN_S = 2.0


class TradingFloor:
    """`heard` counts what the venue's stream told."""

    def __init__(self, venue: RunningVenue) -> None:
        self.venue, self.clock = venue, ManualClock()
        self.outbox = Batches(MemoryJournal(self.clock))
        outgoing = Outgoing(self.clock, in_the_journal(self.outbox.journal), ReportWish(self.clock))
        spec = account(market="demo", policy=LOOSE)
        script = {at("09:30") + n * MINUTE: SignalType.BUY for n in range(1, 60)}
        doors = Doors(self.clock, ListFeed(), self.outbox, lambda: False, outgoing)  # type: ignore[arg-type]
        snapshot = AccountSnapshot(spec.user_id, nested_fields(spec, {"ACME": 2}))
        self.session = Session(spec, scripted({"script": script}), doors, snapshot)
        self.heard = 0
        self._now = at("09:30") + SECOND
        for event in (
            InstrumentListed(instrument()),
            BotChanged(bot("alpha", strategy="script", quantity=10), Desired.RUNNING, 1),
            SessionOpened(session(), session().open_at),
        ):
            self.session.step(event)
        self._price()
        market = MarketView(lambda: self._now, lambda symbol: Decimal(500))
        broker = PracticeBroker(venue.url, market, within_s=ANSWERS_WITHIN_S)
        put, seen = self.session.inbox.put, self.session.counterpart.seen
        self.dispatch = Dispatch(spec, broker, outgoing, Telling(put, lambda: self._now), self.clock)
        self._reconciliation = Reconciliation(broker, put, seen, outgoing.wish, self.clock)
        self._stop = threading.Event()
        stream = VenueStream(broker, outgoing, self._hear, seen)
        self._thread = threading.Thread(target=stream.run, args=(self._stop,), daemon=True)
        self._thread.start()
        self.until(lambda: seen.state == "connected", "the stream is open")
        self._reconciliation.ask()  # no entry is made before the first report
        self.pump()  # what is looked at for that is done

    def _hear(self, event: Event) -> None:
        self.session.inbox.put(event)
        self.heard += 1

    @property
    def state(self) -> State:
        return self.session.loop.engine.state

    def held(self) -> Decimal:
        """What the books hold of ACME."""
        return sum((position.quantity for position in self.state.portfolio.all()), Decimal(0))

    def at_venue(self) -> Decimal:
        """What the venue has of it."""
        return sum((Decimal(position["quantity"]) for position in self.venue.book()["positions"]), Decimal(0))

    def truth(self) -> tuple[str, tuple[str, ...]]:
        """As health shows it."""
        return truth_of(self.state, self.session.counterpart.seen)

    def minute(self) -> None:
        """The next minute closes, at which the bot wants to buy; what comes of it is sent."""
        self._now += MINUTE
        self._price()
        self.pump()

    def pump(self) -> None:
        """Send what waits, look up what is due, and take what was told."""
        self.dispatch.step()
        for event in self.session.inbox.take(0):
            self.session.step(event)

    def cycle(self, times: int) -> None:
        """So many reports, each taken in."""
        for _ in range(times):
            self.pump()
            self._reconciliation.ask()
            self.pump()

    def until(self, condition: Callable[[], bool], what: str, step_s: float = 0.0) -> None:
        """Go on, letting `step_s` of the test's clock pass each time, until something is so."""
        until = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < until, f"not within {WITHIN_S} s: {what}: {self.state.truth.sentences()}"
            self.clock.advance(step_s)
            if hasattr(self, "dispatch"):
                self.pump()
            time.sleep(0.005)

    def close(self) -> None:
        """Let go of the stream."""
        self._stop.set()
        self._thread.join(60)

    def _price(self) -> None:
        self.session.step(Tick("ACME", self._now, 50_000, 1.0))
