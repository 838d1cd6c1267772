"""One connection to the market socket, kept: opened, subscribed, read, watched, opened again. Run by the feed on a
thread of its own; fed by the broker, feeds the feed's queue with market events.

Reconnecting is by the one policy (`rest_s`, handed in): every life begins with a new socket, the tokens of now, and the
subscriptions of our own set. A broken life changes nothing of what is known of the symbols (prints.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from engine.adapters.brokers.angelone.prints import Prints
from engine.adapters.brokers.angelone.silence import Patience, Silence
from engine.adapters.brokers.angelone.socket_line import SocketRefused
from engine.adapters.brokers.angelone.subscriptions import again, complaint, wish
from engine.adapters.brokers.angelone.tokens import Tokens
from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown
from engine.domain.events import MarketEvent, MarketStatus
from engine.domain.instant import instant_of
from engine.domain.market import TradingStatus
from engine.ports import Clock

WAIT_S = 0.25  # for a message, before the watch looks again
NAP_S = 0.25
_NOT_TOKENS = {  # of a 401: what the broker does not accept, and is not made better by logging in again
    "Client Code": "the client code of these credentials is not the one that the session belongs to",
    "API Key": "the API key is not accepted: it may be revoked, or belong to another app; look at the broker's portal",
}
_log = structlog.get_logger()

Put = Callable[[MarketEvent], None]


class Wire(Protocol):
    """An open WebSocket; socket_line.SocketLine is one."""

    def receive(self, timeout_s: float) -> str | bytes | None: ...
    def send(self, text: str) -> None: ...
    def ping(self) -> None: ...
    def close(self) -> None: ...


class LiveSession(Protocol):
    """Whose tokens open the socket; session.Session is one."""

    def tokens(self) -> Tokens: ...
    def died(self, tokens: Tokens, why: str) -> None: ...


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
                self._session.died(tokens, refused.reason or f"the market socket answered {refused.status}")
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
    """`trading()` says whether prices should come now; `put` takes each event."""

    def __init__(
        self,
        number: int,
        prints: Prints,
        door: Door,
        clock: Clock,
        put: Put,
        trading: Callable[[], bool],
        rest_s: Callable[[int], float],
        patience: Patience | None = None,
    ) -> None:
        self.prints = prints
        self.view = LineView(number, len(prints.heard))
        self._door, self._clock, self._put, self._trading, self._rest_s = door, clock, put, trading, rest_s
        self._patience = patience or Patience()

    def run(self, stop: Callable[[], bool]) -> None:
        """Until `stop()` is true. Raises nothing that a connection can do."""
        failures = 0
        while not stop():
            frames = self.prints.counts.frames
            try:
                self._live(stop)
            except OperatingError as error:
                failures = 1 if self.prints.counts.frames > frames else failures + 1
                self._log_once(str(error))
                self._rest(self._rest_s(failures), stop)
        self._become("closed", "")

    def _live(self, stop: Callable[[], bool]) -> None:
        """One connection's life. Raises what ends it."""
        self._become("opening", self.view.why)
        wire = self._door.open()
        try:
            for message in wish(self.prints.heard):
                wire.send(message)
            self.view.lives += 1
            self._become("live", "")
            watch = Silence(self.prints.heard, self._clock.monotonic(), self._patience)
            looked_s = watch.opened_s
            while not stop():
                message_or_none = wire.receive(WAIT_S)
                now_s = self._clock.monotonic()
                if message_or_none is not None:
                    self._heard(message_or_none, watch, now_s)
                if message_or_none is None or now_s - looked_s >= WAIT_S:
                    looked_s = now_s
                    self._look(wire, watch, now_s)
        finally:
            wire.close()

    def _heard(self, message: str | bytes, watch: Silence, now_s: float) -> None:
        watch.any_s = now_s
        if isinstance(message, bytes):
            watch.price_s = now_s
            for event in self.prints.take(message, now_s):
                self._put(event)
            return
        self.view.pongs += message == "pong"
        said = complaint(message)
        if said is not None and said != self.view.complaint:
            self.view.complaint = said
            _log.error("market socket", line=self.view.number, says=said)

    def _look(self, wire: Wire, watch: Silence, now_s: float) -> None:
        """Do what is due. Raises OutcomeUnknown where the connection is given up."""
        look = watch.look(now_s, trading=self._trading())
        if look.dead is not None:
            raise OutcomeUnknown(f"Angel One's market socket fell silent: {look.dead}")
        if look.ping:
            wire.ping()
        if look.ask:
            for message in again(look.ask):
                wire.send(message)
        for one in look.newly_mute:
            _log.warning("no price comes of a symbol", symbol=one.instrument.symbol, line=self.view.number)
        at = instant_of(self._clock.now())
        for one in look.alive:
            one.told_s = now_s
            self._put(MarketStatus(one.instrument.symbol, TradingStatus.TRADING, at))

    def _become(self, state: str, why: str) -> None:
        self.view.state, self.view.why, self.view.since_s = state, why, self._clock.monotonic()

    def _log_once(self, why: str) -> None:
        if self.view.why != why:
            _log.warning("market socket lost", line=self.view.number, error=why)
        self._become("resting", why)

    def _rest(self, seconds: float, stop: Callable[[], bool]) -> None:
        until_s = self._clock.monotonic() + seconds
        while not stop() and (left_s := until_s - self._clock.monotonic()) > 0:
            self._clock.wait(min(left_s, NAP_S))
