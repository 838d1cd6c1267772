"""The user socket, and the looks at the books that make up for what it leaves out. Run by runtime's venue stream
through broker.py; feeds the session's inbox.

Its messages are numbered over the connection, so what it drops is noticed, and the books are looked at then. A
heartbeat comes every second: silence ends the connection, and so does the server's close, whatever its number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from engine.adapters.brokers.bookkeeping.looking_stream import NAP_S, Line, LookingStream
from engine.adapters.brokers.bookkeeping.looks import Looks, Tell
from engine.adapters.brokers.bookkeeping.order_news import OrderNews
from engine.adapters.brokers.bookkeeping.rows import OrderSeen
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.orders.order_books import Books
from engine.adapters.brokers.coinbase.orders.order_rows import TradeRow, seen_row
from engine.adapters.brokers.connection.broker_words import read_json
from engine.adapters.brokers.connection.socket_line import open_line
from engine.domain.errors import OutcomeUnknown
from engine.ports import Clock

SILENT_S = 20.0  # a heartbeat comes every second
SUBSCRIBED_WITHIN_S = 10.0
CHANNELS = ("heartbeats", "user")  # asked for at once: a connection without a subscription is closed after 5 s
_log = structlog.get_logger()


def user_lines(endpoints: Endpoints, clock: Clock) -> Callable[[], Line]:
    """What opens the user socket."""
    return lambda: open_line(endpoints.user_socket, {}, clock, broker="Coinbase", ca_file=endpoints.ca_file)


class OrderStream(LookingStream):
    """`token` signs a message. Used by one thread; `connected_since` may be read by others."""

    def __init__(
        self,
        token: Callable[[], str],
        open_line: Callable[[], Line],
        books: Books,
        news: OrderNews[OrderSeen, TradeRow],
        clock: Clock,
    ) -> None:
        super().__init__(Looks(books, news, clock))
        self._token, self._open_line, self._books, self._clock = token, open_line, books, clock
        self._next: int | None = None

    def _converse(self, tell: Tell, opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """From the subscription to the end of the line."""
        line = self._open_line()
        try:
            self._next = None
            for channel in CHANNELS:
                self._subscribe(line, channel)
            if not self._subscribed(line, tell, stop):
                return
            self.connected_since = self._clock.monotonic()
            self._looks.soon()  # nobody knows what happened before
            opened()
            self._serve(line, tell, stop)
        finally:
            self.connected_since = None
            line.close()

    def _subscribe(self, line: Line, channel: str) -> None:
        """Ask for a channel. What is raised comes from here: the line's own frames hold the message with its token."""
        failed = ""
        try:
            line.send(json.dumps({"type": "subscribe", "channel": channel, "jwt": self._token()}))
        except OutcomeUnknown as error:
            failed = str(error)
        if failed:
            raise OutcomeUnknown(failed)

    def _subscribed(self, line: Line, tell: Tell, stop: Callable[[], bool]) -> bool:
        """Whether the user channel was said to be on before it was stopped."""
        until = self._clock.monotonic() + SUBSCRIBED_WITHIN_S
        while not stop() and self._clock.monotonic() < until:
            message = line.receive(NAP_S)
            if message is None:
                continue
            self._hear(message, tell)
            if _is_on(_read(message)):
                return True
        if stop():
            return False
        raise OutcomeUnknown(f"Coinbase's user channel was not on within {SUBSCRIBED_WITHIN_S:g} s")

    def _serve(self, line: Line, tell: Tell, stop: Callable[[], bool]) -> None:
        while not stop():
            message = line.receive(NAP_S)
            if message is None and self._clock.monotonic() - line.last_heard > SILENT_S:
                raise OutcomeUnknown(f"Coinbase's user socket is silent for {SILENT_S:g} s")
            self.take(message, tell)

    def _hear(self, message: str | bytes, tell: Tell) -> None:
        told = _read(message)
        if told.get("type") == "error":
            raise OutcomeUnknown(f"Coinbase's user socket says: {str(told.get('message'))[:200]}")
        self._count(told.get("sequence_num"))
        if not told:
            self._looks.at_once()
        if told.get("channel") != "user":
            return
        for row in _rows(told):
            self._row(row, tell)

    def _row(self, row: Any, tell: Tell) -> None:
        try:
            seen = seen_row(row)
        except (OutcomeUnknown, AttributeError) as error:
            _log.warning("a message of the user socket can't be read", error=str(error))
            self._looks.at_once()
            return
        if seen.tag is None:
            return  # somebody else's: the next report has it
        if self._books.knows(seen.order_id, seen.tag):
            self._looks.hear(seen, tell)
        else:
            self._looks.soon()  # its id is not known yet, or it is a second one, or one that was told as not sent

    def _count(self, number: Any) -> None:
        """Messages of a connection count up by one; where one is missing, the books say what it was."""
        if not isinstance(number, int):
            return
        if self._next is not None and number > self._next:
            _log.warning("the user socket left messages out", of=number - self._next)
            self._looks.at_once()
        self._next = number + 1 if self._next is None else max(self._next, number + 1)


def _read(message: str | bytes) -> Mapping[str, Any]:
    """A message; empty where it can't be read."""
    try:
        told = read_json(message)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _rows(told: Mapping[str, Any]) -> list[Any]:
    """The orders in a message of the user channel; one that can't be read counts as a row that can't."""
    events = told.get("events")
    if not isinstance(events, list):
        return [None]
    parts = [event.get("orders") if isinstance(event, dict) else [None] for event in events]
    return [row for part in parts for row in (part if isinstance(part, list) else [])]


def _is_on(told: Mapping[str, Any]) -> bool:
    """Whether the user channel's snapshot came, or the word that it was subscribed to."""
    events = told.get("events")
    first = events[0] if isinstance(events, list) and events and isinstance(events[0], dict) else {}
    if told.get("channel") == "subscriptions":
        subscribed = first.get("subscriptions")
        return isinstance(subscribed, dict) and "user" in subscribed
    return told.get("channel") == "user" and first.get("type") == "snapshot"
