"""Carries one HTTP request out and its answer back: kept-alive connections, TLS checked, every call bounded, nothing
ever sent twice. Fed with requests by whoever speaks to a broker; feeds them what came back.

What went wrong is a value, not an exception: the frames of the HTTP library hold tokens in their variables, and no
error that leaves this file may lead there. Proxies of the environment are not used (some brokers look at the address
that orders come from), and redirections are not followed (they would carry the tokens along).
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import urllib3
from urllib3.exceptions import ClosedPoolError, ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from engine.adapters.brokers.connection.trust import trusting
from engine.ports import Clock

CONNECT_S = 3.05  # a little over three seconds: a lost SYN is sent again after one and after three
READ_S = 7.0  # for each piece of an answer
ANSWER_S = 20.0  # for all of it
BODY_BYTES_MAX = 16 * 1024 * 1024  # a day's order book of thousands is some megabytes
IDLE_S = 10.0  # a connection that rested longer may have been closed behind our back, and would lose an order's answer
CONNECTIONS = 4
PIECE_BYTES = 65_536
OK = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes out. `body` and `headers` hold secrets and are never shown."""

    method: str
    url: str
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def authorized(self, authorization: str) -> Request:
        """The same, by whoever these tokens are of."""
        return replace(self, headers={**self.headers, "Authorization": authorization})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it says. `date` is the header's text, "" where there is none."""

    status: int
    body: bytes = field(repr=False)
    date: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not leave this machine; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """It may have arrived, and no usable answer did; `why` in words."""

    why: str


class Wire:
    """Connections to a broker's hosts. `ca_file`: see trust.py. Safe from several threads."""

    def __init__(self, ca_file: Path | None, clock: Clock, *, read_s: float = READ_S) -> None:
        self._clock = clock
        self._read_s = read_s
        self._ca_file, self._reads = ca_file, _Kept(ca_file, clock)
        self._lock = threading.Lock()
        self._orders: dict[int, _Kept] = {}  # by thread: of two that are shared one may rest unseen, the other in use

    def carry(
        self, request: Request, *, read_s: float | None = None, for_order: bool = False
    ) -> Answer | NotSent | Lost:
        """Send once. `read_s`: how long each piece of the answer may take, where it is less than usual. `for_order`: on
        a connection that only orders of this thread use, so that how long it has rested is known.
        """
        kept = self._for_orders() if for_order else self._reads
        outcome: Answer | NotSent | Lost
        try:
            outcome = self._exchange(kept.pool(), request, self._read_s if read_s is None else read_s)
        except (NewConnectionError, ConnectTimeoutError, ClosedPoolError) as error:
            outcome = NotSent(f"no connection ({_named(error)})")
        except SSLError as error:
            outcome = _about_tls(error)
        except (HTTPError, OSError) as error:
            outcome = Lost(f"no answer ({_named(error)})")
        return outcome

    def close(self) -> None:
        """Close every connection that rests."""
        with self._lock:
            every = [self._reads, *self._orders.values()]
        for kept in every:
            kept.clear()

    def _for_orders(self) -> _Kept:
        with self._lock:
            number = threading.get_ident()
            kept = self._orders.get(number)
            if kept is None:
                kept = self._orders[number] = _Kept(self._ca_file, self._clock)
            return kept

    def _exchange(self, pool: urllib3.PoolManager, request: Request, read_s: float) -> Answer | Lost:
        began_s = self._clock.monotonic()
        answer = pool.request(
            request.method, request.url, body=request.body, headers=request.headers, redirect=False,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=read_s), preload_content=False,
        )  # fmt: skip
        try:
            body = bytearray()
            while piece := answer.read1(PIECE_BYTES):  # what there is: `read` would wait for all that was asked for
                body += piece
                if len(body) > BODY_BYTES_MAX:
                    answer.close()
                    return Lost(f"an answer of more than {BODY_BYTES_MAX:,} bytes")
                if self._clock.monotonic() - began_s > ANSWER_S:
                    answer.close()
                    return Lost(f"an answer that took more than {ANSWER_S:g} s")
            return Answer(answer.status, bytes(body), answer.headers.get("Date", ""))
        finally:
            answer.release_conn()
            if answer.status != OK:  # who answers so often hangs up, and the next order's answer would be lost by it
                pool.clear()


class _Kept:
    """Connections kept alive for one kind of call. Safe from several threads."""

    def __init__(self, ca_file: Path | None, clock: Clock) -> None:
        self._clock, self._lock, self._used_at = clock, threading.Lock(), clock.monotonic()
        self._pool = urllib3.PoolManager(
            num_pools=CONNECTIONS, maxsize=CONNECTIONS, retries=False, ssl_context=trusting(ca_file)
        )

    def pool(self) -> urllib3.PoolManager:
        """To be used now; connections that have rested too long are closed, so that a new one is made."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._used_at > IDLE_S:
                self._pool.clear()
            self._used_at = now
            return self._pool

    def clear(self) -> None:
        """Close those that rest."""
        self._pool.clear()


def _about_tls(error: SSLError) -> NotSent | Lost:
    """A certificate that is not trusted ends a connection before anything is sent; nothing else does so for certain."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        return NotSent(f"its certificate is not one to trust ({inner.verify_message})")
    return Lost("the TLS connection broke")


def _named(error: BaseException) -> str:
    """The kind of error: its own words may hold an address with everything in it."""
    return type(error).__name__
