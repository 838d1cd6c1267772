"""An account's engine that trades at the loopback Angel One: SBIN from ten on, with this broker's troubles. Feeds
test_books_tie.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.market_data.calendar import calendar_for
from tests.adapters.brokers.angelone.order_desk import OrderDesk
from tests.adapters.brokers.traded_minutes import Tap, TradedMinutes
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.order_socket import Listener

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


class TradingDay(TradedMinutes):
    """SBIN, by a seed."""

    symbol, quantity, first_price = "SBIN", D(20), 82_000
    steps_of_price = (-60, -25, -10, 0, 10, 25, 60)
    desk: OrderDesk

    def instrument(self) -> Instrument:
        return self.desk.reach.instruments.find("SBIN").instrument

    def session(self) -> TradingSession:
        session = calendar_for("NSE").session_on(DAY)
        assert session is not None
        return session

    def venue_anew(self) -> AngelOneBroker:
        return AngelOneBroker(self.desk.reach, self.desk.market_at)

    def connect(self, tap: Tap) -> None:
        broker = self.desk.angel.broker
        session = broker.sessions.by_jwt(self.desk.access.session.tokens().jwt)
        assert session is not None
        broker.order_socket.listeners.append(Listener(tap, session))  # type: ignore[arg-type]

    def trade_at(self, price: Decimal) -> None:
        self.desk.angel.broker.trade("NSE", "3045", int(price * 100), 10)

    def trouble(self) -> None:
        broker = self.desk.angel.broker
        terms, socket = broker.terms, broker.order_socket
        route = self.random.choice(ROUTES)
        waits = any(fault.route == route for fault in broker.faults.waiting)
        if self.random.randrange(100) < self.faults_pct and not waits:
            kind = self.random.choice(ON_LISTS if route in LISTS else ON_ORDERS)
            applied = None if kind in AS_THEY_ARE else self.random.choice((True, False))
            seconds = HIDDEN_S if kind == "hidden" else 0.0
            self.desk.angel.fault(route, kind, applied=applied, seconds=seconds)
            terms.fill_lot = self.random.choice((0, 3, 7))
            terms.step_s = self.random.choice((0.02, 0.5, 2.0))
            terms.fills_before_cancel = self.random.randrange(4) == 0
            socket.hidden, socket.doubled = self.random.choice(((0, 0), (3, 0), (0, 3), (1, 1)))

    def calm(self) -> None:
        broker = self.desk.angel.broker
        broker.faults.waiting.clear()
        broker.terms.fill_lot = 0
        broker.order_socket.hidden = broker.order_socket.doubled = 0

    def tags(self) -> list[str]:
        return [order.asked.get("ordertag", "") for order in self.desk.orders]
