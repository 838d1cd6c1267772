"""A venue of bars on a loopback port, in two dialects, with limits and faults. Feeds the tests of downloading.

One speaks as Coinbase's public candles do: newest first, text, at most 350. The other, `/angel`, as Angel One's history
does: rows of a list, and a plain-text 403 for too many calls. What it may cut off, it cuts off without a word.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import urllib3

from engine.domain.errors import BackPressure, OutcomeUnknown, PermanentFailure
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of, iso, moment_of
from engine.domain.market import Bar
from engine.market_data.gaps import expected_opens
from engine.market_data.instruments import instrument_for
from engine.ports import CandleLimits, Clock

DAYS = 86_400 * SECOND
ANGEL_CALLS = ((3, 1), (180, 60), (5_000, 86_400))


@dataclass(slots=True)
class CandleVenue:
    """What the venue has and how it behaves. `rows_max` cuts answers to their newest rows; `faults` come one a call.

    `calls` is what it allows by the clock that the downloader has too; a call beyond is refused and counted.
    """

    clock: Clock
    calls: tuple[tuple[int, float], ...] = ()
    rows_max: int = 1_000_000
    begins_at: Instant = 0
    holes: Sequence[tuple[Instant, Instant]] = ()
    faults: deque[str] = field(default_factory=deque)
    asked: list[tuple[Instant, Instant]] = field(default_factory=list)
    too_many: int = 0
    _at: list[float] = field(default_factory=list)

    def bars(self, symbol: str, since: Instant, until: Instant) -> list[Bar]:
        """All minute bars of a stretch, cut off nowhere."""
        opens = expected_opens(instrument_for(symbol), "1m", max(since, self.begins_at), max(until, self.begins_at + 1))
        return [bar_at(symbol, at) for at in opens.tolist() if not any(a <= at < b for a, b in self.holes)]

    def admits(self) -> bool:
        """Count a call against what is allowed."""
        now = self.clock.now().timestamp()
        for calls, span in self.calls:
            if sum(at > now - span for at in self._at) >= calls:
                self.too_many += 1
                return False
        self._at.append(now)
        return True


def bar_at(symbol: str, open_at: Instant) -> Bar:
    """The bar of a minute: other numbers every minute, the same every time."""
    price = 10_000 + open_at // MINUTE % 997
    return Bar(
        symbol, "1m", open_at, open_at + MINUTE, price, price + 7, price - 5, price + 2, float(open_at // MINUTE % 53)
    )


_UNKNOWN = json.dumps({"error": "NOT_FOUND", "error_details": "no such product", "message": "no such product"})
_FAULTS = {"502": (502, "<html>bad gateway</html>"), "junk": (200, "{half"), "404": (404, _UNKNOWN)}


class _Handler(BaseHTTPRequestHandler):
    venue: CandleVenue

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        words = {name: values[0] for name, values in parse_qs(asked.query).items()}
        fault = self.venue.faults.popleft() if self.venue.faults else ""
        if fault == "drop":
            self.close_connection = True
            return
        if fault:
            self._answer(*_FAULTS[fault])
        elif not self.venue.admits():
            coinbase = "/products/" in asked.path
            self._answer(429 if coinbase else 403, "Access denied because of exceeding access rate")
        elif "/products/" in asked.path:
            self._coinbase(asked.path.split("/products/")[1].split("/")[0], words)
        else:
            self._angel(words)

    def _coinbase(self, symbol: str, words: dict[str, str]) -> None:
        since, until = int(words["start"]) * SECOND, int(words["end"]) * SECOND
        bars = self._bars(symbol, since, until + 1)
        if len(bars) > 350:
            self._answer(
                400, json.dumps({"error": "INVALID_ARGUMENT", "message": "number of candles must be below 350"})
            )
            return
        rows = [
            {"start": str(bar.open_at // SECOND), "volume": str(bar.volume),
             **{name: f"{getattr(bar, name) / 100:.2f}" for name in ("open", "high", "low", "close")}}
            for bar in reversed(bars)
        ]  # fmt: skip
        self._answer(200, json.dumps({"candles": rows}))

    def _angel(self, words: dict[str, str]) -> None:
        since, until = (instant_of(datetime.fromisoformat(words[name])) for name in ("fromdate", "todate"))
        rows = [
            [iso(bar.open_at), *(price / 100 for price in (bar.open, bar.high, bar.low, bar.close)), bar.volume]
            for bar in self._bars(words["symbol"], since, until + 1)
        ]
        self._answer(200, json.dumps({"status": True, "data": rows}))

    def _bars(self, symbol: str, since: Instant, until: Instant) -> list[Bar]:
        self.venue.asked.append((since, until))
        return self.venue.bars(symbol, since, until)[-self.venue.rows_max :]

    def _answer(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing on stderr."""


@contextmanager
def listening(venue: CandleVenue) -> Iterator[str]:
    """The venue at an address of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"venue": venue}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class AngelLikeCandles:
    """A client of the second dialect, with Angel One's published limits for minute bars: 30 days a call; 3 calls a
    second, 180 a minute, 5,000 a day.
    """

    venue = "NSE"

    def __init__(self, address: str, calls: tuple[tuple[int, float], ...] = ANGEL_CALLS) -> None:
        self._address = address
        self._calls = calls
        self._pool = urllib3.PoolManager(retries=False, timeout=60)

    def limits(self, timeframe: str) -> CandleLimits:
        return CandleLimits(30 * DAYS, self._calls)

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        begins, ends = (moment_of(at).isoformat().replace("+", "%2B") for at in (since, until - 1))
        try:
            url = f"{self._address}/angel?symbol={symbol}&fromdate={begins}&todate={ends}"
            answer = self._pool.request("GET", url)
            if answer.status == 403:
                raise BackPressure(answer.data.decode())
            if answer.status == 404:
                raise PermanentFailure("no such symbol")
            rows = json.loads(answer.data)["data"]
        except (urllib3.exceptions.HTTPError, ValueError) as problem:
            raise OutcomeUnknown(str(problem)) from problem
        return [_bar(symbol, *row) for row in rows]


def _bar(symbol: str, at: str, open_: float, high: float, low: float, close: float, volume: float) -> Bar:
    open_at = instant_of(datetime.fromisoformat(at))
    prices = (round(price * 100) for price in (open_, high, low, close))
    return Bar(symbol, "1m", open_at, open_at + MINUTE, *prices, volume)
