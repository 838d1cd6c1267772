"""An account's engine that trades at the loopback Coinbase: XRP in fractions, with this broker's troubles. Feeds
test_books_tie.
"""

from __future__ import annotations

from decimal import Decimal

from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker
from engine.domain.instant import instant_of
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.market_data.calendar import calendar_for
from tests.adapters.brokers.coinbase.order_desk import XRP, OrderDesk
from tests.adapters.brokers.traded_minutes import Tap, TradedMinutes
from tests.brokers.coinbase.channels import USER
from tests.brokers.coinbase.faults import KINDS
from tests.brokers.coinbase.sockets import Line

D = Decimal
LISTS = ("list_orders", "list_fills", "list_accounts")
ROUTES = ("create_order", "cancel_orders", "get_order", *LISTS)
OF_LISTS = {"rows_twice", "half_the_rows", "no_cursor", "same_cursor"}
# A refusal for a reason in no list stops entries for a person, and has tests of its own. A half of the balances that
# nothing says is half can't be told from coins that are gone.
_ELSEWHERE = {"applied_twice", "refused", "slow", "error"}
ON_LISTS = sorted(KINDS.keys() - _ELSEWHERE - {"hidden"})
ON_ORDERS = sorted(KINDS.keys() - _ELSEWHERE - OF_LISTS)
AS_THEY_ARE = OF_LISTS | {"hidden"}  # of an answer that was given
HIDDEN_S = 20.0


class TradingMinutes(TradedMinutes):
    """XRP, by a seed."""

    symbol, quantity, first_price = XRP, D("2000.000001"), 21_000
    steps_of_price = (-16, -6, -2, 0, 2, 6, 16)
    desk: OrderDesk

    def instrument(self) -> Instrument:
        return self.desk.reach.products.find(XRP).instrument

    def session(self) -> TradingSession:
        session = calendar_for("COINBASE").session_at(instant_of(self.clock.now()))
        assert session is not None
        return session

    def venue_anew(self) -> CoinbaseBroker:
        return self.desk.anew()

    def connect(self, tap: Tap) -> None:
        socket, now = self.desk.coinbase.broker.user_socket, self.clock.now()
        socket.lines.append(Line(tap, now, now, {USER: []}))  # type: ignore[arg-type]

    def trade_at(self, price: Decimal) -> None:
        self.desk.price(str(price))

    def trouble(self) -> None:
        broker = self.desk.coinbase.broker
        terms, script = broker.terms, broker.user_socket.script
        route = self.random.choice(ROUTES)
        waits = any(fault.route == route for fault in broker.faults.waiting)
        if self.random.randrange(100) < self.faults_pct and not waits:
            kind = self.random.choice(ON_LISTS if route in LISTS else ON_ORDERS)
            if (route, kind) == ("list_accounts", "half_the_rows"):
                return
            applied = None if kind in AS_THEY_ARE else self.random.choice((True, False))
            more: dict[str, float] = {"seconds": HIDDEN_S} if kind == "hidden" else {}
            if route == "create_order" and kind == "lose_reply":
                more = self.random.choice(({}, {"late_s": 30.0}, {"late_s": 100.0}, {"hidden_s": HIDDEN_S}))
            self.desk.coinbase.fault(route, kind, applied=applied, **more)
            terms.fill_lot = self.random.choice(("", "350.5", "700.000001"))
            terms.step_s = self.random.choice((0.02, 0.5, 2.0))
            terms.fills_late_s = self.random.choice((0.0, 1.0, 8.0))
            terms.fills_before_cancel = self.random.choice(("", "", "all", "250.5"))
            terms.cancelling = self.random.choice(("OPEN", "CANCEL_QUEUED"))
            terms.duplicate = self.random.choice(("original", "refused"))
            script.lose, script.drop, script.gap, script.double = self.random.choice(
                ((0, 0, 0, 0), (3, 0, 0, 0), (0, 2, 0, 0), (0, 0, 1, 3), (1, 0, 0, 1))
            )

    def calm(self) -> None:
        broker = self.desk.coinbase.broker
        broker.faults.waiting.clear()
        broker.terms.fill_lot, broker.terms.fills_late_s = "", 0.0
        script = broker.user_socket.script
        script.lose = script.drop = script.gap = script.double = 0

    def tags(self) -> list[str]:
        return [order.client_order_id for order in self.desk.orders]
