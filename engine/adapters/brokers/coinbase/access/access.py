"""A person's way to Coinbase, put together: wire, limits, calls. Made by the composition root for an account, by the
doctor for a trial; feeds broker, feed and products.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.adapters.brokers.coinbase.access.calls import Calls
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.access.routes import Route, bucket_of
from engine.adapters.brokers.connection.rate_budget import RateBudget
from engine.adapters.brokers.connection.wire import Wire
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.ports import Clock


@dataclass(frozen=True, slots=True)
class Access:
    """What shares one key and one budget. `endpoints` are those that it was made for."""

    calls: Calls
    budget: RateBudget[Route]
    wire: Wire
    endpoints: Endpoints
    clock: Clock

    def change(self, credentials: CoinbaseCredentials) -> None:
        """A person gave another key: it counts from the next call on."""
        self.calls.change(credentials)

    def close(self) -> None:
        """Close every connection."""
        self.wire.close()


def open_access(
    credentials: CoinbaseCredentials | None, endpoints: Endpoints, clock: Clock, chance: random.Random
) -> Access:
    """Access with one key, or with none to what is public; nothing is called before somebody asks. `chance` makes the
    nonces of tokens: give it the system's.

    Raises InvalidValue for a certificate file that can't be read, and for a key that can't sign.
    """
    wire, budget = Wire(endpoints.ca_file, clock), RateBudget(clock, bucket_of)
    calls = Calls(endpoints, credentials, wire, budget, clock, chance)
    return Access(calls, budget, wire, endpoints, clock)
