"""Angel One behind an account: one login, its prices, and its orders where the account is live. Made by angelone_market
without calling anybody; taken up by engine.py once the account is ours; its loops are the supervisor's.

Feed and broker share one session, so they are wired here together. Before it is taken up nothing of it can be asked.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from engine.adapters.brokers.angelone.access.access import Access, open_access
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker, Reach
from engine.adapters.brokers.angelone.orders.order_stream import order_lines
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles
from engine.adapters.brokers.angelone.prices.feed import AngelOneFeed
from engine.adapters.brokers.angelone.prices.instruments import Instruments, Listed
from engine.adapters.brokers.angelone.prices.market_line import Door
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.brokers.connection.socket_line import SocketLine, open_line
from engine.adapters.brokers.practice import MarketView
from engine.angelone_settings import ANGELONE
from engine.bootstrap.angelone_login import client_of
from engine.bootstrap.mornings import Mornings
from engine.bootstrap.venue import Edge
from engine.domain.account import AccountSpec
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.broker_keys import BrokerKeys
from engine.domain.errors import CannotStart, InvariantBroken, OperatingError
from engine.domain.findings import Finding
from engine.domain.instant import NEVER, Instant, instant_of, moment_of
from engine.market_data.calendar import Calendar
from engine.outbox.backoff import Backoff
from engine.ports import Broker, Clock
from engine.runtime.health import BrokerSeen
from engine.runtime.outgoing import in_the_store

TEND_S = 5.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is, what it lists, whose time counts there. `source`: of the list of instruments."""

    endpoints: Endpoints
    instruments: Instruments
    source: Fetched
    calendar: Calendar
    clock: Clock


