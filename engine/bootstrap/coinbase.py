"""Coinbase behind a live account: its owner's key, the orders there, the check of it. Made by coinbase_market without
calling anybody; taken up by engine.py once the account is ours; its loops are the supervisor's.

Prices are public and have no need of it. They, the products and the orders share one access, so that all calls draw on
one budget; the key comes to it with the account.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from engine.adapters.brokers.coinbase.access.access import Access
from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker, Reach
from engine.adapters.brokers.coinbase.orders.order_stream import user_lines
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.brokers.practice import MarketView
from engine.bootstrap.mornings import Daily
from engine.bootstrap.venue import Edge
from engine.coinbase_settings import COINBASE
from engine.domain.broker_keys import BrokerKeys
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.errors import CannotStart, InvalidValue, InvariantBroken
from engine.domain.findings import Finding
from engine.ports import Broker, Clock
from engine.runtime.health import BrokerSeen
from engine.runtime.outgoing import in_the_store


class Coinbase:
    """Implements RealBroker. `symbols` are what the account's bots trade."""

    name = COINBASE

    def __init__(self, access: Access, products: Products, symbols: Sequence[str], clock: Clock) -> None:
        self.access, self.products, self.symbols, self.clock = access, products, tuple(symbols), clock
        self.anew = threading.Event()
        self.check_due = Daily(COINBASE, clock)
        self.made_broker: CoinbaseBroker | None = None
        self._credentials: CoinbaseCredentials | None = None

    @property
    def edge(self) -> Edge:
        """How orders leave; an entry waits until its intent is in the store. It is never closed."""
        return Edge(self._broker, lambda outbox, relay: in_the_store(relay.waiters))

    @property
    def on_air(self) -> bool:
        """Prices are to be expected at any hour."""
        return True

    def take_up(self, keys: BrokerKeys) -> None:
        """The account is ours: from now on calls are signed. Raises CannotStart for a key that can't sign."""
        credentials = _coinbases(keys)
        try:
            self.access.change(credentials)
        except InvalidValue as error:
            raise CannotStart(f"the key of Coinbase is of no use: {error}") from error
        self._credentials = credentials

    def client(self, keys: BrokerKeys, user_id: str) -> None:
        """No lease but the account's: a key may be used in several places."""

    def change(self, keys: BrokerKeys) -> bool:
        """False for any other key: it may be of another portfolio, whose balances and orders are others."""
        return _coinbases(keys) == self._credentials

    def tend(self, seen: BrokerSeen, stop: threading.Event) -> None:
        """There is no session to see to: each call is let in by itself."""
        stop.wait()

    def examine(self, charge_schedule: str) -> Iterator[Finding]:
        """See RealBroker."""
        from engine.bootstrap.coinbase_examining import with_the_engines  # what only a check needs

        return with_the_engines(self, charge_schedule)

    def close(self) -> None:
        """Close connections. Harmless twice."""
        self.access.close()

    def taken(self) -> CoinbaseCredentials:
        """The key. Raises InvariantBroken before it was taken up."""
        if self._credentials is None:
            raise InvariantBroken("Coinbase is asked before the account is ours")
        return self._credentials

    def _broker(self, market: MarketView) -> Broker:
        self.taken()
        reach = Reach(self.access.calls, user_lines(self.access.endpoints, self.clock), self.products, self.clock)
        self.made_broker = CoinbaseBroker(reach, market.at, symbols=self._known)
        return self.made_broker

    def _known(self) -> Sequence[str]:
        """Those that are or were listed: of any other there is nothing."""
        return [symbol for symbol in self.symbols if self.products.known(symbol) is not None]


def _coinbases(keys: BrokerKeys) -> CoinbaseCredentials:
    if not isinstance(keys, CoinbaseCredentials):
        raise InvariantBroken("these are keys of another broker than Coinbase")
    return keys
