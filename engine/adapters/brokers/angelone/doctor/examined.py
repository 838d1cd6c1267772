"""What the check before the open looks at: one client's way to the broker, and what is expected of it. Put together by
`examined_with` from the account's own parts, or from ones that were opened for the check; used by doctor.py's checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.orders.order_stream import order_lines
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles
from engine.adapters.brokers.angelone.prices.instruments import Listed
from engine.adapters.brokers.connection.socket_line import SocketLine, open_line
from engine.adapters.brokers.connection.wire import Answer, Lost, NotSent, Request
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.broker import BrokerReport
from engine.domain.order import Side
from engine.market_data.calendar import Calendar
from engine.ports import Clock, HistoricalCandles

PROBE = "SBIN"  # where no bot names a symbol: a share that trades every minute


class Reads(Protocol):
    """Calls of calls.py."""

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any: ...

    def skew_s(self) -> float | None: ...


class HasSession(Protocol):
    """The session of session.py."""

    def tokens(self) -> Tokens: ...


class Lists(Protocol):
    """Instruments of instruments.py."""

    @property
    def made_at(self) -> Any: ...

    def find(self, symbol: str) -> Listed: ...


@dataclass(frozen=True, slots=True)
class Sockets:
    """How the two sockets are opened for a look, with the tokens of now. An engine's own are left alone: the broker
    allows three of each a client.
    """

    market: Callable[[Tokens], SocketLine]
    orders: Callable[[Tokens], SocketLine]


@dataclass(frozen=True, slots=True)
class Examined:
    """One account at the broker.

    knock           asks the broker's host for nothing in particular
    address         the address that orders leave from, as the web sees it; raises OperatingError
    report          what the broker has, compared book by book; raises OperatingError
    symbols         what the bots trade
    sends_orders    whether orders are to go there: without, a missing address is no trouble
    reckon          our charges on an order of a side filled for a value; None: they are not compared
    patience_s      how long an open socket is waited for to say something
    """

    reads: Reads
    session: HasSession
    credentials: AngelOneCredentials
    knock: Callable[[], Answer | NotSent | Lost]
    address: Callable[[], str]
    report: Callable[[], BrokerReport]
    candles: HistoricalCandles
    sockets: Sockets
    instruments: Lists
    calendar: Calendar
    clock: Clock
    symbols: tuple[str, ...] = (PROBE,)
    product: Product = Product.INTRADAY
    sends_orders: bool = True
    reckon: Callable[[Side, Decimal], Decimal] | None = None
    patience_s: float = 6.0


def examined_with(
    access: Access,
    credentials: AngelOneCredentials,
    instruments: Any,
    calendar: Calendar,
    report: Callable[[], BrokerReport],
    **expected: Any,
) -> Examined:
    """By an access that is open. `expected` are fields of Examined that say what the account is to do."""
    endpoints, clock = access.endpoints, access.clock
    return Examined(
        reads=access.calls,
        session=access.session,
        credentials=credentials,
        knock=lambda: access.wire.carry(Request("GET", f"{endpoints.rest}/", headers={"Accept": "*/*"})),
        address=access.egress.ask,
        report=report,
        candles=AngelOneCandles(access.calls, instruments),
        sockets=Sockets(
            lambda tokens: open_line(
                endpoints.market_socket,
                {
                    "Authorization": tokens.authorization,
                    "x-api-key": credentials.api_key,
                    "x-client-code": credentials.client_code,
                    "x-feed-token": tokens.feed,
                },
                clock,
                ca_file=endpoints.ca_file,
            ),
            _orders(access, credentials),
        ),
        instruments=instruments,
        calendar=calendar,
        clock=clock,
        **expected,
    )


def _orders(access: Access, credentials: AngelOneCredentials) -> Callable[[Tokens], SocketLine]:
    opened: Any = order_lines(access.endpoints, credentials, access.clock)
    found: Callable[[Tokens], SocketLine] = opened
    return found
