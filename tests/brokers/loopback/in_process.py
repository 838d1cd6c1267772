"""A loopback broker in the test's own process, on a clock that both sides share and only the test moves.

For tests of an adapter that are about time: rate limits, rests, order. Waiting costs nothing, since whoever waits moves
the clock. Fed by tests; the broker behind it is the very one that runs as a process. Each broker adds its own way in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Generic

from tests.brokers.loopback.certificates import Certificates, make_certificates
from tests.brokers.loopback.clocks import ScriptedClock, SteeredClock
from tests.brokers.loopback.faults import Fault
from tests.brokers.loopback.server import Control, ServedT, Server, served
from tests.brokers.loopback.sliding_windows import SlidingWindows


class InProcess(Generic[ServedT]):
    """`clock` is the broker's and the adapter's. Its limits count this clock too, and are on.

    What comes with the broker's beat comes with real seconds, whatever that clock does. `counted` makes its limits.
    """

    def __init__(
        self,
        server: Server[ServedT],
        certificates: Certificates | None,
        began_at: datetime,
        counted: Callable[[Callable[[], float]], SlidingWindows],
    ) -> None:
        self._server, self._certificates, self._began_at, self._counted = server, certificates, began_at, counted
        self.reset()

    def reset(self) -> None:
        """A broker that nobody has called, at the moment it begins with."""
        self.clock = SteeredClock(self._began_at)
        self._server.reset()
        self.broker.clock = ScriptedClock(self._began_at, real=self.clock.monotonic)
        self.limits(on=True)

    @property
    def broker(self) -> ServedT:
        """The one of now."""
        return self._server.broker

    @property
    def root(self) -> str:
        """Where its HTTP routes are."""
        return f"http{self._s}://{self._server.place}"

    def socket(self, path: str) -> str:
        """Where a socket of it is."""
        return f"ws{self._s}://{self._server.place}{path}"

    @property
    def authority(self) -> Path | None:
        """Whom to trust for it; None where it speaks in clear text."""
        return None if self._certificates is None else self._certificates.authority

    def do(self, what: str, /, **more: object) -> dict[str, Any]:
        """Turn a switch; the whole report."""
        return self._server.control({"do": what, **more})

    def fault(self, route: str, kind: str, **more: object) -> None:
        """What the next call of a route meets."""
        self.broker.faults.add(Fault(route, kind, **more))  # type: ignore[arg-type]

    def limits(self, *, on: bool) -> None:
        """Whether it counts calls."""
        self.broker.limits = self._counted(self.clock.monotonic) if on else None

    def calls(self, route: str) -> int:
        """How often a route was called."""
        return self.broker.counts[route]

    @property
    def _s(self) -> str:
        return "" if self._certificates is None else "s"


@contextmanager
def in_this_process(
    made: Callable[[], ServedT], control: Control[ServedT], *, tls: bool
) -> Iterator[tuple[Server[ServedT], Certificates | None]]:
    """One that ends with the block; plain HTTP unless asked for TLS, since handshakes take most of a call's time."""
    with tempfile.TemporaryDirectory() as folder:
        certificates = make_certificates(Path(folder)) if tls else None
        with served(Server(0, made, control, certificates)) as server:
            yield server, certificates
