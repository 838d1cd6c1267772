"""A loopback Angel One in the test's own process, on a clock that both sides share and only the test moves.

For tests of the adapter that are about time: rate limits, rests, the day's end. Waiting costs nothing, since whoever
waits moves the clock. Fed by tests; the broker behind it is the very one that runs as a process.
"""

from __future__ import annotations

import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.adapters.brokers.angelone.access.access import Access, open_access
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.domain.credentials import Credentials
from tests.brokers.angelone.broker import Broker, Setup
from tests.brokers.angelone.certificates import Certificates, make_certificates
from tests.brokers.angelone.faults import Fault
from tests.brokers.angelone.limits import Limits
from tests.brokers.angelone.scripted_clock import ScriptedClock
from tests.brokers.angelone.server import MARKET_PATH, ORDER_PATH, Server
from tests.brokers.angelone.sessions import Client

OPEN_DAY = datetime.fromisoformat("2026-11-23T10:00:05+05:30")  # a Monday, the exchange open
ADDRESS = "203.0.113.7"  # RFC 5737: nobody's


class SteeredClock:
    """Implements ports.Clock. `wait` moves it, `pass_s` and `jump` do so for a test; it never moves by itself.

    `on_wait` is called by whoever waits, before the time passes.
    """

    def __init__(self, at: datetime) -> None:
        self._at, self._elapsed_s = at.astimezone(UTC), 0.0
        self._lock = threading.Lock()
        self.waited_s = 0.0
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._elapsed_s

    def wait(self, seconds: float) -> None:
        self.on_wait()
        with self._lock:
            self.waited_s += seconds
        self.pass_s(seconds)

    def pass_s(self, seconds: float) -> None:
        """Let that many seconds pass."""
        with self._lock:
            self._at += timedelta(seconds=seconds)
            self._elapsed_s += seconds

    def jump(self, at: datetime) -> None:
        """Let time pass until then."""
        self.pass_s((at - self._at).total_seconds())


class InProcessAngelOne:
    """`clock` is the broker's and the adapter's. Its limits count this clock too, and are on."""

    def __init__(self, server: Server, certificates: Certificates | None, at: datetime) -> None:
        self._server, self._certificates, self._began = server, certificates, at
        self._port = server.server_address[1]
        self.reset()

    def reset(self) -> None:
        """A broker that nobody has called, at the beginning of its day."""
        self.clock = SteeredClock(self._began)
        self._server.reset({})
        self.broker.clock = ScriptedClock(self._began, real=self.clock.monotonic)
        self.limits(on=True)

    @property
    def broker(self) -> Broker:
        """The one of now."""
        return self._server.broker

    @property
    def endpoints(self) -> Endpoints:
        """Its addresses."""
        s = "" if self._certificates is None else "s"
        place = f"://127.0.0.1:{self._port}"
        return Endpoints(
            rest=f"http{s}{place}",
            market_socket=f"ws{s}{place}{MARKET_PATH}",
            order_socket=f"ws{s}{place}{ORDER_PATH}",
            instruments=f"http{s}{place}/OpenAPI_File/files/OpenAPIScripMaster.json",
            whatismyip=f"http{s}{place}/address",
            ca_file=None if self._certificates is None else self._certificates.authority,
        )

    def credentials(self, **changes: str) -> Credentials:
        """What its client logs in with."""
        client = self.broker.setup.client
        known = {
            "client_code": client.code,
            "pin": client.pin,
            "totp_secret": client.totp_secret,
            "api_key": client.api_key,
            "registered_ip": self.broker.terms.seen_ip,
        }
        return Credentials(**{**known, **changes})

    def access(self, *, hours: SessionHours | None = None, **changes: str) -> Access:
        """The adapter's way to it, by this clock."""
        return open_access(self.credentials(**changes), self.endpoints, self.clock, random.Random(1), hours=hours)

    def fault(self, route: str, kind: str, **more: object) -> None:
        """What the next call of a route meets."""
        self.broker.faults.add(Fault(route, kind, **more))  # type: ignore[arg-type]

    def limits(self, *, on: bool) -> None:
        """Whether it counts calls."""
        self.broker.limits = Limits(self.clock.monotonic) if on else None

    def calls(self, route: str) -> int:
        """How often a route was called."""
        return self.broker.counts[route]


@contextmanager
def in_process_angel_one(
    *, tls: bool = False, at: datetime = OPEN_DAY, invented: int = 0, client: Client | None = None
) -> Iterator[InProcessAngelOne]:
    """One that ends with the block; plain HTTP unless asked for TLS, since handshakes take most of a call's time."""
    with tempfile.TemporaryDirectory() as folder:
        certificates = make_certificates(Path(folder)) if tls else None
        server = Server(0, Setup(at=at, speed=0, invented=invented, client=client or Client()), certificates)
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        try:
            yield InProcessAngelOne(server, certificates, at)
        finally:
            server.shutdown()
            server.broker.cut_all()
            server.server_close()
            serving.join(10)
