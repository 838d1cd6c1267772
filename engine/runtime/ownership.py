"""Holds an account's lease while the session lives. Fed by the Lease port; tells the supervisor when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

import structlog

from engine.domain.errors import Fenced, OperatingError
from engine.ports import Grant, Lease

LIVE_RENEW_AGAIN_S = 0.5
RENEW_AGAIN_S = 3.0  # a paper lease is renewed 30 s before it runs out: with calls of 5 s each, three tries at least
_log = structlog.get_logger()


class Hold:
    """How surely an account is ours, for whoever sends for it. Any thread may ask."""

    def __init__(self, lease: Lease, grant: Grant) -> None:
        self._lease = lease
        self._grant = grant
        self.lost = False  # set once, where it is known that another has the account

    @property
    def waited_out(self) -> bool:
        """Whether one whose end nobody knows had the account before."""
        return self._grant.waited_out

    def left_s(self) -> float:
        """How long the account is ours beyond doubt; minus infinity where it is not at all."""
        return self._asked(self._lease.remaining_s, -inf)

    def look(self) -> None:
        """Ask the store whose the account is, where it says so within a second."""
        try:
            self._lease.look(self._grant)
        except Fenced:
            self.lost = True
        except OperatingError:
            pass  # it does not say: nobody is known to have taken it

    def renewal_late_s(self) -> float:
        """For how long the renewal has been due; below 0 while it is not."""
        return self._asked(self._lease.renewal_late_s, inf)

    def lapsed_s_ago(self) -> float:
        """How long ago the account was ours again after a time without a lease that held."""
        return self._asked(self._lease.lapsed_s_ago, 0.0)

    def _asked(self, ask: Callable[[Grant], float], otherwise: float) -> float:
        if self.lost:
            return otherwise
        try:
            return ask(self._grant)
        except Fenced:
            return otherwise


@contextmanager
def kept(lease: Lease, grant: Grant, again_s: float) -> Iterator[None]:
    """Renew a lease meanwhile. Losing it is not told: whoever asks for it afterwards is."""
    stop = threading.Event()
    owner = Ownership(lease, grant, lambda: None, again_s)
    thread = threading.Thread(target=owner.run, args=(stop,), name="lease-at-start", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


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
