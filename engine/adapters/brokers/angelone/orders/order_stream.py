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
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.orders.order_books import Books
from engine.adapters.brokers.angelone.orders.order_rows import OrderRow, TradeRow, order_row
from engine.adapters.brokers.bookkeeping.looking_stream import NAP_S, Line, LookingStream
from engine.adapters.brokers.bookkeeping.looks import Looks, Tell
from engine.adapters.brokers.bookkeeping.order_news import OrderNews
from engine.adapters.brokers.connection.broker_words import read_json
from engine.adapters.brokers.connection.socket_line import open_line
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import OperatingError, OutcomeUnknown
from engine.domain.instant import instant_of
from engine.ports import Clock

PING_EVERY_S = 10.0  # as the broker's own client does
SILENT_S = 25.0  # two pings and a half without a pong
GREETED_WITHIN_S = 10.0
GREETING = "AB00"
_log = structlog.get_logger()


class HasTokens(Protocol):
    """The session at the broker."""

    def tokens(self) -> Tokens: ...

    def doubted(self, tokens: Tokens, why: str) -> None: ...


def order_lines(endpoints: Endpoints, credentials: AngelOneCredentials, clock: Clock) -> Callable[[Tokens], Line]:
    """What opens the order socket, with the headers that the broker's own client sends."""
    return lambda tokens: open_line(
        endpoints.order_socket,
        {
            "Authorization": tokens.authorization,
            "x-api-key": credentials.api_key,
            "x-client-code": credentials.client_code,
            "x-feed-token": tokens.feed,
        },
        clock,
        ca_file=endpoints.ca_file,
    )


class OrderStream(LookingStream):
    """`open_line` opens the socket with these tokens. Used by one thread; `connected_since` may be read by others."""

    def __init__(
        self,
        session: HasTokens,
        open_line: Callable[[Tokens], Line],
        books: Books,
        news: OrderNews[OrderRow, TradeRow],
        clock: Clock,
    ) -> None:
        super().__init__(Looks(books, news, clock))
        self._session, self._open_line, self._books, self._clock = session, open_line, books, clock

    def _converse(self, tell: Tell, opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """From the greeting to the end of the line."""
        tokens = self._session.tokens()
        line = self._open(tokens)
        try:
            if not self._greeted(line, stop):
                return
            self.connected_since = self._clock.monotonic()
            self._looks.soon()  # nobody knows what happened before
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

    def _hear(self, message: str | bytes, tell: Tell) -> None:
        status = _status(message)
        if status is None or status == GREETING:
            return
        try:
            row = order_row(read_json(message)["orderData"])
        except (OutcomeUnknown, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("a message of the order socket can't be read", error=str(error))
            self._looks.at_once()
            return
        if row.tag is None:
            return  # somebody else's: the next report has it
        if self._books.knows(row):
            self._looks.hear(row, tell)
        else:
            self._looks.soon()  # its number is not known yet, or it is a second one, or one that was told as not sent


def _status(message: str | bytes) -> str | None:
    """The word of a message, None where it is none: pongs come as messages too."""
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return str(told.get("order-status") or "") if isinstance(told, dict) else None
