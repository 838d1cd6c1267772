"""Holds an account's lease while the session lives. Fed by the Lease port; tells the supervisor when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.domain.errors import Fenced, OperatingError
from engine.ports import Grant, Lease

RENEW_AGAIN_S = 3.0  # a paper lease is renewed 30 s before it runs out: with calls of 5 s each, three tries at least
_log = structlog.get_logger()


class Ownership:
    """Renews until stopped; `on_lost` is called once when another instance owns the account.

    `again_s` is the rest after a renewal that failed: a shorter lease needs a shorter one.
    """

    def __init__(self, lease: Lease, grant: Grant, on_lost: Callable[[], None], again_s: float = RENEW_AGAIN_S) -> None:
        self._lease = lease
        self.grant = grant
        self._on_lost = on_lost
        self._again_s = again_s
        self._failing = False

    def run(self, stop: threading.Event) -> None:
        """Renew the lease whenever that is due, from now on: recovering may have taken long."""
        rest_s = 0.0
        while not stop.wait(rest_s):
            try:
                rest_s = self._lease.renew(self.grant)
            except Fenced as fenced:
                _log.error("lease lost", account=self.grant.account_id, epoch=self.grant.epoch, error=str(fenced))
                self._on_lost()
                return
            except OperatingError as error:
                rest_s = self._again_s
                self._tell(error)
            else:
                self._tell(None)

    def release(self) -> None:
        """Let go of the account; a store that does not answer lets the lease run out by itself."""
        try:
            self._lease.release(self.grant)
        except OperatingError as error:
            _log.warning("lease not released", account=self.grant.account_id, error=str(error))

    def _tell(self, error: OperatingError | None) -> None:
        """A line where the failing begins, and one where it ends: not one for each try."""
        if error is not None and not self._failing:
            _log.warning("lease not renewed", account=self.grant.account_id, error=str(error), again_s=self._again_s)
        if error is None and self._failing:
            _log.info("lease renewed", account=self.grant.account_id)
        self._failing = error is not None
