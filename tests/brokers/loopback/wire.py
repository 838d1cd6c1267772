"""One WebSocket after its handshake: one thread reads, writes, and can misbehave. Fed by the hubs; feeds them messages.

One thread, because TLS wants reading and writing of one connection kept apart; others hand it what to send.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage

FAREWELL_S = 1.0
SEND_S = 10.0  # a client that does not read for so long is dropped
READ_BYTES = 65_536
LINGER_NOT = struct.pack("ii", 1, 0)  # closing resets the connection: what a cut cable looks like, or nearly


Refusal = tuple[int, dict[str, str]]
Opened = TypeVar("Opened")


class Hub(Protocol[Opened]):
    """What stands behind a socket's path: who may come in, and what is said to them."""

    pong: bytes | None

    def refusal(self, headers: Mapping[str, str], at: datetime) -> Refusal | None:
        """Why a handshake fails: the status and headers it is answered with."""

    def open(self, wire: Wire, headers: Mapping[str, str]) -> Opened:
        """A handshake that was not refused."""

    def hear(self, opened: Opened, text: str, at: datetime) -> None:
        """What a client said."""

    def leave(self, opened: Opened) -> None:
        """It has ended."""


class Wire:
    """`pong` is the payload of pongs, None for the ping's own."""

    def __init__(self, sock: socket.socket, pong: bytes | None = None) -> None:
        self._sock, self._pong = sock, pong
        self._frames = Connection(ConnectionType.SERVER)
        self._waiting: deque[Event] = deque()
        self._wake, self._waker = socket.socketpair()
        self._waker.setblocking(False)  # full is as good as one more
        self.stalled = False  # open, and nothing is read or sent
        self.cut = False
        self._text = ""
        self.pings = 0
        self.stamp: Callable[[bytes], bytes] | None = None  # what becomes of a binary message the moment it leaves

    def send(self, message: str | bytes) -> None:
        """From any thread; gone in the order it was handed over."""
        self._put(TextMessage(message) if isinstance(message, str) else BytesMessage(message))

    def close(self, code: int) -> None:
        """With a close frame."""
        self._put(CloseConnection(code, ""))

    def abort(self) -> None:
        """Without one."""
        self.cut = True
        self._nudge()

    def stall(self, *, on: bool) -> None:
        """Stand still, the connection open; or go on."""
        self.stalled = on
        self._nudge()

    def serve(self, heard: Callable[[str], None]) -> None:
        """Until either side ends it; the socket is closed after. `heard` gets every text message."""
        with selectors.DefaultSelector() as selector, self._wake, self._waker, contextlib.suppress(OSError):
            selector.register(self._sock, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            lives = self._read(heard)  # TLS may hold bytes already that no selector sees
            while lives and not self.cut:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._wake in ready:
                    self._wake.recv(READ_BYTES)
                while self.stalled and not self.cut:
                    self._wake.recv(READ_BYTES)  # stand still until told otherwise
                lives = (self._sock not in ready or self._read(heard)) and self._write()
        self._end()

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            if self.cut:
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            else:
                self._sock.settimeout(FAREWELL_S)
                while self._sock.recv(READ_BYTES):
                    pass  # what still comes, so that closing does not overtake the close frame
        self._sock.close()

    def _read(self, heard: Callable[[str], None]) -> bool:
        """All that there is; whether the connection goes on."""
        self._sock.settimeout(0)
        while True:
            try:
                data = self._sock.recv(READ_BYTES)
            except (ssl.SSLWantReadError, BlockingIOError):
                return True
            if not data:
                return False
            self._frames.receive_data(data)
            for event in self._frames.events():
                if not self._took(event, heard):
                    return False

    def _took(self, event: Event, heard: Callable[[str], None]) -> bool:
        if isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                text, self._text = self._text, ""
                heard(text)
        elif isinstance(event, Ping):
            self.pings += 1
            self._waiting.append(event.response() if self._pong is None else Pong(self._pong))
        elif isinstance(event, CloseConnection):
            self._out(event.response())
            return False
        return True

    def _write(self) -> bool:
        while self._waiting:
            event = self._waiting.popleft()
            if self.stamp is not None and isinstance(event, BytesMessage):
                event = BytesMessage(self.stamp(bytes(event.data)))
            self._out(event)
            if isinstance(event, CloseConnection):
                return False
        return True

    def _out(self, event: Event) -> None:
        self._sock.settimeout(SEND_S)
        self._sock.sendall(self._frames.send(event))

    def _put(self, event: Event) -> None:
        self._waiting.append(event)
        self._nudge()

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):  # it has ended already
            self._waker.send(b"1")
