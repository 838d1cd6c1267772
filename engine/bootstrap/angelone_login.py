"""Who may log in at Angel One: the one engine that holds the client of the account's credentials. Used by engine.py
once the account is ours.

The broker knows one session a client: a second login ends the first. So a lease of the client stands behind that of the
account, and two accounts of one client (on paper and live, say) take turns instead of logging each other out.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import sha256

import structlog

from engine.angelone_settings import ANGELONE
from engine.bootstrap.outside import Outside
from engine.domain.account import AccountSpec
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.broker_keys import TITLES
from engine.domain.errors import Fenced, LeaseHeld, OperatingError
from engine.ports import Grant, Lease
from engine.runtime.ownership import LIVE_RENEW_AGAIN_S, Ownership
from engine.runtime.patience import Patient

_log = structlog.get_logger()


def client_of(credentials: AngelOneCredentials, user_id: str) -> AccountSpec:
    """What the lease of a client is taken for. The code itself is shown nowhere."""
    named = f"client-{ANGELONE}-{sha256(credentials.client_code.encode()).hexdigest()[:12]}"
    return AccountSpec(named, user_id, name="Angel One client", market=ANGELONE)


@dataclass(frozen=True, slots=True)
class ClientHeld:
    """The client is ours to log in as."""

    lease: Lease
    grant: Grant

    def run(self, stop: threading.Event) -> None:
        """Renew the lease until stopped. Raises Fenced where another engine has the client."""
        lost: list[bool] = []
        Ownership(self.lease, self.grant, lambda: lost.append(True), LIVE_RENEW_AGAIN_S).run(stop)
        if lost:
            raise Fenced(f"{self.grant.account_id}: another engine logs in as this client")

    def release(self) -> None:
        """Let go; a store that does not answer lets the lease run out by itself."""
        try:
            self.lease.release(self.grant)
        except OperatingError as error:
            _log.warning("lease not released", lease=self.grant.account_id, error=str(error))


def hold_client(out: Outside, client: AccountSpec, patient: Patient) -> ClientHeld:
    """Take a client's lease, waiting for whoever has it."""
    what = f"the login of this client at {TITLES[client.market]}"

    def acquire() -> Grant:
        try:
            return out.lease.acquire(client, out.instance, out.journal.name, old_holder_dead=True)
        except LeaseHeld as held:
            raise LeaseHeld(str(held), held.holder, held.until, what) from held

    return ClientHeld(out.lease, patient(acquire))
