"""One WebSocket to a broker: TLS checked, every wait bounded, its end told as what it is. Opened by market sockets and
order sockets, each on a thread of its own; feeds them messages.

The library is websocket-client. The sockets of the brokers' own SDKs are not used: they switch the check of
certificates off, reconnect inside their error callbacks or not at all, give up after a few drops, and end the feed for
an error in a handler. Reconnecting is the caller's, with a new line each time.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import websocket

from engine.adapters.brokers.connection.trust import trusting
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.ports import Clock

ANGEL_ONE = "Angel One"
OPEN_S = 5.0  # for each step of connecting: TCP, TLS, handshake
SEND_S = 5.0
SHORTEST_S = 0.001  # a time-out of nothing would make the socket another kind
READ_BYTES = 65_536
PING = "ping"  # as text: Angel One's market socket answers it with the text `pong`
REASON_HEADER = "x-error-message"
ABNORMAL = 1006  # RFC 6455's number for an end without a close frame
_TEXT, _BINARY, _CLOSE = 0x1, 0x2, 0x8  # RFC 6455, 5.2; pings are answered by the library


class SocketRefused(BackPressure):
    """The handshake was answered with something else: nothing is open. `reason` is the broker's own words."""

    def __init__(self, status: int, reason: str, broker: str = ANGEL_ONE) -> None:
        super().__init__(f"{broker} refused a socket with HTTP {status}" + (f" ({reason})" if reason else ""))
        self.status, self.reason = status, reason

    @property
    def tokens_dead(self) -> bool:
        """Whether it says that the tokens are: 401 for invalid, 403 for expired."""
        return self.status in (401, 403)


class SocketEnded(OutcomeUnknown):
    """An open line is over; what was told since the last message may be missed. `code` as in the close frame."""

    def __init__(self, code: int, reason: str, broker: str = ANGEL_ONE) -> None:
        super().__init__(f"{broker}'s socket ended with {code}" + (f" ({reason})" if reason else ""))
        self.code, self.reason = code, reason


class Buffered(websocket.WebSocket):
    """Takes what the system has in one call, and frames from that: the library makes two or three calls a frame."""

    _held, _at = b"", 0

    def _recv(self, bufsize: int) -> bytes:
        if self._at >= len(self._held):
            self._held, self._at = super()._recv(READ_BYTES), 0  # type: ignore[no-untyped-call]
        part = self._held[self._at : self._at + bufsize]
        self._at += len(part)
        return part


