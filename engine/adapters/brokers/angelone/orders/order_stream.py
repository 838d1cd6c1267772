"""The order socket, and the looks at the books that make up for what it leaves out. Run by runtime's venue stream
through broker.py; feeds the session's inbox.

The socket has no sequence and no replay: it may stay silent, say things twice, or end without a word, and what happened
meanwhile it never tells. So it only makes things quick. While an order of ours may trade, the order book is looked at
every few seconds all the same, and at once where a message can't be read or named; what the two say goes through one
memory (order_news.py). Silence beyond the pongs of our own pings ends the connection, and so does the session that it
was opened in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

import structlog

from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.socket_line import open_line
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.orders.order_books import Books
from engine.adapters.brokers.angelone.orders.order_news import OrderNews
from engine.adapters.brokers.angelone.orders.order_rows import order_row
from engine.domain.credentials import Credentials
from engine.domain.errors import OperatingError, OutcomeUnknown
from engine.domain.events import BrokerEvent
from engine.domain.instant import instant_of
from engine.ports import Clock

PING_EVERY_S = 10.0  # as the broker's own client does
SILENT_S = 25.0  # two pings and a half without a pong
GREETED_WITHIN_S = 10.0
LOOK_EVERY_S = 5.0  # at the order book, while something works; it may be asked once a second
LOOK_SOON_S = 1.0
LOOK_REST_MAX_S = 30.0
NAP_S = 0.2
GREETING = "AB00"
_log = structlog.get_logger()

Tell = Callable[[BrokerEvent], None]


class Line(Protocol):
    """An open WebSocket: socket_line.SocketLine. `last_heard` is when any frame came, by monotonic time."""

    @property
    def last_heard(self) -> float: ...

    def receive(self, timeout_s: float) -> str | bytes | None:
        """The next message, None where none came in time. Raises OutcomeUnknown when the connection has ended."""

    def ping_frame(self) -> None:
        """Ask for a sign of life."""

    def close(self) -> None:
        """Harmless twice."""


class HasTokens(Protocol):
    """The session at the broker."""

    def tokens(self) -> Tokens: ...

    def doubted(self, tokens: Tokens, why: str) -> None: ...


def order_lines(endpoints: Endpoints, credentials: Credentials, clock: Clock) -> Callable[[Tokens], Line]:
    """What opens the order socket, with the headers that the broker's own client sends."""
    return lambda tokens: open_line(
        endpoints.order_socket,
        {
            "Authorization": tokens.authorization,
            "x-api-key": credentials.api_key,
            "x-client-code": credentials.client_code,
            "x-feed-token": tokens.feed,
        },
        endpoints,
        clock,
    )


