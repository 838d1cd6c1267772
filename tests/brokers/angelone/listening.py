"""A plain WebSocket client of the loopback broker, for tests of that broker. Fed by tests; feeds them what came.

TLS is verified against the broker's own authority, as an adapter has to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import websocket

from tests.brokers.angelone.running import PlainClient, RunningAngelOne

WITHIN_S = 10.0
QUIET_S = 0.6


class Socket:
    """One connection; `text`, `binary` and `closing` wait for what they are named after."""

    def __init__(self, line: websocket.WebSocket) -> None:
        self.line = line

    def send(self, what: Any) -> None:
        """Text as it is, anything else as JSON."""
        self.line.send(what if isinstance(what, str) else json.dumps(what))

    def subscribe(self, mode: int, *tokens: str, action: int = 1) -> None:
        """NSE tokens in one mode."""
        params = {"mode": mode, "tokenList": [{"exchangeType": 1, "tokens": list(tokens)}]}
        self.send({"correlationID": "abcde12345", "action": action, "params": params})

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


def market_headers(broker: RunningAngelOne, client: PlainClient) -> dict[str, str]:
    """What the market socket asks for."""
    return {
        "Authorization": client.jwt,
        "x-api-key": broker.told["api_key"],
        "x-client-code": broker.told["client_code"],
        "x-feed-token": client.feed,
    }


@contextmanager
def market_socket(broker: RunningAngelOne, client: PlainClient, **changes: str) -> Iterator[Socket]:
    """Raises websocket.WebSocketBadStatusException where it is refused."""
    with _opened(broker, "market_socket", {**market_headers(broker, client), **changes}) as socket:
        yield socket


@contextmanager
def order_socket(broker: RunningAngelOne, client: PlainClient, token: str = "") -> Iterator[Socket]:
    """The greeting is the first thing it says."""
    with _opened(broker, "order_socket", {"Authorization": f"Bearer {token or client.jwt}"}) as socket:
        yield socket


@contextmanager
def _opened(broker: RunningAngelOne, which: str, headers: dict[str, str]) -> Iterator[Socket]:
    line = websocket.create_connection(
        broker.told[which], timeout=WITHIN_S, header=headers, sslopt={"ca_certs": broker.told["authority"]}
    )
    try:
        yield Socket(line)
    finally:
        line.shutdown()
