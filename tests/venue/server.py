"""The practice venue as a process: `python -m tests.venue.server [--port N] [--strict]` prints its address and serves.

POST /orders, DELETE and GET /orders, GET /report, GET /events (long poll), POST /admin {"do": ..., ...} for what goes
wrong: lose_reply, answer_late, refuse_503 (the next orders), drop_stream, restart_stream, mute, unmute, duplicate,
reorder, kill, by_hand, carry, hold_reports, slow (orders and cancellations take so many seconds), refuse_cancels (the
next so many). With --strict a client id that was used is refused; without, it is taken again: what must never happen
then shows in the book.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.venue.book import Book, is_away
from tests.venue.switches import SWITCHES

Fields = dict[str, Any]
TICK_S = 0.005


class PracticeVenue:
    """The book behind a lock, and the switches. `faults` are used up by the next orders that come, one each."""

    def __init__(self, book: Book, *, strict: bool) -> None:
        self.book = book
        self.strict = strict
        self.changed = threading.Condition()
        self.faults: deque[Fields] = deque()
        self.run = 1
        self.dropped = 0  # polls older than this many drops are cut
        self.reports_fail = False
        self.stops_rejected = 0  # the next so many
        self.slow_s = 0.0
        self.cancels_refused = 0

    def fill_for_ever(self) -> None:
        """What is due fills; the process ends with its parent's word."""
        while True:
            time.sleep(TICK_S)
            with self.changed:
                if self.book.fill_due(time.monotonic()):
                    self.changed.notify_all()

    def submit(self, asked: Fields) -> tuple[int, Fields, Fields]:
        """The status, the answer and the fault that goes with it."""
        with self.changed:
            fault = self.faults.popleft() if self.faults else {}
            if fault.get("do") == "refuse_503":
                return 503, {"reason": "try again later"}, fault
            if self.strict and self.book.of_client(asked["client_order_id"]) is not None:
                return 409, {"reason": "this client order id was used"}, fault
            if asked.get("post_only") and asked.get("limit_price") and not is_away(asked):
                return 409, {"reason": "a post-only order would trade at once", "would_cross": True}, fault
            if asked.get("trigger_price") and self.stops_rejected:
                self.stops_rejected -= 1
                return 422, {"reason": "no stop orders now"}, fault
            order = self.book.place(asked, time.monotonic())
            self.changed.notify_all()
            return 200, {"venue_order_id": order.venue_order_id}, fault

    def cancel(self, words: dict[str, str]) -> tuple[int, Fields]:
        """Take an order out by either of its ids; one that has ended answers how."""
        with self.changed:
            order = self.book.orders.get(words.get("venue_order_id", ""))
            order = order or self.book.of_client(words.get("client_order_id", ""))
            if order is None:
                return 404, {"reason": "no such order"}
            if self.cancels_refused:
                self.cancels_refused -= 1
                return 409, {"reason": "busy"}
            was_working = order.state == "working"
            self.book.end(order, "expired" if words.get("expire") == "1" else "cancelled", "as asked")
            self.changed.notify_all()
            return 200, {"state": "cancelled" if was_working else order.state, "filled_quantity": str(order.filled)}

    def find(self, client_order_id: str) -> tuple[int, Fields]:
        """An order by its client id, with its fills."""
        with self.changed:
            order = self.book.of_client(client_order_id)
            if order is None:
                return 404, {"reason": "no such order"}
            fills = [fill for fill in self.book.fills if fill["venue_order_id"] == order.venue_order_id]
            return 200, {"order": order.fields(), "fills": fills}

    def events(self, words: dict[str, str]) -> tuple[int, Fields] | None:
        """What came after a number, as soon as there is any; None where the connection is to be cut."""
        with self.changed:
            if "after" not in words:
                return 200, {"run": str(self.run), "last": len(self.book.events), "events": []}
            after, dropped = int(words["after"]), self.dropped
            self.changed.wait_for(
                lambda: len(self.book.events) > after or dropped != self.dropped, float(words.get("wait_s", 0))
            )
            if dropped != self.dropped:
                return None
            told = self.book.events[after:]
            return 200, {"run": str(self.run), "last": len(self.book.events), "events": told}

    def admin(self, asked: Fields) -> Fields:
        """Turn a switch; the answer is the whole book."""
        with self.changed:
            SWITCHES[asked["do"]](self, asked)
            self.changed.notify_all()
            return {**self.book.report(), "events": len(self.book.events)}


class Handler(BaseHTTPRequestHandler):
    """One request a connection."""

    venue: PracticeVenue

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/admin":
            self._answer(200, self.venue.admin(asked))
            return
        time.sleep(self.venue.slow_s)
        status, answer, fault = self.venue.submit(asked)
        if fault.get("do") == "answer_late":
            time.sleep(float(fault["seconds"]))
        if fault.get("do") == "lose_reply":
            self.connection.close()
            return
        self._answer(status, answer)

    def do_DELETE(self) -> None:
        time.sleep(self.venue.slow_s)
        self._answer(*self.venue.cancel(self._words()))

    def do_GET(self) -> None:
        words, path = self._words(), urlsplit(self.path).path
        if path == "/orders":
            self._answer(*self.venue.find(words["client_order_id"]))
        elif path == "/report":
            with self.venue.changed:
                failing, report = self.venue.reports_fail, self.venue.book.report()
            self._answer(*((503, {"reason": "down"}) if failing else (200, report)))
        elif path == "/events":
            answer = self.venue.events(words)
            if answer is None:
                self.connection.close()
            else:
                self._answer(*answer)
        else:
            self._answer(404, {"reason": "no such path"})

    def _words(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def _answer(self, status: int, answer: Fields) -> None:
        body = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # whoever asked is gone: killed, as this venue is for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


class Server(ThreadingHTTPServer):
    """Threads that do not keep the process, and no traces for connections that tests cut."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A cut connection is what it is there for."""


def serve(port: int, book: Book, *, strict: bool) -> Server:
    """A server on loopback, its fills running; `serve_forever` is the caller's."""
    venue = PracticeVenue(book, strict=strict)
    handler = type("PracticeHandler", (Handler,), {"venue": venue})
    server = Server(("127.0.0.1", port), handler)
    threading.Thread(target=venue.fill_for_ever, daemon=True).start()
    return server


def main(words: list[str]) -> None:
    """Until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.venue.server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--whole", action="store_true", help="orders fill whole and soon")
    options = parser.parse_args(words)
    book = Book(options.seed, (0.0, 0.02), 0) if options.whole else Book(options.seed)
    server = serve(options.port, book, strict=options.strict)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201 - whoever starts it reads it
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