class SocketLine:
    """An open one, for one thread. `last_heard` is monotonic: the last frame of any kind, pongs too."""

    def __init__(self, opened: Any, clock: Clock, broker: str = ANGEL_ONE) -> None:
        self._socket, self._clock, self._broker = opened, clock, broker
        self._waits_s = -1.0  # not known
        self._ended: SocketEnded | None = None
        self.last_heard = clock.monotonic()

    def receive(self, timeout_s: float) -> str | bytes | None:
        """The next message; None where none came within `timeout_s` seconds. Raises SocketEnded."""
        until, waits_s = self._clock.monotonic() + timeout_s, timeout_s
        ended: SocketEnded | None = None
        try:
            while ended is None:
                self._wait_at_most(waits_s)
                kind, frame = self._socket.recv_data_frame(control_frame=True)
                self.last_heard = self._clock.monotonic()
                if kind == _BINARY:
                    return bytes(frame.data)
                if kind == _TEXT:
                    return str(frame.data, "utf-8", "replace")
                if kind == _CLOSE:
                    ended = self._as_closed(frame.data)
                waits_s = max(until - self.last_heard, SHORTEST_S)
        except websocket.WebSocketTimeoutException:
            return None
        except (websocket.WebSocketException, OSError, ValueError) as error:
            ended = SocketEnded(ABNORMAL, type(error).__name__, self._broker)
        self.close()
        raise ended

    def arrived(self) -> list[str | bytes]:
        """Every message that is there by now; waits for nothing. Raises SocketEnded, after what came before the end."""
        messages: list[str | bytes] = []
        ended = self._ended
        try:
            while ended is None:
                self._wait_at_most(0.0)
                kind, frame = self._socket.recv_data_frame(control_frame=True)
                self.last_heard = self._clock.monotonic()
                if kind == _BINARY:
                    messages.append(bytes(frame.data))
                elif kind == _TEXT:
                    messages.append(str(frame.data, "utf-8", "replace"))
                elif kind == _CLOSE:
                    ended = self._as_closed(frame.data)
        except (BlockingIOError, ssl.SSLWantReadError):
            return messages
        except (websocket.WebSocketException, OSError, ValueError) as error:
            ended = SocketEnded(ABNORMAL, type(error).__name__, self._broker)
        self._ended = ended
        if messages:
            return messages
        self.close()
        raise ended

    def fileno(self) -> int:
        """For whoever waits for several at once; -1 when it is closed."""
        sock = self._socket.sock
        return -1 if sock is None else int(sock.fileno())

    def send(self, text: str) -> None:
        """A text message. Raises SocketEnded."""
        self._out(lambda: self._socket.send(text))

    def ping(self) -> None:
        """As text, which the market socket knows. Raises SocketEnded."""
        self.send(PING)

    def ping_frame(self) -> None:
        """As a WebSocket frame, which every server answers. Raises SocketEnded."""
        self._out(self._socket.ping)

    def close(self) -> None:
        """At once, with a close frame where one can still be sent. Harmless twice; raises nothing."""
        try:
            self._wait_at_most(SEND_S)
            if self._socket.connected:
                self._socket.send_close()
        except (websocket.WebSocketException, OSError, ValueError):
            pass  # it is over already
        finally:
            self._socket.shutdown()

    def _as_closed(self, data: bytes) -> SocketEnded:
        code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 1005  # RFC 6455: a close frame without a code
        return SocketEnded(code, data[2:202].decode("utf-8", "replace"), self._broker)

    def _wait_at_most(self, seconds: float) -> None:
        """Set where it changes: a thousand messages a second ask for the same."""
        if seconds != self._waits_s:
            self._socket.settimeout(seconds)
            self._waits_s = seconds

    def _out(self, send: Callable[[], object]) -> None:
        failed = ""
        try:
            self._wait_at_most(SEND_S)
            send()
        except (websocket.WebSocketException, OSError) as error:
            failed = type(error).__name__
        if failed:
            self.close()
            raise SocketEnded(ABNORMAL, failed, self._broker)


def open_line(
    url: str,
    headers: Mapping[str, str],
    clock: Clock,
    *,
    broker: str = ANGEL_ONE,
    ca_file: Path | None = None,
    within_s: float = OPEN_S,
) -> SocketLine:
    """Connect and shake hands. `broker` is its name in words, `ca_file` as in `trusting`. Proxies of the environment
    are not used, and redirections are not followed.

    Raises SocketRefused where the broker answers with anything but a WebSocket, BackPressure where there is no
    connection or its certificate is not one to trust. No error holds a header; callers pass `headers` without a name of
    their own for them, so that no frame of theirs does.
    """
    refused: BackPressure | None = None
    opened: Any = Buffered()
    opened.settimeout(within_s)
    try:
        wire = _connected(url, ca_file, within_s)
        opened.connect(url, header=dict(headers), socket=wire, suppress_origin=True, redirect_limit=0)
    except websocket.WebSocketBadStatusException as error:
        reason = str((error.resp_headers or {}).get(REASON_HEADER, ""))
        refused = SocketRefused(error.status_code, _without(reason, headers)[:200], broker)
    except (websocket.WebSocketException, OSError, ValueError) as error:
        refused = BackPressure(f"no socket to {broker} ({type(error).__name__})")
    del headers  # they hold the tokens, and an error's frames may be shown with their variables
    if refused is not None:
        opened.shutdown()
        raise refused
    return SocketLine(opened, clock, broker)


def _connected(url: str, ca_file: Path | None, within_s: float) -> socket.socket:
    """A connection of our own: the library's would ask the environment for a proxy. Raises OSError."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "wss"
    plain = socket.create_connection((host, parts.port or (443 if secure else 80)), within_s)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not secure:
        return plain
    try:
        return trusting(ca_file).wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _without(text: str, headers: Mapping[str, str]) -> str:
    """The broker's words without what it may quote of ours."""
    for value in headers.values():
        for word in value.split():
            text = text.replace(word, "[hidden]") if len(word) > 6 else text
    return text
