"""An account's engine that trades at a loopback broker in one thread: bars, orders, stream, reports, all stepped.

Feeds each broker's test_books_tie. The order socket is tapped where the broker writes to it, so that a run is the same
for the same seed; what TLS and frames do has tests of its own.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import Counter, deque
from decimal import Decimal
from typing import Any

from engine.domain.account import BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, ClockTicked, Event, InstrumentListed, OrderUnknown, SessionOpened
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE, Instant, instant_of
from engine.domain.instrument import Instrument
from engine.domain.market import Tick, TradingSession
from engine.domain.order import OrderState
from engine.domain.records import FillRecord
from engine.domain.signal import SignalType
from engine.domain.sizing import Sizing, SizingKind
from engine.runtime.broker_loop import BrokerLoop
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.health import BrokerSeen
from engine.runtime.outgoing import Outgoing, ReportWish
from engine.runtime.reconciliation import Reconciliation
from tests.builders.desk import LOOSE
from tests.builders.paper import account
from tests.builders.scripted import scripted

D = Decimal
CASH = D(10_000_000)
MAYBE_SENT = (OrderState.SENT, OrderState.IN_FLIGHT)

STEPS = 200  # of a day of trouble


class Tap:
    """Where a broker writes to its order socket: a list instead of a line."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()

    def send(self, message: str) -> None:
        self.waiting.append(message)

    def abort(self) -> None:
        """The session it was opened in has died."""

    def close(self, code: int) -> None:
        """It was silent for long."""


