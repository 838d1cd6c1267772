"""One connection to the market socket, kept: opened, subscribed, read, watched, opened again. Owned by on_air.py, which
runs `keep` on a thread of its own, and reads from another one; fed by the broker, feeds market events.

Opening takes seconds when something is wrong, so it has a thread; reading has one for all connections, since handing
each price from thread to thread costs ten times what reading it does (docs/decisions/0025). Reconnecting is by the one
policy (`rest_s`, handed in): every life begins with a new socket, the tokens of now, and the subscriptions of our own
set. A broken life changes nothing of what is known of the symbols (prints.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from engine.adapters.brokers.angelone.access.socket_line import SocketRefused
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.prices.prints import Prints
from engine.adapters.brokers.angelone.prices.silence import Patience, Silence
from engine.adapters.brokers.angelone.prices.subscriptions import PONG, again, complaint, wish
from engine.adapters.brokers.angelone.prices.trading_day import EARLY_US
from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown
from engine.domain.events import MarketEvent, MarketStatus
from engine.domain.instant import instant_of
from engine.domain.market import TradingStatus
from engine.ports import Clock

NAP_S = 0.25
_NOT_TOKENS = {  # of a 401: what the broker does not accept, and is not made better by logging in again
    "Client Code": "the client code of these credentials is not the one that the session belongs to",
    "API Key": "the API key is not accepted: it may be revoked, or belong to another app; look at the broker's portal",
}
_log = structlog.get_logger()


class Wire(Protocol):
    """An open WebSocket; socket_line.SocketLine is one."""

    def arrived(self) -> list[str | bytes]: ...
    def fileno(self) -> int: ...
    def send(self, text: str) -> None: ...
    def ping(self) -> None: ...
    def close(self) -> None: ...


class LiveSession(Protocol):
    """Whose tokens open the socket; session.Session is one."""

    def tokens(self) -> Tokens: ...
    def doubted(self, tokens: Tokens, why: str) -> None: ...


class Door:
    """Opens connections with the session's tokens of now, and tells the session where these are refused."""

    def __init__(
        self, session: LiveSession, open_wire: Callable[[Mapping[str, str]], Wire], client_code: str, api_key: str
    ) -> None:
        self._session, self._open_wire = session, open_wire
        self._named = {"x-api-key": api_key, "x-client-code": client_code}

    def __repr__(self) -> str:
        return "Door(…)"

    def open(self) -> Wire:
        """A new connection. Raises OperatingError as session and wire do; its words hold nothing secret."""
        tokens = self._session.tokens()
        try:
            return self._open_wire({"Authorization": tokens.authorization, **self._named, "x-feed-token": tokens.feed})
        except SocketRefused as refused:
            because = next((says for word, says in _NOT_TOKENS.items() if word in refused.reason), None)
            if because is not None:
                raise BackPressure(f"Angel One's market socket refused the connection: {because}") from refused
            if refused.tokens_dead:
                self._session.doubted(tokens, refused.reason or f"the market socket answered {refused.status}")
            raise


@dataclass(slots=True)
class LineView:
    """How a connection does, for people. `since_s` is monotonic. `lives` counts connections that were opened."""

    number: int
    symbols: int
    state: str = "closed"  # opening, live, resting, closed
    since_s: float = 0.0
    lives: int = 0
    pongs: int = 0
    why: str = ""
    complaint: str = ""


