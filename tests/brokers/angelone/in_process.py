"""A loopback Angel One in the test's own process, on a clock that both sides share and only the test moves. Fed by
tests.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from engine.adapters.brokers.angelone.access.access import Access, open_access
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.domain.angelone_credentials import AngelOneCredentials
from tests.brokers.angelone.broker import MARKET_PATH, ORDER_PATH, Broker, Setup
from tests.brokers.angelone.control import control
from tests.brokers.angelone.limits import Limits
from tests.brokers.angelone.sessions import Client
from tests.brokers.loopback.in_process import InProcess, in_this_process

OPEN_DAY = datetime.fromisoformat("2026-11-23T10:00:05+05:30")  # a Monday, the exchange open
ADDRESS = "203.0.113.7"  # RFC 5737: nobody's


class InProcessAngelOne(InProcess[Broker]):
    """With the adapter's way to it."""

    @property
    def endpoints(self) -> Endpoints:
        """Its addresses."""
        return Endpoints(
            rest=self.root,
            market_socket=self.socket(MARKET_PATH),
            order_socket=self.socket(ORDER_PATH),
            instruments=f"{self.root}/OpenAPI_File/files/OpenAPIScripMaster.json",
            whatismyip=f"{self.root}/address",
            ca_file=self.authority,
        )

    def credentials(self, **changes: str) -> AngelOneCredentials:
        """What its client logs in with."""
        client = self.broker.setup.client
        known = {
            "client_code": client.code,
            "pin": client.pin,
            "totp_secret": client.totp_secret,
            "api_key": client.api_key,
            "registered_ip": self.broker.terms.seen_ip,
        }
        return AngelOneCredentials(**{**known, **changes})

    def access(self, *, hours: SessionHours | None = None, **changes: str) -> Access:
        """The adapter's way to it, by this clock."""
        return open_access(self.credentials(**changes), self.endpoints, self.clock, random.Random(1), hours=hours)


@contextmanager
def in_process_angel_one(
    *, tls: bool = False, at: datetime = OPEN_DAY, invented: int = 0, client: Client | None = None
) -> Iterator[InProcessAngelOne]:
    """One that ends with the block."""
    setup = Setup(at=at, speed=0, invented=invented, client=client or Client())
    with in_this_process(lambda: Broker(setup), control, tls=tls) as (server, certificates):
        yield InProcessAngelOne(server, certificates, at, Limits)