class TradedMinutes(ABC):
    """By a seed. The bot buys and sells, minute by minute; its positions have stops that rest at the
    broker. `desk` has venue, clock, access; a broker's own class says how its prices and its troubles are made.
    """

    symbol: str
    quantity: Decimal
    first_price: int  # in the instrument's units
    steps_of_price: tuple[int, ...]

    def __init__(self, desk: Any, seed: int, *, faults_pct: int) -> None:
        self.desk, self.random, self.faults_pct = desk, random.Random(seed), faults_pct
        self.clock = desk.clock
        self._price, self._tap = self.first_price, Tap()
        self.booked: list[FillRecord] = []
        self._records: list[PublishRecord] = []
        self.loop = self._engine()
        self.outgoing = Outgoing(self.clock, lambda batch: lambda within_s: None, ReportWish(self.clock))
        self.seen = BrokerSeen("away")
        self._reach_the_broker()
        self.connect(self._tap)
        self._minute = instant_of(self.clock.now()) // MINUTE

    @abstractmethod
    def instrument(self) -> Instrument:
        """What is traded."""

    @abstractmethod
    def session(self) -> TradingSession:
        """The day that it is traded on."""

    @abstractmethod
    def venue_anew(self) -> Any:
        """The adapter, knowing nothing."""

    @abstractmethod
    def connect(self, tap: Tap) -> None:
        """From now on the broker writes there what it tells of orders."""

    @abstractmethod
    def trade_at(self, price: Decimal) -> None:
        """Somebody trades."""

    @abstractmethod
    def trouble(self) -> None:
        """Perhaps something goes wrong from now on."""

    @abstractmethod
    def calm(self) -> None:
        """Nothing goes wrong any more."""

    @abstractmethod
    def tags(self) -> list[str]:
        """Our ids, one an order at the broker."""

    def _engine(self) -> BrokerLoop:
        now = instant_of(self.clock.now())
        begun = now - now % MINUTE
        script = {begun + n * MINUTE: (SignalType.SELL, SignalType.BUY)[n % 2] for n in range(1, 60)}
        owner = account(CASH, LOOSE, limits_only=True)
        loop = BrokerLoop(owner, scripted({"script": script}), self._records.append)
        sized = Sizing(SizingKind.QUANTITY, self.quantity)
        exits = Exits(stop_pct=D("0.4"), target_pct=D("0.6"))
        spec = BotSpec("alpha", "script", (self.symbol,), sizing=sized, exits=exits)
        opened = SessionOpened(self.session(), now)
        for event in (InstrumentListed(self.instrument()), BotChanged(spec, Desired.RUNNING, 1), opened):
            loop.step(event)
        return loop

    def _market_at(self) -> Instant:
        return self.loop.market_at

    def take(self, event: Event) -> None:
        """As a session does: records are put away, then what is asked for is handed over."""
        self.loop.step(event)
        self.outgoing.note(self._records)
        self.booked += [each.record for each in self._records if isinstance(each.record, FillRecord)]
        self._records.clear()
        asked, self.loop.asked = self.loop.asked, []
        if asked:
            self.outgoing.put(asked, lambda within_s: None)

    def step(self) -> None:
        """Some seconds: a price, a minute where one ends, the broker's steps, everything that is due."""
        self.desk.pass_s(self.random.choice((0.5, 1.5, 4.0)))
        self._move(self.random.choice(self.steps_of_price))
        self.trouble()
        self.dispatch.step()
        self._listen()
        self.reports.step()

    def forget(self) -> None:
        """What runs beside the engine begins anew and knows nothing: as after a restart, open orders are looked up."""
        self.desk.venue = self.venue_anew()
        self._reach_the_broker()
        state = self.loop.engine.state
        for order in [order for order in state.open_orders() if order.state in MAYBE_SENT]:
            self.take(OrderUnknown(order.order_id, "the engine was restarted", self._market_at()))
        unknown = (order for order in state.open_orders() if order.state is OrderState.UNKNOWN)
        self.dispatch.begin({order.order_id: order.created_at for order in unknown})
        self.outgoing.look_again()
        self.outgoing.wish.within(0.0)

    def _reach_the_broker(self) -> None:
        telling = Telling(self.take, self._market_at)
        account_ = self.loop.engine.state.account
        self.dispatch = Dispatch(account_, self.desk.venue, self.outgoing, telling, self.clock)
        self.reports = Reconciliation(self.desk.venue, self.take, self.seen, self.outgoing.wish, self.clock)

    def settle(self, seconds: int = 150) -> None:
        """No trouble and no new prices any more, until everybody has said everything."""
        self.calm()
        for _ in range(0, seconds, 3):
            self.desk.pass_s(3.0)
            self._minutes()
            self.dispatch.step()
            self._listen()
            self.reports.step()

    def trade_until_tied(self, *, forgets_every: int = STEPS + 1) -> None:
        """Some seven minutes, and quiet after them; what is known of the broker is forgotten after so many steps."""
        for step in range(1, STEPS + 1):
            self.step()
            if step % forgets_every == 0:
                self.forget()
        self.settle()
        assert self.booked, "it traded"
        self.assert_tied()

    def assert_tied(self) -> None:
        """Orders, fills and positions are one at both, and cash is what the fills leave."""
        report, state = self.desk.venue.report(), self.loop.engine.state
        assert [tag for tag, count in Counter(self.tags()).items() if count > 1] == []
        theirs = {(fill.client_order_id, fill.venue_fill_id, fill.quantity, fill.price) for fill in report.fills}
        ours = [(fill.order_id, fill.venue_fill_id, fill.quantity, fill.price) for fill in self.booked]
        assert sorted(ours) == sorted(theirs)  # none missing, none twice
        held = {position.symbol: position.quantity for position in report.positions}
        assert {p.symbol: p.quantity for p in state.portfolio.all()} == held
        value = self.instrument().value_of
        spent = sum((fill.side.sign * value(fill.price, fill.quantity) + fill.charges for fill in self.booked), D(0))
        assert state.ledger.cash == CASH - spent
        assert state.truth.sentences() == ()

    def _move(self, change: int) -> None:
        low, high = self.first_price * 96 // 100, self.first_price * 104 // 100
        self._price = min(max(self._price + change, low), high)
        self.trade_at(self.instrument().price_of(self._price))
        self._minutes()
        self.take(Tick(self.symbol, instant_of(self.clock.now()), self._price, 10.0))

    def _minutes(self) -> None:
        now = instant_of(self.clock.now())
        while self._minute < now // MINUTE:
            self._minute += 1
            self.take(ClockTicked(self._minute * MINUTE))

    def _listen(self) -> None:
        self.desk.venue.stream.take(None, self.take)
        while self._tap.waiting:
            self.desk.venue.stream.take(self._tap.waiting.popleft(), self.take)