class MarketLine:
    """`trading()` says whether prices should come now."""

    def __init__(
        self,
        number: int,
        prints: Prints,
        door: Door,
        clock: Clock,
        trading: Callable[[], bool],
        rest_s: Callable[[int], float],
        patience: Patience | None = None,
    ) -> None:
        self.prints = prints
        self.view = LineView(number, len(prints.heard))
        self.wire: Wire | None = None  # while it lives: set by `keep`, taken back by who reads
        self._door, self._clock, self._trading, self._rest_s = door, clock, trading, rest_s
        self._patience = patience or Patience()
        self._watch = Silence(prints.heard, 0.0, self._patience)
        self._failures = self._frames_before = 0
        self._gone = threading.Event()

    def keep(self, stop: Callable[[], bool]) -> None:
        """Have an open connection until `stop()` is true. Raises nothing that a connection can do."""
        while not stop():
            if self.wire is not None:
                self._gone.wait(NAP_S)
                continue
            if self._failures:
                self._rest(self._rest_s(self._failures), stop)
            if not stop():
                self.open()
        self.close()

    def open(self) -> None:
        """One attempt to open and subscribe."""
        self._become("opening", self.view.why)
        self._frames_before = self.prints.counts.frames
        try:
            wire = self._door.open()
            try:
                for message in wish(self.prints.heard):
                    wire.send(message)
            except OperatingError:
                wire.close()
                raise
        except OperatingError as error:
            self._lost(str(error))
            return
        self._watch = Silence(self.prints.heard, self._clock.monotonic(), self._patience)
        self.view.lives += 1
        self._become("live", "")
        self._gone.clear()
        self.wire = wire

    def read(self) -> list[MarketEvent]:
        """The events of everything that has arrived; none where the connection has ended, which is noted."""
        wire, events = self.wire, list[MarketEvent]()
        if wire is None:
            return events
        try:
            messages = wire.arrived()
        except OperatingError as error:
            self._give_up(wire, str(error))
            return events
        now_s = self._clock.monotonic()
        self.prints.until = instant_of(self._clock.now()) + EARLY_US
        for message in messages:
            self._watch.any_s = now_s
            if isinstance(message, bytes):
                self._watch.price_s = now_s
                events += self.prints.take(message, now_s)
            else:
                self._told(message)
        return events

    def look(self) -> list[MarketEvent]:
        """Do what is due, and give the connection up where it has died; signs of life are its events."""
        wire, now_s = self.wire, self._clock.monotonic()
        if wire is None:
            return []
        look = self._watch.look(now_s, trading=self._trading())
        try:
            if look.dead is not None:
                raise OutcomeUnknown(f"Angel One's market socket fell silent: {look.dead}")
            if look.ping:
                wire.ping()
            for message in again(look.ask) if look.ask else ():
                wire.send(message)
        except OperatingError as error:
            self._give_up(wire, str(error))
            return []
        for one in look.newly_mute:
            _log.warning("no price comes of a symbol", symbol=one.instrument.symbol, line=self.view.number)
        at = instant_of(self._clock.now())
        for one in look.alive:
            one.told_s = now_s
        return [MarketStatus(one.instrument.symbol, TradingStatus.TRADING, at) for one in look.alive]

    def close(self) -> None:
        """The day is over."""
        wire, self.wire = self.wire, None
        if wire is not None:
            wire.close()
        self._become("closed", "")

    def wake(self) -> None:
        """Let `keep` look at its `stop` now."""
        self._gone.set()

    def _told(self, text: str) -> None:
        self.view.pongs += text == PONG
        said = complaint(text)
        if said is not None and said != self.view.complaint:
            self.view.complaint = said
            _log.error("market socket", line=self.view.number, says=said)

    def _give_up(self, wire: Wire, why: str) -> None:
        wire.close()
        self._lost(why)
        self.wire = None
        self._gone.set()

    def _lost(self, why: str) -> None:
        self._failures = 1 if self.prints.counts.frames > self._frames_before else self._failures + 1
        if self.view.why != why:
            _log.warning("market socket lost", line=self.view.number, error=why)
        self._become("resting", why)

    def _become(self, state: str, why: str) -> None:
        self.view.state, self.view.why, self.view.since_s = state, why, self._clock.monotonic()

    def _rest(self, seconds: float, stop: Callable[[], bool]) -> None:
        until_s = self._clock.monotonic() + seconds
        while not stop() and (left_s := until_s - self._clock.monotonic()) > 0:
            self._clock.wait(min(left_s, NAP_S))
