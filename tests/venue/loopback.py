"""A live account in a loop: its session and dispatch here, the venue another process filling by the backtest's model.

Everything that stands between a decision and a fill of a live account is real: intent written down first, dispatch with
the last word, HTTP, the venue's stream, reports compared. Only time is a test's: a price goes to the venue first, and
to the engine when all that the venue told of it was heard. So the account can be compared with a backtest, id by id.
Not so its stops: live ones rest at the venue as orders of their own, and a backtest's are the engine's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from engine.adapters.brokers.practice import MarketView, PracticeBroker
from engine.bootstrap.shown import nested_fields
from engine.core.state import State
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effective import EffectiveMode
from engine.domain.events import (
    BotChanged,
    BrokerEvent,
    ClockTicked,
    Event,
    InstrumentListed,
    MarketEnded,
    ModeChanged,
)
from engine.domain.instrument import Instrument
from engine.domain.market import Tick
from engine.domain.order import Purpose
from engine.outbox.memory import MemoryJournal
from engine.ports import Grant
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.engine_tap import Tap
from engine.runtime.last_word import LastWord
from engine.runtime.outgoing import Outgoing, ReportWish, in_the_journal
from engine.runtime.ownership import Hold
from engine.runtime.reconciliation import Reconciliation, VenueStream
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.simulation.clock import ManualClock
from engine.strategies.registry import make
from tests.runtime.watched_desk import LeaseFor
from tests.runtime.world import Batches, ListFeed
from tests.venue.running import RunningVenue, running_venue

WITHIN_S = 60.0
SETTLED_S = 60.0  # after a start exits ask the venue what is held: an engine of before might be sending still


class Loopback:
    """The live account of `spec` at a venue. Its records are `outbox.all(kind)`."""

    def __init__(
        self,
        spec: AccountSpec,
        bots: Sequence[BotSpec],
        instruments: Sequence[Instrument],
        venue: RunningVenue,
        taps: Sequence[Tap] = (),
    ) -> None:
        self._venue, self._clock = venue, ManualClock()
        self.outbox = Batches(MemoryJournal(self._clock))
        self._outgoing = Outgoing(self._clock, in_the_journal(self.outbox.journal), ReportWish(self._clock))
        doors = Doors(self._clock, ListFeed(), self.outbox, lambda: False, self._outgoing, taps=taps)  # type: ignore[arg-type]
        digits = {instrument.symbol: instrument.price_digits for instrument in instruments}
        self.session = Session(spec, make, doors, AccountSnapshot(spec.user_id, nested_fields(spec, digits)))
        self._told = self._heard = 0  # by the venue's own count, and by its stream
        self._working = False
        self._sequence = 0
        loop = self.session.loop
        put, seen = self.session.inbox.put, self.session.counterpart.seen
        broker = PracticeBroker(venue.url, MarketView(lambda: loop.market_at, self._price))  # type: ignore[union-attr]
        hold = Hold(LeaseFor(), Grant(spec.account_id, "one", 1, 0))  # type: ignore[arg-type]
        last_word = LastWord(spec, hold, lambda: (EffectiveMode.LIVE, ()), self._clock)
        self._dispatch = Dispatch(
            spec, broker, self._outgoing, Telling(put, lambda: self.state.now), self._clock,
            last_word=last_word, on_disk=self.session.on_disk,
        )  # fmt: skip
        self._reconciliation = Reconciliation(broker, put, seen, self._outgoing.wish, self._clock)
        self._stop = threading.Event()
        stream = VenueStream(broker, self._outgoing, self._hear, seen)
        self._thread = threading.Thread(target=stream.run, args=(self._stop,), daemon=True)
        self._thread.start()
        self._until(lambda: seen.state == "connected", "the stream is open")
        for instrument in instruments:
            self.session.step(InstrumentListed(instrument))
        for bot in sorted(bots, key=lambda each: each.bot_id):
            self.session.step(BotChanged(bot, Desired.RUNNING, 1))
        self.compare()
        self.session.step(ModeChanged(EffectiveMode.LIVE))
        self._clock.advance(SETTLED_S)

    @property
    def state(self) -> State:
        return self.session.loop.engine.state

    def compare(self) -> None:
        """Take the venue's report and compare it with the books."""
        self._reconciliation.ask()
        self._settle()

    def play(self, events: Iterable[Event]) -> None:
        """Take a market's events to its end."""
        engine = self.session.loop.engine
        for event in events:
            if type(event) is Tick:
                self._tick(event)
                continue
            if isinstance(event, MarketEnded):
                self._clock_to(event.at)
                self._venue.do("last_prices")
            self.session.step(event)
            self._settle()
        assert not engine.state.open_orders()

    def _tick(self, tick: Tick) -> None:
        engine = self.session.loop.engine
        if tick.at >= engine.next_due_at and engine.admits(tick):
            self._clock_to(tick.at)
        if self._working and engine.admits(tick):
            self._await_told(self._venue.do("market", symbol=tick.symbol, at=tick.at, units=tick.price)["events"])
            self._settle()
        self.session.step(tick)
        self._look()

    def _clock_to(self, at: int) -> None:
        while self.state.next_due_at <= at:
            self.session.step(ClockTicked(self.state.next_due_at))
            self._look()

    def _look(self) -> None:
        """Where anything was written down, an order may have been decided."""
        if self.state.sequence != self._sequence:
            self._settle()

    def _settle(self) -> None:
        """Let all that was asked for arrive, and all that comes of it, until nothing more does."""
        while True:
            sent = self.state.sequence
            self._dispatch.step()
            self._await_told(self._venue.book()["events"])
            for event in self.session.inbox.take(0):
                self.session.step(event)
            if self.state.sequence == sent and not len(self.session.inbox):
                break
        self._sequence = self.state.sequence
        self._working = any(order.purpose is not Purpose.PROTECT for order in self.state.open_orders())

    def _await_told(self, events: int) -> None:
        self._told = events
        self._until(lambda: self._heard >= self._told, "all that the venue told was heard")

    def _hear(self, event: BrokerEvent) -> None:
        self.session.inbox.put(event)
        self._heard += 1

    def _price(self, symbol: str) -> Decimal:
        return self.state.instruments[symbol].price_of(self.state.tapes[symbol].last_price)

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < until, f"not within {WITHIN_S} s: {what}"
            time.sleep(0.001)

    def close(self) -> None:
        """Let go of the stream."""
        self._stop.set()
        self._thread.join(60)


@contextmanager
def loopback(
    spec: AccountSpec,
    bots: Sequence[BotSpec],
    instruments: Sequence[Instrument],
    *words: str,
    taps: Sequence[Tap] = (),
) -> Iterator[Loopback]:
    """A live account at a venue of its own; `words` are the venue's: its seed and fill model."""
    with running_venue("--seed", str(spec.seed), *words, module="modelled") as venue:
        floor = Loopback(spec, bots, instruments, venue, taps)
        try:
            yield floor
        finally:
            floor.close()