class OrderStream:
    """`open_line` opens the socket with these tokens. Used by one thread; `connected_since` may be read by others."""

    def __init__(
        self, session: HasTokens, open_line: Callable[[Tokens], Line], books: Books, news: OrderNews, clock: Clock
    ) -> None:
        self._session, self._open_line, self._books, self._news = session, open_line, books, news
        self._clock = clock
        self._look_at = clock.monotonic()
        self._failures = 0
        self.connected_since: float | None = None

    @property
    def looks_for_anything(self) -> bool:
        """Whether an order of ours may trade, or lacks fills."""
        return self._news.lacks_fills or self._books.any_watched()

    def listen(self, tell: Tell, opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """See ports.Broker. A try that comes to nothing, or soon to its end, looks at the books, so that without the
        socket fills are told all the same, as often as it is tried.
        """
        try:
            tokens = self._session.tokens()
            self._converse(self._open(tokens), tokens, tell, opened, stop)
        except OperatingError:
            self._look_if_due(tell)
            raise

    def _converse(
        self, line: Line, tokens: Tokens, tell: Tell, opened: Callable[[], None], stop: Callable[[], bool]
    ) -> None:
        """From the greeting to the end of the line."""
        try:
            if not self._greeted(line, stop):
                return
            self.connected_since = self._clock.monotonic()
            self._look_at = self.connected_since  # nobody knows what happened before
            opened()
            self._serve(line, tokens, tell, stop)
        finally:
            self.connected_since = None
            line.close()

    def _open(self, tokens: Tokens) -> Line:
        try:
            return self._open_line(tokens)
        except OperatingError as refused:
            if getattr(refused, "tokens_dead", False):
                self._session.doubted(tokens, f"the order socket refused them: {refused}")
            raise

    def _greeted(self, line: Line, stop: Callable[[], bool]) -> bool:
        """Whether the greeting came before it was stopped."""
        until = self._clock.monotonic() + GREETED_WITHIN_S
        while not stop() and self._clock.monotonic() < until:
            message = line.receive(NAP_S)
            if message is not None and _status(message) == GREETING:
                return True
        if stop():
            return False
        raise OutcomeUnknown(f"the order socket did not greet within {GREETED_WITHIN_S:g} s")

    def _serve(self, line: Line, tokens: Tokens, tell: Tell, stop: Callable[[], bool]) -> None:
        ping_at, heard, looking_s = self._clock.monotonic(), line.last_heard, 0.0
        while not stop():
            message = line.receive(NAP_S)
            if line.last_heard != heard:
                heard, looking_s = line.last_heard, 0.0
            received_at = self._clock.monotonic()
            self.take(message, tell)
            now = self._clock.monotonic()
            looking_s += now - received_at  # nobody listened meanwhile: it is no silence
            if now >= ping_at:
                ping_at = now + PING_EVERY_S
                if self._session.tokens().jwt != tokens.jwt:
                    raise OutcomeUnknown("the order socket belongs to a session that is over")
                line.ping_frame()
            if now - heard - looking_s > SILENT_S:
                raise OutcomeUnknown(f"the order socket is silent for {SILENT_S:g} s")
            if not tokens.live(instant_of(self._clock.now())):
                raise OutcomeUnknown("the order socket's session has come to its end")

    def look_soon(self) -> None:
        """Somebody else has looked, and may have seen what was not told yet. Any thread."""
        self._look_at = self._clock.monotonic()

    def take(self, message: str | bytes | None, tell: Tell) -> None:
        """Tell what is new by a message, if there is one, and by the books, if it is time to look at them."""
        if message is not None:
            self._hear(message, tell, self._clock.monotonic())
        self._look_if_due(tell)

    def _hear(self, message: str | bytes, tell: Tell, now: float) -> None:
        status = _status(message)
        if status is None or status == GREETING:
            return
        try:
            row = order_row(json.loads(message)["orderData"])
        except (OutcomeUnknown, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("a message of the order socket can't be read", error=str(error))
            self._look_at = min(self._look_at, now)
            return
        if row.tag is None:
            return  # somebody else's: the next report has it
        if not self._books.knows(row):
            self._look_at = min(self._look_at, now)  # its number is not known yet, or it is a second one of its tag
            return
        for event in self._news.of_row(row):
            tell(event)
        if self._news.lacks_fills:
            self._look_at = min(self._look_at, now)

    def _look_if_due(self, tell: Tell) -> None:
        now = self._clock.monotonic()
        if now < self._look_at or not self.looks_for_anything:
            return
        try:
            self._look(tell)
            self._failures, rest = 0, LOOK_SOON_S if self._news.lacks_fills else LOOK_EVERY_S
        except OperatingError as error:
            if not self._failures:
                _log.warning("the broker's books can't be looked at", error=str(error))
            self._failures += 1
            rest = min(LOOK_SOON_S * 2.0 ** min(self._failures, 10), LOOK_REST_MAX_S)
        self._look_at = self._clock.monotonic() + rest

    def _look(self, tell: Tell) -> None:
        rows, _ = self._books.orders()
        for row in rows:
            for event in self._news.of_row(row):
                tell(event)
        if self._news.lacks_fills:
            for event in self._news.of_trades(self._books.trades()):
                tell(event)


def _status(message: str | bytes) -> str | None:
    """The word of a message, None where it is none: pongs come as messages too."""
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return str(told.get("order-status") or "") if isinstance(told, dict) else None
