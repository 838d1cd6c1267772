"""The whole broker in memory, behind one lock: clock, keys, market, desk, sockets, faults. Fed by the server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.brokers.coinbase import channels
from tests.brokers.coinbase.account import Account
from tests.brokers.coinbase.calls import Call
from tests.brokers.coinbase.channels import UPDATE, Levels
from tests.brokers.coinbase.desk import Desk
from tests.brokers.coinbase.envelopes import invalid, too_fast, unauthorized, without_scope
from tests.brokers.coinbase.faults import KINDS
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC, PlayKey
from tests.brokers.coinbase.limits import PRIVATE, PUBLIC, Limits
from tests.brokers.coinbase.listings import DEFAULT, Product
from tests.brokers.coinbase.market import Market, Trade, Walk
from tests.brokers.coinbase.order_words import Terms
from tests.brokers.coinbase.orders import ENDED, Order
from tests.brokers.coinbase.routes import ROUTES, Route
from tests.brokers.coinbase.sockets import Socket
from tests.brokers.coinbase.tokens import Door
from tests.brokers.loopback.answers import Answer, nothing
from tests.brokers.loopback.faults import Fault
from tests.brokers.loopback.in_memory import InMemory
from tests.brokers.loopback.wire import Wire

MARKET_PATH, USER_PATH = "/advanced-trade-ws", "/advanced-trade-ws-user"


@dataclass(frozen=True)
class Setup:
    """What a broker begins with. `cash` by currency; prices wander by the seed `walk` with every beat, or stand."""

    at: datetime
    speed: float = 1.0
    cash: Mapping[str, Decimal] = field(default_factory=lambda: {"USD": Decimal(100_000), "BTC": Decimal(1)})
    walk: int | None = None
    beat_s: float = 1.0
    keys: tuple[PlayKey, ...] = (ELLIPTIC, EDWARDS)
    products: tuple[Product, ...] = DEFAULT


class Broker(InMemory):
    """One customer's account and the market around it."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup.at, setup.speed, KINDS, Limits())
        self.setup, at = setup, self.clock.now()
        self.door, self.terms = Door(setup.keys), Terms()
        self.market = Market(setup.products, at)
        self.walk = None if setup.walk is None else Walk(self.market, setup.walk)
        self.desk = Desk(self.market, Account(setup.cash, at), self.terms, self._order_changed)
        self.market_socket = self._socket(channels.MARKET_CHANNELS)
        self.user_socket = self._socket(channels.USER_CHANNELS)
        self.sockets |= {MARKET_PATH: self.market_socket, USER_PATH: self.user_socket}
        self._books: dict[str, Levels] = {name: channels.levels_of(one) for name, one in self.market.quotes.items()}

    def call(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        """The plain answer of a call, acted on, and what the fault script makes of it."""
        parts = urlsplit(target)
        with self.lock:
            at = self._come_to_now()
            found = ((route, route.named(method, parts.path)) for route in ROUTES)
            route, named = next(((route, named) for route, named in found if named is not None), (None, ""))
            if route is None:
                return nothing(404), None
            uri = f"{method} {headers.get('Host', '')}{parts.path}"

            def acted(then: datetime, hidden_s: float, times: int) -> Answer:
                call = Call(parse_qs(parts.query), {}, then, named or "", None, hidden_s)
                return self._acted(route, call, headers.get("Authorization", ""), uri, body, times)

            return self.answered(route.name, at, acted)

    def _acted(self, route: Route, call: Call, word: str, uri: str, body: bytes, times: int) -> Answer:
        key = None
        if not route.public:
            key = self.door.opens(word.removeprefix("Bearer "), call.at, uri) if word.startswith("Bearer ") else None
            if key is None:
                return unauthorized()
        if not self.passes(PUBLIC if route.public else PRIVATE):
            return too_fast()
        if route.trades and (key is None or not key.may_trade):
            return without_scope()
        try:
            asked = json.loads(body) if body else {}
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return invalid("request body is not valid JSON")
        whole = Call(call.query, asked, call.at, call.named, key, call.hidden_s)
        answers = [route.act(self, whole) for _ in range(times)]
        return answers[0]

    def pulse(self) -> None:
        """Time passed: orders move on; with the beat prices wander and the sockets speak."""
        with self.lock:
            at = self._come_to_now()
            if time.monotonic() - self._beat_at < self.setup.beat_s:
                return
            self._beat_at = time.monotonic()
            if self.walk is not None:
                for trade in self.walk.step(at):
                    self._traded(trade, at)
            for socket in (self.market_socket, self.user_socket):
                socket.beat(at)

    def trade(self, product_id: str, price: Decimal, size: Decimal, **more: Any) -> None:
        """Somebody trades there now: orders fill, the channels tell. `more` as Market.trade has it."""
        with self.lock:
            at = self._come_to_now()
            self._traded(self.market.trade(product_id, price, size, at, **more), at)

    def status_changed(self) -> None:
        """The status channel tells what may be traded now."""
        event = channels.status_event(self.market.quotes.values())
        self.market_socket.say(channels.STATUS, event)

    def report(self) -> dict[str, Any]:
        """Everything as it stands, but for keys and tokens."""
        with self.lock:
            at, both = self._come_to_now(), {"market": self.market_socket, "user": self.user_socket}
            return {
                "at": at.isoformat(),
                "orders": [
                    {**order.row(), "fills": [row for _, row in order.fill_rows(at)]}
                    for order in self.desk.orders.values()
                ],
                "accounts": self.desk.account.rows(),
                **self.called(),
                "turned_away": list(self.door.turned_away),
                "lines": {name: [line.wanted for line in one.lines] for name, one in both.items()},
                "messages": {name: one.messages for name, one in both.items()},
                "denied": {name: one.denied for name, one in both.items()},
            }

    def wires(self) -> Iterable[Wire]:
        """Of every connection to a socket."""
        return [line.wire for line in (*self.market_socket.lines, *self.user_socket.lines)]

    def _come_to_now(self) -> datetime:
        at = self.clock.now()
        for arrived_at, act in self.arrived(at):
            self.desk.advance(arrived_at)
            act()
        self.desk.advance(at)
        return at

    def _traded(self, trade: Trade, at: datetime) -> None:
        quote, name, said = self.market.quotes[trade.product_id], trade.product_id, self.market_socket.say
        for shared in self.market.sharing(name):
            self.desk.priced(shared, at)
        said(channels.TRADES, channels.trades_event(UPDATE, [trade]), name)
        said(channels.TICKER, channels.ticker_event(UPDATE, quote), name)
        said(channels.CANDLES, channels.candles_event(UPDATE, quote, self.market, at, 1), name)
        now = channels.levels_of(quote)
        changed, self._books[name] = channels.moved(self._books[name], now), now
        if changed:
            said(channels.LEVEL2, channels.book_event(UPDATE, quote, changed, at), name)

    def _order_changed(self, order: Order) -> None:
        """A change is told, an end more than once, as was seen of the real one."""
        event = {"type": UPDATE, "orders": [order.told_row()]}
        for _ in range(self.terms.end_told if order.status in ENDED else 1):
            for socket in (self.market_socket, self.user_socket):
                socket.say(channels.USER, event, order.product.product_id)

    def _socket(self, granted: frozenset[str]) -> Socket:
        return Socket(granted, self.door, self.clock_now, self._answered, self.market.books)

    def clock_now(self) -> datetime:
        """The clock may be exchanged for another."""
        return self.clock.now()

    def _answered(self, channel: str, products: list[str]) -> list[channels.Event]:
        """Without products all that have a book; of what may be traded, all."""
        wanted = products or (self.market.quotes if channel == channels.STATUS else self.market.books().values())
        quotes = [quote for name, quote in self.market.quotes.items() if name in wanted]
        if channel != channels.USER:
            return channels.snapshots(channel, quotes, self.market, self.clock.now())
        working = [order for order in self.desk.orders.values() if order.status not in ENDED]
        return channels.orders_events([one for one in working if not products or one.product.product_id in products])
