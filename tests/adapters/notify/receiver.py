"""A web server on loopback that takes what apprise's json:// service posts. Used by the tests of alerts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.runtime.world import eventually


class Receiver:
    """What came; `status` is what it answers, and `gate` holds its answers back while cleared."""

    def __init__(self) -> None:
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self.messages: list[dict[str, Any]] = []
        self.paths: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.gate.wait(90)
                receiver.paths.append(self.path)
                if receiver.status == 200:
                    receiver.messages.append(body)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def url(self, path: str = "hook") -> str:
        """An address for apprise."""
        return f"json://127.0.0.1:{self.port}/{path}"

    @property
    def bodies(self) -> list[str]:
        return [message["message"] for message in self.messages]

    def wait_for(self, count: int) -> None:
        eventually(lambda: len(self.messages) >= count, f"{count} messages")


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A running one."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
