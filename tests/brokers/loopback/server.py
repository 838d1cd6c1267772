"""HTTP, TLS and WebSocket handshakes on one loopback port. Fed by clients and control; feeds the broker.

REST by its real paths, sockets at paths of the broker's choice, switches at /control.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from tests.brokers.loopback.answers import Answer, told
from tests.brokers.loopback.certificates import Certificates
from tests.brokers.loopback.clocks import ScriptedClock
from tests.brokers.loopback.faults import Fault, Faults
from tests.brokers.loopback.sliding_windows import SlidingWindows
from tests.brokers.loopback.wire import Hub, Wire

CONTROL_PATH = "/control"
HANDSHAKE_S = 10.0
PULSE_S = 0.01
ACCEPTED_BY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class Served(Protocol):
    """A whole broker in memory, as the server needs it. `sockets` are its hubs by their paths."""

    lock: threading.RLock
    clock: ScriptedClock
    faults: Faults
    limits: SlidingWindows | None
    counts: Counter[str]
    sockets: dict[str, Hub[Any]]

    def call(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        """The plain answer of a call, acted on, and what the fault script makes of it."""

    def report(self) -> dict[str, Any]:
        """Everything as it stands."""

    def pulse(self) -> None:
        """Time passed."""

    def cut_all(self) -> None:
        """Every socket ends, without a frame."""


ServedT = TypeVar("ServedT", bound=Served)
Control = Callable[[ServedT, Mapping[str, Any]], dict[str, Any]]  # a switch turned, and the report


class Handler(BaseHTTPRequestHandler):
    """Calls of one connection, one after the other; or a WebSocket for its life."""

    server: Server[Any]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; the second would wait 40 ms for a receipt

    def setup(self) -> None:
        """TLS first, in this connection's own thread."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(HANDSHAKE_S)
            self.request.do_handshake()
            self.request.settimeout(None)
        super().setup()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in self.server.broker.sockets and self.headers.get("Upgrade"):
            self._socket(self.server.broker.sockets[path])
        elif path == CONTROL_PATH:
            self._send(told(self.server.broker.report()))
        else:
            self._call("GET", self._body())

    def do_POST(self) -> None:
        body = self._body()
        if urlsplit(self.path).path != CONTROL_PATH:
            self._call("POST", body)
            return
        try:
            asked = json.loads(body)
            reset = isinstance(asked, dict) and asked.get("do") == "reset"
            self._send(told(self.server.reset().report() if reset else self.server.control(asked)))
        except (KeyError, TypeError, ValueError) as error:
            self._send(Answer(400, json.dumps({"wrong": f"{type(error).__name__}: {error}"}).encode()))

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _call(self, method: str, body: bytes) -> None:
        broker = self.server.broker
        answer, fault = broker.call(method, self.path, self.headers, body)
        if fault is None:
            self._send(answer)
            return
        broker.faults.hurry.wait(fault.seconds if fault.kind != "hidden" else 0)
        reply = broker.faults.shaped(fault, answer)
        if reply is None:
            self._cut()
        else:
            self._send(reply)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        if "Content-Length" in answer.headers:
            self._cut()  # less than was promised

    def _cut(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        with contextlib.suppress(OSError):
            self.connection.shutdown(2)

    def _socket(self, here: Hub[Any]) -> None:
        """A handshake, and if it is not refused the WebSocket until it ends."""
        broker, self.close_connection = self.server.broker, True
        with broker.lock:
            refusal = here.refusal(self.headers, broker.clock.now())  # type: ignore[arg-type]
            if refusal is not None:
                self._send(Answer(refusal[0], b"", "text/plain", refusal[1]))
                return
            self._accept()
            wire = Wire(self.connection, here.pong)
            opened = here.open(wire, self.headers)  # type: ignore[arg-type]

        def hear(text: str) -> None:
            with broker.lock:
                here.hear(opened, text, broker.clock.now())

        try:
            wire.serve(hear)
        finally:
            with broker.lock:
                here.leave(opened)

    def _accept(self) -> None:
        key = self.headers.get("Sec-WebSocket-Key", "").encode()
        word = base64.b64encode(hashlib.sha1(key + ACCEPTED_BY).digest()).decode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", word)
        self.end_headers()
        self.wfile.flush()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header is the broker's own clock, which may be wrong on purpose."""
        return super().date_time_string(int(self.server.broker.clock.now().timestamp()))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


class Server(ThreadingHTTPServer, Generic[ServedT]):
    """`broker` is the one of now: a reset makes a new one."""

    daemon_threads = True

    def __init__(
        self,
        port: int,
        made: Callable[[], ServedT],
        control: Control[ServedT],
        certificates: Certificates | None,
        pulse_s: float = PULSE_S,
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self._made, self._control, self._pulse_s, self.broker = made, control, pulse_s, made()
        self._closed = threading.Event()
        self._tls: ssl.SSLContext | None = None
        if certificates is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificates.chain, certificates.key)
        threading.Thread(target=self._pulse_for_ever, daemon=True).start()

    @property
    def place(self) -> str:
        """Address and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        """The next connection; its handshake is its own thread's."""
        sock, address = super().get_request()
        if self._tls is not None:
            sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def control(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A switch turned. Raises KeyError, TypeError or ValueError where the words are wrong."""
        return self._control(self.broker, asked)

    def reset(self) -> ServedT:
        """A new broker as the first one was; every socket of the old one is cut."""
        old, self.broker = self.broker, self._made()
        old.cut_all()
        return self.broker

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that somebody cut is what this is for; anything else is a fault of the broker's own."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def _pulse_for_ever(self) -> None:
        while not self._closed.wait(self._pulse_s):
            self.broker.pulse()

    def server_close(self) -> None:
        """Stop listening; time stands still from now on."""
        self._closed.set()
        super().server_close()


@contextlib.contextmanager
def served(server: Server[ServedT]) -> Iterator[Server[ServedT]]:
    """In a thread of this process until the block ends."""
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.broker.cut_all()
        server.server_close()
        serving.join(60)
