"""What the check of Coinbase looks at. Made from an open access; read by each line's check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from engine.adapters.brokers.bookkeeping.looking_stream import Line
from engine.adapters.brokers.coinbase.access.access import Access
from engine.adapters.brokers.coinbase.access.calls import Query
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.orders.order_stream import user_lines
from engine.adapters.brokers.coinbase.prices.candles import CoinbaseCandles
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.adapters.brokers.connection.socket_line import open_line
from engine.adapters.brokers.connection.wire import Answer, Lost, NotSent, Request
from engine.domain.broker import BrokerReport
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.ports import Clock, HistoricalCandles

PROBE = "BTC-USD"  # where no bot names a product: one that trades every second


class Reads(Protocol):
    """Calls of calls.py."""

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> Any: ...

    def read_all(self, route: Route, rows: str, query: Query | None = None) -> list[Any]: ...

    def skew_s(self) -> float | None: ...


class Lists(Protocol):
    """Products of products.py."""

    def find(self, symbol: str) -> Listed: ...


@dataclass(frozen=True, slots=True)
class Examined:
    """One account at the broker.

    knock           asks the broker's host for nothing in particular
    report          what the broker has, put together; raises OperatingError
    market, user    open one of the two sockets for a look; an engine's own are left alone
    socket_token    signs a message of the user socket
    symbols         what the bots trade
    sends_orders    whether orders are to go there: without, a key that may not trade is no trouble
    taker_rate      what our charge schedule takes of an order's value; None: it is not compared
    known_rates     what other schedules take, by their names
    patience_s      how long an open socket is waited for to say something
    """

    reads: Reads
    credentials: CoinbaseCredentials
    knock: Callable[[], Answer | NotSent | Lost]
    report: Callable[[], BrokerReport]
    candles: HistoricalCandles
    market: Callable[[], Line]
    user: Callable[[], Line]
    socket_token: Callable[[], str]
    products: Lists
    clock: Clock
    symbols: tuple[str, ...] = (PROBE,)
    sends_orders: bool = True
    taker_rate: Decimal | None = None
    known_rates: Mapping[str, Decimal] = field(default_factory=dict)
    patience_s: float = 6.0


def examined_with(
    access: Access,
    credentials: CoinbaseCredentials,
    products: Lists,
    report: Callable[[], BrokerReport],
    **expected: Any,
) -> Examined:
    """By an access that is open. `expected` are fields of Examined that say what the account is to do."""
    endpoints, clock = access.endpoints, access.clock
    return Examined(
        reads=access.calls,
        credentials=credentials,
        knock=lambda: access.wire.carry(Request("GET", f"{endpoints.rest}{Route.TIME}", headers={"Accept": "*/*"})),
        report=report,
        candles=CoinbaseCandles(access.calls, lambda symbol: products.find(symbol).instrument),
        market=lambda: open_line(endpoints.market_socket, {}, clock, broker="Coinbase", ca_file=endpoints.ca_file),
        user=user_lines(endpoints, clock),
        socket_token=access.calls.socket_token,
        products=products,
        clock=clock,
        **expected,
    )