class AngelOne:
    """Implements RealBroker. `symbols` are what the account's bots trade or watch; `live`: its orders go there."""

    name = ANGELONE

    def __init__(self, place: Place, symbols: Sequence[str], product: Product, *, live: bool) -> None:
        self.place, self.symbols, self.product, self.live = place, tuple(symbols), product, live
        self.access: Access | None = None
        self.made_feed: AngelOneFeed | None = None
        self.made_broker: AngelOneBroker | None = None
        self.hours = session_hours(place.calendar)
        self._credentials: AngelOneCredentials | None = None
        self.anew = threading.Event()
        self.check_due = Mornings(ANGELONE, place.calendar, place.clock)

    @property
    def clock(self) -> Clock:
        """The market's: the machine's, or that of the broker a day is rehearsed at."""
        return self.place.clock

    @property
    def edge(self) -> Edge | None:
        """How orders leave; None where the venue is simulated. An entry waits until its intent is in the store."""
        if not self.live:
            return None
        return Edge(self._broker, lambda outbox, relay: in_the_store(relay.waiters), closed=self.closed)

    @property
    def on_air(self) -> bool:
        """Whether prices are to be expected now: from a little before the session to a little after it."""
        return self.made_feed is not None and self.made_feed.view().on_air

    def closed(self) -> str | None:
        """Why nothing can be asked there now, in words; None in the hours of a session."""
        now = instant_of(self.clock.now())
        if self.hours.allow(now):
            return None
        begins = self.hours.next_begin(now)
        if begins == NEVER:
            return "Angel One is closed to us, and no calendar here says until when"
        return f"Angel One is closed to us until {moment_of(begins).astimezone(IST):%Y-%m-%d %H:%M} in India"

    def take_up(self, keys: BrokerKeys) -> None:
        """The account is ours: from now on there may be a login. Nobody is called yet.

        Raises CannotStart where the broker's own program can't be loaded, or a certificate not be read.
        """
        credentials = _angelones(keys)
        try:
            self.access = open_access(
                credentials,
                self.place.endpoints,
                self.clock,
                random.Random(),  # noqa: S311 - it spreads waits
                hours=self.hours,
            )
        except (OperatingError, ValueError) as error:
            raise CannotStart(f"Angel One can't be reached from here: {error}") from error
        self._credentials = credentials

    def client(self, keys: BrokerKeys, user_id: str) -> AccountSpec:
        """See RealBroker: it knows one session a client."""
        return client_of(_angelones(keys), user_id)

    def change(self, keys: BrokerKeys) -> bool:
        """The same client and app, with another PIN, TOTP secret or address: the next login may be tried at once.
        Sockets are opened as one client of one app: False for another of either.
        """
        credentials, (access, before) = _angelones(keys), self.taken()
        if (credentials.client_code, credentials.api_key) != (before.client_code, before.api_key):
            return False
        access.change(credentials)
        self._credentials = credentials
        return True

    def examine(self, charge_schedule: str) -> Iterator[Finding]:
        """See RealBroker."""
        from engine.bootstrap.examining import with_the_engines  # what only a check needs

        return with_the_engines(self, charge_schedule)

    def open_feed(self) -> AngelOneFeed:
        """The prices. Raises InvariantBroken before it was taken up."""
        access, credentials = self.taken()
        endpoints = access.endpoints

        def open_wire(headers: Mapping[str, str]) -> SocketLine:
            return open_line(endpoints.market_socket, headers, self.clock, ca_file=endpoints.ca_file)

        self.made_feed = AngelOneFeed(
            self.symbols,
            self.place.instruments,
            AngelOneCandles(access.calls, self.place.instruments),
            Door(access.session, open_wire, credentials.client_code, credentials.api_key),
            self.place.calendar,
            self.clock,
            Backoff(random.random).rest_s,
            refresh=lambda: self.place.instruments.up_to_date(self.place.source, self.clock),
            barred=self.barred,
        )
        return self.made_feed

    def barred(self, listed: Listed) -> str | None:
        """Why a share is not traded with the account's product, in words; None where it is."""
        if self.product is Product.INTRADAY and listed.tradable and not listed.intraday_allowed:
            return "it is settled trade by trade and can't be bought and sold within a day"
        return None

    def tend(self, seen: BrokerSeen, stop: threading.Event) -> None:
        """See to session and registered address ahead of time, until stopped. `seen` learns how the session stands."""
        told = ""
        while not stop.is_set():
            access, _ = self.taken()
            why = ""
            try:
                access.tend()
            except OperatingError as error:
                why = str(error)
            if why and why != told:
                _log.warning("the session at Angel One rests", why=why)
            told = why
            view = access.session.view()
            seen.session = view.state
            seen.until = self._ends_at() if view.until is None else instant_of(view.until)
            stop.wait(TEND_S)

    def _ends_at(self) -> Instant | None:
        """When the session that is had now is logged out; None out of its hours."""
        today = self.clock.now().astimezone(IST).date()
        return instant_of(self.hours.end_of(today)) if self.closed() is None else None

    def close(self) -> None:
        """Log out and close what is open. Harmless where nothing was taken up, and twice."""
        access, self.access = self.access, None
        if access is not None:
            access.close()

    def _broker(self, market: MarketView) -> Broker:
        access, credentials = self.taken()
        lines = order_lines(access.endpoints, credentials, self.clock)
        reach = Reach(access.calls, access.session, lines, self.place.instruments, self.clock, self.place.calendar)
        self.made_broker = AngelOneBroker(
            reach, market.at, product=self.product, concerns=lambda symbol: symbol in self.symbols
        )
        return self.made_broker

    def taken(self) -> tuple[Access, AngelOneCredentials]:
        """The login and whose it is. Raises InvariantBroken before it was taken up."""
        if self.access is None or self._credentials is None:
            raise InvariantBroken("Angel One is asked before the account is ours")
        return self.access, self._credentials


def _angelones(keys: BrokerKeys) -> AngelOneCredentials:
    if not isinstance(keys, AngelOneCredentials):
        raise InvariantBroken("these are keys of another broker than Angel One")
    return keys


def session_hours(calendar: Calendar) -> SessionHours:
    """On every day that has a session, special ones too, and for as long as that takes."""

    def closes_on(day: date) -> Instant | None:
        session = calendar.session_on(day)
        return None if session is None else session.close_at

    return SessionHours(trades_on=lambda day: calendar.session_on(day) is not None, closes_on=closes_on)
