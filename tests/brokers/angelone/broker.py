"""The whole broker in memory, behind one lock: clock, sessions, market, desk, sockets, faults. Fed by server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.brokers.angelone.account import Account
from tests.brokers.angelone.desk import Desk
from tests.brokers.angelone.envelopes import TOO_FAST
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.limits import Limits
from tests.brokers.angelone.listings import with_invented
from tests.brokers.angelone.market import Market, Walk
from tests.brokers.angelone.market_socket import MarketSocket
from tests.brokers.angelone.order_socket import OrderSocket
from tests.brokers.angelone.order_words import Terms
from tests.brokers.angelone.routes import ROUTES, Call, Route
from tests.brokers.angelone.scripted_clock import IST
from tests.brokers.angelone.sessions import Client, Sessions
from tests.brokers.loopback.answers import Answer, nothing, plain
from tests.brokers.loopback.faults import Fault
from tests.brokers.loopback.in_memory import InMemory
from tests.brokers.loopback.wire import Wire

if TYPE_CHECKING:
    from tests.brokers.angelone.tape import Tape

MARKET_PATH, ORDER_PATH = "/smart-stream", "/smart-order-update"
HEADERS = (
    "Content-Type", "Accept", "X-UserType", "X-SourceID", "X-ClientLocalIP", "X-ClientPublicIP", "X-MACAddress",
    "X-PrivateKey",
)  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """What a broker begins with. `cash` in rupees; prices wander by the seed `walk`, come from `tape`, or stand."""

    at: datetime
    speed: float = 1.0
    invented: int = 0
    cash: int = 1_000_000
    walk: int | None = None
    beat_s: float = 1.0
    client: Client = field(default_factory=Client)
    tape: Tape | None = None
    spread: bool = False  # one instrument after the other trades, instead of all at once with the beat
    pulse_s: float = 0.01


class Broker(InMemory):
    """The client's one broker."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup.at.astimezone(IST), setup.speed, KINDS, Limits())
        self.setup, at = setup, self.clock.now()
        self.sessions, self.terms = Sessions(setup.client), Terms()
        listings = with_invented(setup.invented) if setup.tape is None else setup.tape.listings
        self.market, self._played = Market(listings, at), 0
        self.walk = None if setup.walk is None else Walk(self.market, setup.walk)
        self.market_socket, self.order_socket = MarketSocket(self.market, self.sessions), OrderSocket(self.sessions)
        self.sockets |= {MARKET_PATH: self.market_socket, ORDER_PATH: self.order_socket}
        account = Account(setup.cash * 100)
        self.desk = Desk(self.market, account, self.terms, at, self.order_socket.tell)

    def call(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        """The plain answer of a call, acted on, and what the fault script makes of it."""
        asked = _asked(body) if method == "POST" else {}  # GET calls carry JSON in their query; it is not looked at
        with self.lock:
            at = self._come_to_now()
            route, tail = _found(method, urlsplit(target).path.rstrip("/"))
            if route is None:
                return nothing(404), None

            def acted(then: datetime, hidden_s: float, times: int) -> Answer:
                answers = [self._acted(route, tail, headers, asked, then, hidden_s) for _ in range(times)]
                return answers[0]

            return self.answered(route.name, at, acted)

    def _acted(
        self, route: Route, tail: str, headers: Mapping[str, str], asked: Any, at: datetime, hidden_s: float
    ) -> Answer:
        if not self.passes(route.bucket):
            return plain(403, TOO_FAST)
        if any(not headers.get(name) for name in HEADERS) and not route.public:
            return nothing(400)
        if not isinstance(asked, dict):
            return nothing(400)
        session = self.sessions.check(headers, at) if route.with_session else None
        if isinstance(session, Answer):
            return session
        return route.act(self, Call(asked, headers, at, session, tail, hidden_s))

    def _come_to_now(self) -> datetime:
        """All that time brings up to the clock's now: ticks of the tape, steps of orders, the day's happenings."""
        at, tape, moved = self.clock.now(), self.setup.tape, {}
        if tape is not None:
            last = tape.upto(at, self._played)
            for listing, price, quantity, traded_at in tape.between(self._played, last):
                self.desk.advance(traded_at)
                quote = self.market.trade(listing.exchange, listing.token, price, quantity, traded_at)
                self.desk.priced(quote, traded_at)
                moved[listing.token] = quote
            self._played = last
        for arrived_at, act in self.arrived(at):
            self.desk.advance(arrived_at)
            act()
        self.desk.advance(at)
        if moved:
            self.market_socket.traded(moved.values(), at)
        return at

    def pulse(self) -> None:
        """Time passed: orders move on, prices wander, frames go out with the beat."""
        with self.lock:
            at = self._come_to_now()
            if self.setup.spread and self.walk is not None:
                self._spread(self.walk, at)
                return
            if time.monotonic() - self._beat_at < self.setup.beat_s:
                return
            self._beat_at = time.monotonic()
            if self.walk is not None:
                for quote in self.walk.step(at):
                    self.desk.priced(quote, at)
            self.market_socket.beat(at)
            self.order_socket.beat(at)

    def _spread(self, walk: Walk, at: datetime) -> None:
        """As many instruments as this part of a beat is worth trade, those that did so longest ago."""
        each_s, now_s = self.setup.beat_s / len(self.market.quotes), time.monotonic()
        count = min(int((now_s - self._beat_at) / each_s), len(self.market.quotes))
        self._beat_at = max(self._beat_at + count * each_s, now_s - self.setup.beat_s)
        moved = walk.some(count, at)
        for quote in moved:
            self.desk.priced(quote, at)
        self.market_socket.traded(moved, at)

    def trade(self, exchange: str, token: str, price: int, quantity: int) -> None:
        """Somebody trades at `price` paise now: orders fill, frames go out."""
        with self.lock:
            at = self._come_to_now()
            quote = self.market.trade(exchange, token, price, quantity, at)
            self.desk.priced(quote, at)
            self.market_socket.traded([quote], at)

    def report(self) -> dict[str, Any]:
        """Everything as it stands, but for tokens and what the client logs in with."""
        with self.lock:
            at, sockets = self._come_to_now(), (self.market_socket, self.order_socket)
            return {
                "at": at.isoformat(),
                "orders": [{**order.book_row(), "fills": order.trade_rows()} for order in self.desk.orders.values()],
                "positions": self.desk.account.position_rows(self.market) or [],
                "holdings": self.desk.account.holding_rows(self.market) or [],
                "funds": self.desk.account.funds(self.desk.blocked()),
                **self.called(),
                "logins": self.sessions.logins,
                "feeds": [
                    {"wanted": len(feed.wanted), "text_pings": feed.pings, "pings": feed.wire.pings}
                    for feed in sockets[0].feeds
                ],
                "frames": sockets[0].frames,
                "listeners": len(sockets[1].listeners),
                "messages": sockets[1].messages,
            }

    def wires(self) -> Iterable[Wire]:
        """Of every connection to a socket."""
        yield from (feed.wire for feed in self.market_socket.feeds)
        yield from (listener.wire for listener in self.order_socket.listeners)


def _asked(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _found(method: str, path: str) -> tuple[Route | None, str]:
    """The route of a path; `details` has the order's unique id behind it."""
    for route in ROUTES:
        if route.method == method and path == route.path:
            return route, ""
        if route.method == method and route.has_tail and path.startswith(route.path + "/"):
            return route, path.removeprefix(route.path + "/")
    return None, ""
