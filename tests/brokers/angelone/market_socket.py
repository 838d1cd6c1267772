"""The market socket, SmartWebSocketV2: subscriptions, frames, text pings, and its misbehaviour. Fed by the broker.

Snapshot style: a frame a subscribed token with each trade, and all of them again with every beat, changed or not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.brokers.angelone.frames import LTP, QUOTE, SNAP, frame
from tests.brokers.angelone.listings import EXCHANGE_TYPES
from tests.brokers.angelone.market import Market, Quote
from tests.brokers.angelone.sessions import Session, Sessions
from tests.brokers.loopback.wire import Refusal, Wire

CONNECTIONS_MAX, SUBSCRIPTIONS_MAX = 3, 1000
EXCHANGES = {number: name for name, number in EXCHANGE_TYPES.items()}
SUBSCRIBE, UNSUBSCRIBE = 1, 0

Wanted = tuple[int, str, str]  # mode, exchange, token


@dataclass
class Feed:
    """One connection and what it subscribed to, in the order it did."""

    wire: Wire
    session: Session
    wanted: dict[Wanted, None] = field(default_factory=dict)
    errors: int = 0
    pings: int = 0


class MarketSocket:
    """Every market connection. Used under the broker's lock."""

    pong: bytes | None = None

    def __init__(self, market: Market, sessions: Sessions) -> None:
        self._market, self._sessions = market, sessions
        self.feeds: list[Feed] = []
        self.silent = False  # connections live, pings are answered, no data comes
        self.muted: set[str] = set()  # tokens that no data comes for
        self.refusing: list[Refusal] = []  # what the next handshakes are told
        self.short_frames = self.backward = 0  # so many of the next frames
        self.timed = False  # sequence numbers are this machine's monotonic microseconds, for whoever measures
        self.frames = 0

    def refusal(self, headers: Mapping[str, str], at: datetime) -> Refusal | None:
        """Why a handshake fails: the status and headers it is answered with."""
        if self.refusing:
            return self.refusing.pop(0)
        client = self._sessions.client
        session = self._sessions.by_jwt(headers.get("Authorization", "").removeprefix("Bearer "))
        if session is None or not self._sessions.lives(session, at):
            return unauthorized("Auth token")
        if headers.get("x-client-code") != client.code:
            return unauthorized("Client Code")
        if headers.get("x-api-key") != client.api_key:
            return unauthorized("API Key")
        if headers.get("x-feed-token") != session.feed:
            return unauthorized("Feed Token")
        return (429, {}) if len(self.feeds) >= CONNECTIONS_MAX else None

    def open(self, wire: Wire, headers: Mapping[str, str]) -> Feed:
        """A handshake that was not refused."""
        session = self._sessions.by_jwt(headers["Authorization"].removeprefix("Bearer "))
        assert session is not None
        feed = Feed(wire, session)
        wire.stamp = numbered_by_time if self.timed else None
        self.feeds.append(feed)
        return feed

    def hear(self, feed: Feed, text: str, at: datetime) -> None:
        """A ping, or a wish; there is no acknowledgement but the frames."""
        if text == "ping":
            feed.pings += 1
            feed.wire.send("pong")
            return
        try:
            asked = json.loads(text)
            action, wanted = asked["action"], list(_wanted(asked["params"]))
        except (ValueError, KeyError, TypeError):
            self.error(feed, "", "E1001", "Invalid Request Payload.")
            return
        if action == UNSUBSCRIBE:
            feed.wanted = {item: None for item in feed.wanted if item not in wanted}
        elif len({*feed.wanted, *wanted}) > SUBSCRIPTIONS_MAX:
            self.error(feed, asked.get("correlationID", ""), "E1002", "Invalid Request. Subscription Limit Exceeded")
        else:
            feed.wanted.update(dict.fromkeys(wanted))
            self._send(feed, wanted, at)

    def leave(self, feed: Feed) -> None:
        """It has ended."""
        self.feeds.remove(feed)

    def error(self, feed: Feed, correlation: str, code: str, message: str) -> None:
        """Text, which the SDK drops."""
        feed.errors += 1
        feed.wire.send(json.dumps({"correlationID": correlation, "errorCode": code, "errorMessage": message}))

    def traded(self, quotes: Iterable[Quote], at: datetime) -> None:
        """Frames of these, to whoever wants them."""
        moved = {(quote.listing.exchange, quote.listing.token) for quote in quotes}
        for feed in self.feeds:
            self._send(feed, [item for item in feed.wanted if item[1:] in moved], at)

    def beat(self, at: datetime) -> None:
        """Everything once more, and connections of dead sessions are cut."""
        for feed in self.feeds:
            if self._sessions.lives(feed.session, at):
                self._send(feed, feed.wanted, at)
            else:
                feed.wire.abort()

    def _send(self, feed: Feed, wanted: Iterable[Wanted], at: datetime) -> None:
        if self.silent:
            return
        for mode, exchange, token in wanted:
            quote = self._market.find(exchange, token)
            if quote is None or token in self.muted:
                continue
            sequence = None
            if self.backward:
                self.backward, sequence = self.backward - 1, quote.sequence - 5
            packet = frame(mode, quote, at, sequence)
            if self.short_frames:
                self.short_frames, packet = self.short_frames - 1, packet[: len(packet) // 2]
            feed.wire.send(packet)
            self.frames += 1


def numbered_by_time(packet: bytes) -> bytes:
    """The frame with this machine's monotonic microseconds for a sequence number."""
    return packet[:27] + (time.monotonic_ns() // 1_000).to_bytes(8, "little") + packet[35:]


def unauthorized(what: str) -> Refusal:
    """401 with the reason the real socket gives."""
    return 401, {"x-error-message": f"Invalid Header - Invalid {what}"}


def _wanted(params: Mapping[str, Any]) -> Iterable[Wanted]:
    mode = params["mode"]
    if mode not in (LTP, QUOTE, SNAP):
        raise ValueError(mode)
    for group in params["tokenList"]:
        exchange = EXCHANGES[group["exchangeType"]]
        for token in group["tokens"]:
            yield mode, exchange, str(token)
