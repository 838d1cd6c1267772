"""A server of a few lines that answers whatever it is asked, and counts. Feeds the tests of the wire."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Teller:
    """A TCP server that answers every request on a connection with the same bytes, and counts both."""

    def __init__(self, says: bytes, trickles: Callable[[], None] | None = None) -> None:
        self.says, self.connections, self.requests = says, 0, 0
        self.asked = threading.Semaphore(0)  # released with each request
        self.answers = threading.Event()  # while it is not set, nobody is answered
        self.answers.set()
        self.trickles = trickles  # called before each byte of a body that never ends
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/x"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as asked, contextlib.suppress(OSError):
            while asked.readline():
                length = 0
                while (line := asked.readline().strip()) != b"":
                    length = int(line.partition(b":")[2]) if line.lower().startswith(b"content-length") else length
                asked.read(length)
                self.requests += 1
                self.asked.release()
                self.answers.wait(60.0)
                connection.sendall(self.says)
                while self.trickles is not None:
                    self.trickles()
                    connection.sendall(b"x")
                if b"Content-Length" not in self.says and b"chunked" not in self.says:
                    return

    def close(self) -> None:
        self._listener.close()


@contextmanager
def telling(says: bytes, trickles: Callable[[], None] | None = None) -> Iterator[Teller]:
    """One for the block."""
    teller = Teller(says, trickles)
    try:
        yield teller
    finally:
        teller.close()
