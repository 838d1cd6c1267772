"""The address that orders leave from, compared with the one that is registered at the broker. Asked by calls before an
entry, by the doctor, and once an hour by whoever tends the session.

India's rules tie order routes to a registered address (docs/BROKERS.md). What the broker answers to another is not
published, so no entry finds out: without a match it stays here. Exits leave all the same: the broker refuses them at
worst, which is no worse than not asking, and it may be the web service that is wrong.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import datetime
from ipaddress import AddressValueError, IPv4Address

from engine.adapters.brokers.connection.wire import Answer, Lost, NotSent, Request, Wire
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.ports import Clock

GOOD_FOR_S = 3_600.0  # by the rule: before the first order, then hourly
EARLY_S = 600.0  # whoever tends the session asks again so long before, and no entry has to wait for it
AGAIN_S = 60.0  # after an answer that did not settle it
EARLY_AGAIN_S = 10.0  # likewise
READ_S = 3.0  # for each service that is asked; an entry may be waiting
TEXT_MAX = 200


class AddressRefused(BackPressure):
    """An entry that stays here: orders would leave from another address than the registered one, or nobody knows."""


@dataclass(frozen=True, slots=True)
class EgressView:
    """What is known. `address`: as last seen, "" before. `asked_at`: wall time. `fine`: an entry may leave."""

    address: str
    registered: str
    asked_at: datetime | None
    fine: bool
    says: str


class Egress:
    """Nothing is asked when it is made. `urls`: the services to ask. Safe from several threads."""

    def __init__(self, registered: str, urls: str, wire: Wire, clock: Clock) -> None:
        self._registered, self._wire, self._clock = registered, wire, clock
        self._requests = [Request("GET", url, headers={"Accept": "text/plain"}) for url in urls.split()]
        self._asking = threading.Lock()  # held while a service is asked, which may take long
        self._lock = threading.Lock()  # of what is known; never while somebody is asked
        self._address, self._why = "", "nobody has looked yet"
        self._asked_at: datetime | None = None
        self._asked_s: float | None = None

    def change(self, registered: str) -> None:
        """Another address was registered."""
        with self._lock:
            self._registered = registered

    def ask(self) -> str:
        """The address now, as the web service sees us. Raises OutcomeUnknown where it does not say."""
        with self._asking:
            return self._ask()

    def check(self) -> None:
        """Whether an entry may leave, asking again where the last answer is too old. Raises AddressRefused if not.

        While somebody asks already, what is known decides: exits would wait behind an entry that waits.
        """
        if self._asking.acquire(blocking=False):
            try:
                self._renew(GOOD_FOR_S, AGAIN_S)
            finally:
                self._asking.release()
        view = self.verdict()
        if not view.fine:
            raise AddressRefused(view.says)

    def tend(self) -> None:
        """Ask again ahead of time. Raises nothing: what came of it is the next verdict."""
        with self._asking:
            self._renew(GOOD_FOR_S - EARLY_S, AGAIN_S - EARLY_AGAIN_S)

    def verdict(self) -> EgressView:
        """What is known, asking nobody and waiting for nobody who does."""
        with self._lock:
            return self._view()

    def _renew(self, older_s: float, again_s: float) -> None:
        """Ask, where the last answer is older, or did not settle it so long ago. Nobody where nothing is registered."""
        with self._lock:
            registered, address, asked_s = self._registered, self._address, self._asked_s
        if not registered:
            return
        if asked_s is not None and self._clock.monotonic() - asked_s < (older_s if address == registered else again_s):
            return
        try:
            self._ask()
        except OutcomeUnknown:
            pass  # the verdict says why

    def _ask(self) -> str:
        """Ask the services, one at a time; whoever calls this holds `_asking`."""
        address, why = "", ""
        for request in self._requests:
            answer = self._wire.carry(request, read_s=READ_S)
            address = _address_in(answer) or ""
            if address:
                break
            why = f"HTTP {answer.status}, and no IPv4 address in it" if isinstance(answer, Answer) else answer.why
        why = "" if address else f"no address service says which address orders leave from: {why}"
        with self._lock:
            self._address, self._why = address, why
            self._asked_at, self._asked_s = self._clock.now(), self._clock.monotonic()
        if not address:
            raise OutcomeUnknown(why)
        return address

    def _view(self) -> EgressView:
        fine, says = self._verdict()
        return EgressView(self._address, self._registered, self._asked_at, fine, says)

    def _verdict(self) -> tuple[bool, str]:
        if not self._registered:
            return False, "no registered address is given: the broker takes orders from a registered one only"
        if not self._address:
            return (
                False,
                f"which address orders leave from is not known ({self._why}); registered is {self._registered}",
            )
        if self._address != self._registered:
            said = f"orders would leave from {self._address}, registered at the broker is {self._registered}"
            return False, f"{said}: no entry leaves until they are the same"
        if self._asked_s is None or self._clock.monotonic() - self._asked_s >= GOOD_FOR_S:
            return False, "which address orders leave from was last looked at more than an hour ago"
        return True, f"orders leave from {self._address}, which is registered"


def _address_in(answer: Answer | NotSent | Lost) -> str | None:
    """The IPv4 address that an answer holds, as text alone or as `{"ip": ...}`."""
    if not isinstance(answer, Answer) or answer.status != 200 or len(answer.body) > TEXT_MAX:
        return None
    text = answer.body.decode("ascii", "replace").strip()
    if text.startswith("{"):
        try:
            text = str(json.loads(text).get("ip", ""))
        except ValueError:
            return None
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        return None
