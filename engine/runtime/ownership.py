"""Holds an account's lease while the session lives. Fed by the Lease port; tells the supervisor when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.domain.errors import Fenced, OperatingError
from engine.ports import Grant, Lease

RENEW_S = 60.0  # of a paper lease; every fenced commit proves it as well
_log = structlog.get_logger()


class Ownership:
    """Renews until stopped; `on_lost` is called once when another instance owns the account."""

    def __init__(self, lease: Lease, grant: Grant, on_lost: Callable[[], None]) -> None:
        self._lease = lease
        self.grant = grant
        self._on_lost = on_lost

    def run(self, stop: threading.Event) -> None:
        """Renew the lease each minute."""
        while not stop.wait(RENEW_S):
            try:
                self._lease.renew(self.grant)
            except Fenced as fenced:
                _log.error("lease lost", account=self.grant.account_id, epoch=self.grant.epoch, error=str(fenced))
                self._on_lost()
                return
            except OperatingError as error:
                _log.warning("lease not renewed", account=self.grant.account_id, error=str(error))

    def release(self) -> None:
        """Let go of the account; a store that does not answer lets the lease run out by itself."""
        try:
            self._lease.release(self.grant)
        except OperatingError as error:
            _log.warning("lease not released", account=self.grant.account_id, error=str(error))
