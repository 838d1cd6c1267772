"""One socket of the broker: subscriptions, messages in order, heartbeats, idle ends, and its misbehaviour.

There are two of these, one for market data and one for the user's orders, at paths of their own. `sequence_num` counts
the messages of one connection over all its channels, from 0, and there is no client_id: as recorded. Coinbase's own
SDK insists on one, as older documents have it: `with_client_id` sends it. Fed by clients and by the broker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.brokers.coinbase.channels import ARRIVES_AS, HEARTBEATS, USER, Event, heartbeat_event
from tests.brokers.coinbase.orders import NOBODY
from tests.brokers.coinbase.tokens import Door
from tests.brokers.coinbase.words import iso_nanos
from tests.brokers.loopback.wire import Refusal, Wire

FIRST_WORD_S, IDLE_S = 5.0, 90.0  # published: five seconds to the first subscription; 60 to 90 without a message
SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"


@dataclass
class Line:
    """One connection. `wanted`: products by channel, in the order they were asked for. `said_at`: its last message."""

    wire: Wire
    opened_at: datetime
    said_at: datetime
    wanted: dict[str, list[str]] = field(default_factory=dict)
    said: dict[str, Event] = field(default_factory=dict)  # the last of each channel
    sequence: int = 0
    beats: int = 0


@dataclass
class Script:
    """What the next messages meet: so many of them, of `channel` alone where one is named.

    `gap`: a number is left out. `drop`: the message is lost, its number is not used again. `lose`: it is lost and
    nothing tells. `double`: it comes twice. `unknown`: a channel that nobody knows speaks first. `stale`: its channel's
    message before it comes once more after it.
    """

    channel: str = ""
    gap: int = 0
    drop: int = 0
    lose: int = 0
    double: int = 0
    unknown: int = 0
    stale: int = 0

    def takes(self, what: str, channel: str) -> bool:
        """Whether this message meets it; one less to come."""
        left = getattr(self, what)
        if self.channel not in ("", channel):
            return False
        setattr(self, what, max(left - 1, 0))
        return bool(left)


class Socket:
    """Used under the broker's lock. `answered` makes the events of a subscription that was granted. `books`: in which
    product's book each trades, by which alone the market's channels know it.
    """

    pong: bytes | None = None

    def __init__(
        self,
        channels: frozenset[str],
        door: Door,
        now: Callable[[], datetime],
        answered: Callable[[str, list[str]], list[Event]],
        books: Callable[[], Mapping[str, str]],
    ) -> None:
        self._channels, self._door, self._now, self._answered, self._books = channels, door, now, answered, books
        self.lines: list[Line] = []
        self.refusing: list[Refusal] = []  # what the next handshakes are told
        self.silent = False  # connections live, pings are answered, nothing comes
        self.muted: set[str] = set()  # channels or products that nothing comes of
        self.script = Script()
        self.with_client_id = False
        self.messages = 0
        self.denied = 0

    def refusal(self, headers: Mapping[str, str], at: datetime) -> Refusal | None:
        """Anybody may connect: who they are is asked with each message."""
        return self.refusing.pop(0) if self.refusing else None

    def open(self, wire: Wire, headers: Mapping[str, str]) -> Line:
        """Nothing is said until something is asked."""
        line = Line(wire, self._now(), self._now())
        self.lines.append(line)
        return line

    def leave(self, line: Line) -> None:
        """It has ended."""
        self.lines.remove(line)

    def hear(self, line: Line, said: str, at: datetime) -> None:
        """A subscription, or the end of one; each may carry a token, that for orders must."""
        try:
            asked = json.loads(said)
            kind, channel, products = asked["type"], asked["channel"], list(asked.get("product_ids") or [])
        except (ValueError, KeyError, TypeError):
            self.error(line, "message is not a valid subscription")
            return
        if kind not in (SUBSCRIBE, UNSUBSCRIBE) or channel not in self._channels:
            self.error(line, f"channel {channel} is not available" if kind == SUBSCRIBE else f"unknown type {kind}")
            return
        token = asked.get("jwt")
        if (token or channel == USER) and (not token or self._door.opens(str(token), at) is None):
            self.denied += 1
            self.error(line, "authentication failure")
            return
        if channel != USER:
            missing = [one for one in products if one not in self._books()]
            if missing and kind == SUBSCRIBE:  # how the real one answers is not known: this is the worse of two ways
                self.error(line, f"{missing[0]} is not a valid product")
                return
            products = list(dict.fromkeys(self._books().get(one, one) for one in products))
        self._change(line, kind, channel, products)

    def error(self, line: Line, message: str) -> None:
        """No envelope and no number."""
        line.wire.send(json.dumps({"type": "error", "message": message}))

    def say(self, channel: str, event: Event, product_id: str = "") -> None:
        """To every connection that wants this channel, and this product where it is one's."""
        for line in self.lines:
            products = line.wanted.get(channel)
            if products is not None and (not product_id or not products or product_id in products):
                self._send(line, channel, event, product_id)

    def beat(self, at: datetime) -> None:
        """Heartbeats to who wants them; who was told nothing for long, or never asked for anything, is let go."""
        for line in self.lines:
            if HEARTBEATS in line.wanted:
                line.beats += 1
                self._send(line, HEARTBEATS, heartbeat_event(at, line.beats))
            asked_nothing = not line.wanted and at - line.opened_at > timedelta(seconds=FIRST_WORD_S)
            if asked_nothing or at - line.said_at > timedelta(seconds=IDLE_S):
                line.wire.close(1000)

    def _change(self, line: Line, kind: str, channel: str, products: list[str]) -> None:
        if kind == UNSUBSCRIBE:
            left = [one for one in line.wanted.get(channel, []) if products and one not in products]
            line.wanted = {name: wanted for name, wanted in line.wanted.items() if name != channel}
            if left:
                line.wanted[channel] = left
        else:
            known = line.wanted.get(channel, [])
            line.wanted[channel] = [*known, *(one for one in products if one not in known)]
            for event in self._answered(channel, products):
                self._send(line, channel, event)
        told = {name: wanted or self._by_itself(name) for name, wanted in sorted(line.wanted.items())}
        self._send(line, "subscriptions", {"subscriptions": told})

    def _by_itself(self, channel: str) -> list[str]:
        """How a subscription without products is named: beats and the user by themselves, others by all there is."""
        return {HEARTBEATS: [HEARTBEATS], USER: [NOBODY]}.get(channel) or list(dict.fromkeys(self._books().values()))

    def _send(self, line: Line, channel: str, event: Event, product_id: str = "") -> None:
        line.said_at = self._now()
        if self.silent or channel in self.muted or product_id in self.muted or self.script.takes("lose", channel):
            return
        if self.script.takes("unknown", channel):
            self._number(line, "unheard_of", {"type": "update", "things": []})
        if self.script.takes("gap", channel):
            line.sequence += 1
        if self.script.takes("drop", channel):
            line.sequence += 1
            return
        for _ in range(2 if self.script.takes("double", channel) else 1):
            self._number(line, ARRIVES_AS.get(channel, channel), event)
        before, line.said[channel] = line.said.get(channel), event
        if before is not None and self.script.takes("stale", channel):
            self._number(line, ARRIVES_AS.get(channel, channel), before)

    def _number(self, line: Line, channel: str, event: Event) -> None:
        message: dict[str, Any] = {
            "channel": channel,
            **({"client_id": ""} if self.with_client_id else {}),
            "timestamp": iso_nanos(self._now()),
            "sequence_num": line.sequence,
            "events": [event],
        }
        line.sequence += 1
        self.messages += 1
        line.wire.send(json.dumps(message, separators=(",", ":")))
