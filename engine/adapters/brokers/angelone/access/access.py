"""A client's way to Angel One, put together: session, budget, registered address, calls. Made by the composition root
for an account, by the doctor for a trial; feeds broker, feed and instruments.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.adapters.brokers.angelone.access.calls import Calls
from engine.adapters.brokers.angelone.access.carrier import Carrier
from engine.adapters.brokers.angelone.access.egress import Egress
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.routes import Route, bucket_of
from engine.adapters.brokers.angelone.access.session import Session
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.adapters.brokers.connection.rate_budget import RateBudget
from engine.adapters.brokers.connection.wire import Wire
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.ports import Clock


@dataclass(frozen=True, slots=True)
class Access:
    """What shares one login and one budget. `endpoints` are those that it was made for."""

    carrier: Carrier
    calls: Calls
    session: Session
    egress: Egress
    budget: RateBudget[Route]
    wire: Wire
    endpoints: Endpoints
    clock: Clock

    def tend(self) -> None:
        """To be called every few seconds while the account is held: session and address are seen to ahead of time.

        Raises BackPressure where the session rests, PermanentFailure where it needs a person.
        """
        self.egress.tend()
        self.session.tend()

    def change(self, credentials: AngelOneCredentials) -> None:
        """A person gave other credentials: they count from the next call on, and a login may be tried at once."""
        self.egress.change(credentials.registered_ip)
        self.carrier.change(credentials)
        self.session.change(credentials)

    def close(self) -> None:
        """Log out and close every connection."""
        self.session.close()
        self.wire.close()


def open_access(
    credentials: AngelOneCredentials,
    endpoints: Endpoints,
    clock: Clock,
    chance: random.Random,
    *,
    hours: SessionHours | None = None,
) -> Access:
    """Access for one client; nothing is called before somebody asks. `hours` None: a session at any time.

    Raises InvalidValue for a certificate file that can't be read, PermanentFailure where the SDK can't be loaded.
    """
    wire, budget = Wire(endpoints.ca_file, clock), RateBudget(clock, bucket_of)
    carrier = Carrier(credentials, endpoints, wire, budget, clock)
    session = Session(credentials, carrier, clock, hours=hours)
    egress = Egress(credentials.registered_ip, endpoints.whatismyip, wire, clock)
    calls = Calls(carrier, session, budget, egress, clock, chance.random)
    return Access(carrier, calls, session, egress, budget, wire, endpoints, clock)
