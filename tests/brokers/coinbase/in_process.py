"""A loopback Coinbase in the test's own process, on a clock that both share and only the test moves. Fed by tests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.adapters.brokers.coinbase.access.access import Access, open_access
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.domain.coinbase_credentials import CoinbaseCredentials
from tests.brokers.coinbase.broker import MARKET_PATH, USER_PATH, Broker, Setup
from tests.brokers.coinbase.control import control
from tests.brokers.coinbase.keys import ELLIPTIC, PlayKey
from tests.brokers.coinbase.limits import Limits
from tests.brokers.loopback.in_process import InProcess, in_this_process

SOME_DAY = datetime.fromisoformat("2026-11-23T10:00:05+00:00")


class InProcessCoinbase(InProcess[Broker]):
    """With the adapter's way to it."""

    @property
    def place(self) -> str:
        """Its address, as LOCKSTEP_COINBASE_AT has it."""
        return self.root

    @property
    def endpoints(self) -> Endpoints:
        """Its addresses."""
        return Endpoints(self.root, self.socket(MARKET_PATH), self.socket(USER_PATH), self.authority)

    def credentials(self, key: PlayKey = ELLIPTIC) -> CoinbaseCredentials:
        """One of the keys that it knows."""
        return CoinbaseCredentials(key.name, key.private_key)

    def access(self, *, key: PlayKey | None = ELLIPTIC) -> Access:
        """The adapter's way to it, by this clock; without a key it reads prices only."""
        credentials = None if key is None else self.credentials(key)
        return open_access(credentials, self.endpoints, self.clock, random.Random(1))

    def price(self, product_id: str, price: str, size: str = "0.01", **more: object) -> None:
        """Somebody trades there."""
        self.do("price", product=product_id, price=price, size=size, **more)

    def settle(self) -> None:
        """Orders take the step that they wait for."""
        self.clock.pass_s(self.broker.terms.step_s)
        self.broker.pulse()


@contextmanager
def in_process_coinbase(
    *, tls: bool = False, at: datetime = SOME_DAY, beat_s: float = 1.0, walk: int | None = None,
    cash: dict[str, Decimal] | None = None, keys: tuple[PlayKey, ...] | None = None,
) -> Iterator[InProcessCoinbase]:  # fmt: skip
    """One that ends with the block."""
    chosen: dict[str, Any] = {name: value for name, value in (("cash", cash), ("keys", keys)) if value is not None}
    setup = Setup(at=at, speed=0, beat_s=beat_s, walk=walk, **chosen)
    with in_this_process(lambda: Broker(setup), control, tls=tls) as (server, certificates):
        yield InProcessCoinbase(server, certificates, at, Limits)
