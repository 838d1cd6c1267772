"""The order-update socket: a greeting, then a message a change. Fed by the exchange desk; it is no reliable log.

No sequence, no acknowledgement, and what happened while nobody listened is never told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.brokers.angelone.orders import STREAMED, Order
from tests.brokers.angelone.sessions import Session, Sessions
from tests.brokers.loopback.wire import Refusal, Wire

CONNECTIONS_MAX = 3

_NUMBERS = ("price", "triggerprice", "squareoff", "stoploss", "trailingstoploss", "strikeprice", "averageprice")
_WORDS = (
    "variety", "ordertype", "ordertag", "producttype", "quantity", "disclosedquantity", "duration", "tradingsymbol",
    "transactiontype", "exchange", "symboltoken", "instrumenttype", "optiontype", "expirydate", "lotsize",
    "cancelsize", "filledshares", "unfilledshares", "orderid", "text", "status", "orderstatus", "updatetime",
    "exchtime", "exchorderupdatetime", "fillid", "filltime", "parentorderid",
)  # fmt: skip


@dataclass
class Listener:
    """One connection."""

    wire: Wire
    session: Session


class OrderSocket:
    """Every order-update connection. Used under the broker's lock."""

    pong: bytes | None = b"\x00"  # as recorded, whatever the ping said

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.listeners: list[Listener] = []
        self.refusing: list[Refusal] = []
        self.hidden = self.doubled = 0  # so many of the next messages
        self.silent = False
        self.messages = 0

    def refusal(self, headers: Mapping[str, str], at: datetime) -> Refusal | None:
        """401 a token nobody has, 403 one that is dead, 429 a fourth connection."""
        if self.refusing:
            return self.refusing.pop(0)
        word = headers.get("Authorization", "")
        session = self._sessions.by_jwt(word.removeprefix("Bearer ")) if word.startswith("Bearer ") else None
        if session is None:
            return 401, {}
        if not self._sessions.lives(session, at):
            return 403, {}
        return (429, {}) if len(self.listeners) >= CONNECTIONS_MAX else None

    def open(self, wire: Wire, headers: Mapping[str, str]) -> Listener:
        """A handshake that was not refused; the greeting goes out."""
        session = self._sessions.by_jwt(headers["Authorization"].removeprefix("Bearer "))
        assert session is not None
        listener = Listener(wire, session)
        self.listeners.append(listener)
        wire.send(json.dumps(self._message("AB00", {**dict.fromkeys(_WORDS, ""), **dict.fromkeys(_NUMBERS, 0.0)})))
        return listener

    def hear(self, listener: Listener, text: str, at: datetime) -> None:
        """A text ping is answered; nothing else is asked for here."""
        if text == "ping":
            listener.wire.send("pong")

    def leave(self, listener: Listener) -> None:
        """It has ended."""
        self.listeners.remove(listener)

    def tell(self, order: Order) -> None:
        """A change, to whoever listens now."""
        message = json.dumps(self._message(STREAMED[order.status], order.stream_row()))
        if self.silent:
            return
        if self.hidden:
            self.hidden -= 1
            return
        times = 1
        if self.doubled:
            self.doubled, times = self.doubled - 1, 2
        for listener in self.listeners:
            for _ in range(times):
                listener.wire.send(message)
                self.messages += 1

    def beat(self, at: datetime) -> None:
        """Connections of dead sessions are cut."""
        for listener in self.listeners:
            if not self._sessions.lives(listener.session, at):
                listener.wire.abort()

    def _message(self, code: str, row: dict[str, Any]) -> dict[str, Any]:
        client = self._sessions.client.code
        return {"user-id": client, "status-code": "200", "order-status": code, "error-message": "", "orderData": row}
