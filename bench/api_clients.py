"""Clients of the HTTP API, each on a connection of its own, all in one thread. Run by api_beside_ticks.

Its word is JSON: the service's `port`, the ID `token`, `paths` by a name, how many `clients`. It carries out each line
it reads: `ask NAME 200` asks for those paths in turn, so many requests a second arriving at random (Poisson), whether
or not earlier ones were answered; `ask NAME 0` has each client ask again as soon as it was answered; `count` forgets
what was counted; `end` stops asking, hangs up and prints what was counted since as one JSON line.

A request's time runs from the moment that its client wanted to send it: behind a slow answer it waits on the clock.
"""

from __future__ import annotations

import json
import os
import random
import re
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_LOOK_S = 0.05


class Client:
    """A connection, opened by the first request, and the request on its way; `began` None: none is."""

    __slots__ = ("began", "heard", "line")

    def __init__(self) -> None:
        self.line: socket.socket | None = None
        self.began: float | None = None
        self.heard = b""

    def open(self, port: int) -> socket.socket:
        """Connect. Raises OSError."""
        self.line = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.line.setblocking(False)
        return self.line

    def answered(self, part: bytes) -> bool | None:
        """Whether the answer that is now whole is a good one; None while it is not."""
        self.heard += part
        head, mark, body = self.heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if mark else None
        if length is None or len(body) < int(length.group(1)):
            return None
        self.heard = b""
        return head.startswith(b"HTTP/1.1 200 ")


class Clients:
    """All of them, and what was counted."""

    def __init__(self, port: int, token: str, paths: Mapping[str, Sequence[str]], clients: int) -> None:
        self._port = port
        said = f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        self._known = {name: [f"GET {path} {said}".encode() for path in group] for name, group in paths.items()}
        self._requests: Sequence[bytes] = ()
        self._ears = selectors.DefaultSelector()
        self._ears.register(0, selectors.EVENT_READ)
        self._wanted: deque[float] = deque()  # requests that came when every client had one on its way
        self._pace: float | None = None  # requests a second, 0: as fast as answered; None: none
        self._next_at = 0.0
        self._chance = random.Random(1)
        self._asked = 0
        self._clients = [Client() for _ in range(clients)]
        self._idle = deque(self._clients)
        self._count()

    def run(self) -> None:
        """Ask and hear until told to end."""
        said = b""
        while True:
            for key, _ in self._ears.select(self._rest_s()):
                if key.data is None:
                    part = os.read(0, 4096)
                    if not part:
                        return
                    *lines, said = (said + part).split(b"\n")
                    for line in lines:
                        self._obey(line.decode().split())
                else:
                    self._hear(key.data)
            self._ask()

    def _obey(self, words: list[str]) -> None:
        if words[0] == "ask":
            self._requests, self._pace, self._next_at = self._known[words[1]], float(words[2]), time.perf_counter()
        elif words[0] == "count":
            self._count()
        else:
            self._pace = None
            self._wanted.clear()
            told = self._counted()
            for client in self._clients:
                self._hang_up(client)
            self._idle = deque(self._clients)
            print(json.dumps(told), flush=True)

    def _rest_s(self) -> float:
        return max(0.0, min(_LOOK_S, self._next_at - time.perf_counter())) if self._pace else _LOOK_S

    def _ask(self) -> None:
        now = time.perf_counter()
        if self._pace:
            while self._next_at <= now:
                self._wanted.append(self._next_at)
                self._next_at += self._chance.expovariate(self._pace)
        while self._idle and (self._wanted or self._pace == 0):
            self._send(self._idle.popleft(), self._wanted.popleft() if self._wanted else now)

    def _send(self, client: Client, wanted_at: float) -> None:
        client.began = wanted_at
        line = client.line
        if line is None:
            line = client.open(self._port)
            self._ears.register(line, selectors.EVENT_READ, client)
        try:
            line.sendall(self._requests[self._asked % len(self._requests)])
        except OSError:
            self._lost(client)
        self._asked += 1

    def _hear(self, client: Client) -> None:
        line = client.line
        if line is None:  # it was hung up since the ear heard something
            return
        try:
            part = line.recv(262_144)
        except OSError:
            part = b""
        if not part:
            self._lost(client)
        elif (good := client.answered(part)) is not None and client.began is not None:
            self._took.append(time.perf_counter() - client.began)
            self._failed += not good
            client.began = None
            self._idle.append(client)

    def _lost(self, client: Client) -> None:
        """The server hung up: with a request on its way that is a failure, between two it is the server's right."""
        if client.began is not None:
            self._failed += 1
            self._idle.append(client)
        self._hang_up(client)

    def _hang_up(self, client: Client) -> None:
        if client.line is not None:
            self._ears.unregister(client.line)
            client.line.close()
        client.line, client.began, client.heard = None, None, b""

    def _count(self) -> None:
        self._took: list[float] = []
        self._failed, self._since = 0, time.perf_counter()

    def _counted(self) -> dict[str, Any]:
        took = np.array(self._took) * 1_000
        p50, p95, p99 = np.percentile(took, (50, 95, 99))
        return {
            "requests": len(took), "requests_per_s": len(took) / (time.perf_counter() - self._since),
            "failed": self._failed, "p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99),
        }  # fmt: skip


if __name__ == "__main__":
    Clients(**json.loads(sys.argv[1])).run()
