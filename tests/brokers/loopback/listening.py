"""A plain WebSocket client of a loopback broker, for tests of that broker. Fed by tests; feeds them what came.

TLS is verified against the broker's own authority, as an adapter has to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import websocket

WITHIN_S = 60.0
QUIET_S = 0.6


class Socket:
    """One connection; `text`, `binary` and `closing` wait for what they are named after."""

    def __init__(self, line: websocket.WebSocket) -> None:
        self.line = line

    def send(self, what: Any) -> None:
        """Text as it is, anything else as JSON."""
        self.line.send(what if isinstance(what, str) else json.dumps(what))

    def text(self) -> str:
        """The next text message, binary ones passed over."""
        return self._next(websocket.ABNF.OPCODE_TEXT).decode()

    def json(self) -> dict[str, Any]:
        """The next text message as values."""
        found: dict[str, Any] = json.loads(self.text())
        return found

    def binary(self) -> bytes:
        """The next binary message, text passed over."""
        return self._next(websocket.ABNF.OPCODE_BINARY)

    def closing(self) -> int | None:
        """The code of the close frame, None where the connection ended without one."""
        try:
            data = self._next(websocket.ABNF.OPCODE_CLOSE)
        except (websocket.WebSocketConnectionClosedException, OSError):
            return None
        return int.from_bytes(data[:2], "big")

    def is_quiet(self) -> bool:
        """Whether nothing at all comes for a while, the connection open."""
        self.line.settimeout(QUIET_S)
        try:
            self.line.recv_data(control_frame=True)
        except websocket.WebSocketTimeoutException:
            return True
        finally:
            self.line.settimeout(WITHIN_S)
        return False

    def _next(self, opcode: int) -> bytes:
        while True:
            got, data = self.line.recv_data(control_frame=True)
            if got == opcode:
                return bytes(data)


SocketT = TypeVar("SocketT", bound=Socket)


@contextmanager
def opened(
    address: str, kind: type[SocketT], authority: str = "", headers: Mapping[str, str] | None = None
) -> Iterator[SocketT]:
    """Raises websocket.WebSocketBadStatusException where it is refused."""
    options = {"ca_certs": authority} if authority else {}
    line = websocket.create_connection(address, timeout=WITHIN_S, header=dict(headers or {}), sslopt=options)
    try:
        yield kind(line)
    finally:
        line.shutdown()
