"""One connection to Angel One's market socket: how it is opened, what its messages mean, when it is given up. Kept
open by live_prices/kept_line.py; fed by the broker, feeds market events.

Every life begins with the tokens of now. A broken life changes nothing of what is known of the symbols (prints.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.prices.prints import Prints
from engine.adapters.brokers.angelone.prices.subscriptions import PONG, again, complaint, wish
from engine.adapters.brokers.connection.socket_line import SocketRefused
from engine.adapters.brokers.live_prices.kept_line import KeptLine, Wire
from engine.adapters.brokers.live_prices.silence import Patience, Silence
from engine.adapters.brokers.live_prices.trading_day import EARLY_US
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import MarketEvent
from engine.domain.instant import instant_of
from engine.ports import Clock

_NOT_TOKENS = {  # of a 401: what the broker does not accept, and is not made better by logging in again
    "Client Code": "the client code of these credentials is not the one that the session belongs to",
    "API Key": "the API key is not accepted: it may be revoked, or belong to another app; look at the broker's portal",
}


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


class MarketLine(KeptLine):
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
        super().__init__(number, len(prints.heard), clock, rest_s)
        self.prints = prints
        self._door, self._trading = door, trading
        self._patience = patience or Patience()
        self._watch = Silence(prints.heard, 0.0, self._patience)

    def _connect(self) -> Wire:
        return self._door.open()

    def _wishes(self) -> list[str]:
        return wish(self.prints.heard)

    def _opened(self) -> None:
        self._watch = Silence(self.prints.heard, self._clock.monotonic(), self._patience)

    def _spoken(self) -> int:
        return self.prints.counts.frames

    def _take(self, messages: list[str | bytes], now_s: float) -> list[MarketEvent]:
        events = list[MarketEvent]()
        self.prints.until = instant_of(self._clock.now()) + EARLY_US
        for message in messages:
            self._watch.any_s = now_s
            if isinstance(message, bytes):
                self._watch.price_s = now_s
                events += self.prints.take(message, now_s)
            else:
                self._told(message)
        return events

    def _tend(self, wire: Wire, now_s: float) -> list[MarketEvent]:
        look = self._watch.look(now_s, trading=self._trading())
        if look.dead is not None:
            raise OutcomeUnknown(f"Angel One's market socket fell silent: {look.dead}")
        if look.ping:
            wire.ping()
        for message in again(look.ask) if look.ask else ():
            wire.send(message)
        return self._signs_of_life(look, now_s)

    def _told(self, text: str) -> None:
        self.view.pongs += text == PONG
        said = complaint(text)
        if said is not None:
            self._complains(said)
