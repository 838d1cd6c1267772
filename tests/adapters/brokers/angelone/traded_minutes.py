"""An account's engine that trades at the loopback Angel One in one thread: bars, orders, stream, reports, all stepped.

Feeds test_books_tie. The order socket is tapped where the broker writes to it, so that a run is the same for the same
seed; what TLS and frames do has tests of its own.
"""

from __future__ import annotations

import random
from collections import deque
from datetime import date
from decimal import Decimal

from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker
from engine.domain.account import BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, ClockTicked, Event, InstrumentListed, OrderUnknown, SessionOpened
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE, Instant, instant_of
from engine.domain.market import Tick
from engine.domain.order import OrderState
from engine.domain.records import FillRecord
from engine.domain.signal import SignalType
from engine.domain.sizing import Sizing, SizingKind
from engine.market_data.calendar import calendar_for
from engine.runtime.broker_loop import BrokerLoop
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.health import BrokerSeen
from engine.runtime.outgoing import Outgoing, ReportWish
from engine.runtime.reconciliation import Reconciliation
from tests.adapters.brokers.angelone.order_desk import OrderDesk
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.order_socket import Listener
from tests.builders.desk import LOOSE
from tests.builders.paper import account
from tests.builders.scripted import scripted

D = Decimal
DAY = date(2026, 11, 23)
LISTS = ("getOrderBook", "getTradeBook", "getPosition")
ROUTES = ("placeOrder", "cancelOrder", "details", *LISTS)
# Twice applied is one order too many at the broker, which a person decides about; a session that dies has tests of its
# own. All the rest comes right by itself.
_ELSEWHERE = {"applied_twice", "gateway", "slow"}
ON_LISTS = sorted(KINDS.keys() - _ELSEWHERE - {"hidden"})
ON_ORDERS = sorted(KINDS.keys() - _ELSEWHERE - {"rows_twice", "half_the_rows"})
AS_THEY_ARE = {"rows_twice", "half_the_rows", "status_text", "data_null", "hidden"}  # of an answer that was given
HIDDEN_S = 20.0
MAYBE_SENT = (OrderState.SENT, OrderState.IN_FLIGHT)


class Tap:
    """Where the broker writes to the order socket: a list instead of a line."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()

    def send(self, message: str) -> None:
        self.waiting.append(message)

    def abort(self) -> None:
        """The session it was opened in has died."""


class TradingDay:
    """SBIN from 09:30 on, by a seed. The bot buys, sells, buys; its positions have stops that rest at the broker."""

    def __init__(self, desk: OrderDesk, seed: int, *, faults_pct: int) -> None:
        self.desk, self.random, self._faults_pct = desk, random.Random(seed), faults_pct
        self.clock, self.broker = desk.clock, desk.angel.broker
        self._paise, self._tap = 82_000, Tap()
        self.booked: list[FillRecord] = []
        self._records: list[PublishRecord] = []
        self.loop = self._engine()
        self.outgoing = Outgoing(self.clock, lambda batch: lambda within_s: None, ReportWish(self.clock))
        self.seen = BrokerSeen("away")
        self._reach_the_broker()
        session = self.broker.sessions.by_jwt(desk.access.session.tokens().jwt)
        assert session is not None
        self.broker.order_socket.listeners.append(Listener(self._tap, session))  # type: ignore[arg-type]
        self._minute = instant_of(self.clock.now()) // MINUTE

    def _engine(self) -> BrokerLoop:
        session = calendar_for("NSE").session_on(DAY)
        assert session is not None
        now = instant_of(self.clock.now())
        begun = now - now % MINUTE
        script = {begun + n * MINUTE: (SignalType.SELL, SignalType.BUY)[n % 2] for n in range(1, 60)}
        owner = account(10_000_000, LOOSE, limits_only=True)
        loop = BrokerLoop(owner, scripted({"script": script}), self._records.append)
        sized = Sizing(SizingKind.QUANTITY, D(20))
        spec = BotSpec("alpha", "script", ("SBIN",), sizing=sized, exits=Exits(stop_pct=D("0.4"), target_pct=D("0.6")))
        listed = self.desk.reach.instruments.find("SBIN").instrument
        for event in (InstrumentListed(listed), BotChanged(spec, Desired.RUNNING, 1), SessionOpened(session, now)):
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
        self._price(self.random.choice((-60, -25, -10, 0, 10, 25, 60)))
        self._trouble()
        self.dispatch.step()
        self._listen()
        self.reports.step()

    def forget(self) -> None:
        """What runs beside the engine begins anew and knows nothing: as after a restart, open orders are looked up."""
        self.desk.venue = AngelOneBroker(self.desk.reach, self.desk.market_at)
        self._reach_the_broker()
        state = self.loop.engine.state
        for order in [order for order in state.open_orders() if order.state in MAYBE_SENT]:
            self.take(OrderUnknown(order.order_id, "the engine was restarted", self._market_at()))
        self.dispatch.begin([order.order_id for order in state.open_orders() if order.state is OrderState.UNKNOWN])
        self.outgoing.look_again()
        self.outgoing.wish.within(0.0)

    def _reach_the_broker(self) -> None:
        telling = Telling(self.take, self._market_at)
        account_ = self.loop.engine.state.account
        self.dispatch = Dispatch(account_, self.desk.venue, self.outgoing, telling, self.clock)
        self.reports = Reconciliation(self.desk.venue, self.take, self.seen, self.outgoing.wish, self.clock)

    def settle(self, seconds: int = 150) -> None:
        """No trouble and no new prices any more, until everybody has said everything."""
        self.broker.faults.waiting.clear()
        self.broker.terms.fill_lot = 0
        self.broker.order_socket.hidden = self.broker.order_socket.doubled = 0
        for _ in range(0, seconds, 3):
            self.desk.pass_s(3.0)
            self._minutes()
            self.dispatch.step()
            self._listen()
            self.reports.step()

    def _price(self, change: int) -> None:
        self._paise = min(max(self._paise + change, 79_000), 85_000)
        self.broker.trade("NSE", "3045", self._paise, 10)
        self._minutes()
        self.take(Tick("SBIN", instant_of(self.clock.now()), self._paise, 10.0))

    def _minutes(self) -> None:
        now = instant_of(self.clock.now())
        while self._minute < now // MINUTE:
            self._minute += 1
            self.take(ClockTicked(self._minute * MINUTE))

    def _trouble(self) -> None:
        terms, socket = self.broker.terms, self.broker.order_socket
        route = self.random.choice(ROUTES)
        waits = any(fault.route == route for fault in self.broker.faults.waiting)
        if self.random.randrange(100) < self._faults_pct and not waits:
            kind = self.random.choice(ON_LISTS if route in LISTS else ON_ORDERS)
            applied = None if kind in AS_THEY_ARE else self.random.choice((True, False))
            seconds = HIDDEN_S if kind == "hidden" else 0.0
            self.desk.angel.fault(route, kind, applied=applied, seconds=seconds)
            terms.fill_lot = self.random.choice((0, 3, 7))
            terms.step_s = self.random.choice((0.02, 0.5, 2.0))
            terms.fills_before_cancel = self.random.randrange(4) == 0
            socket.hidden, socket.doubled = self.random.choice(((0, 0), (3, 0), (0, 3), (1, 1)))

    def _listen(self) -> None:
        self.desk.venue.stream.take(None, self.take)
        while self._tap.waiting:
            self.desk.venue.stream.take(self._tap.waiting.popleft(), self.take)
