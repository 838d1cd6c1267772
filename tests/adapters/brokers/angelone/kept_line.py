"""A market line kept open over scripted sockets, with a clock that only moves when somebody waits. Used by tests of
market_line.py.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime

from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.prices.frames import QUOTE
from engine.adapters.brokers.angelone.prices.market_line import Door, MarketLine
from engine.adapters.brokers.angelone.prices.prints import Prints
from engine.adapters.brokers.angelone.prices.subscriptions import shares_of
from engine.domain.errors import OperatingError
from engine.domain.events import MarketEvent
from engine.domain.instant import NEVER, instant_of
from engine.domain.market import Tick
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.angelone.listed_shares import shares
from tests.adapters.brokers.live_prices.scripted_wire import ScriptedWire, Step
from tests.brokers.angelone.frames import frame
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.running import OPEN_DAY

TEN = datetime.fromisoformat(OPEN_DAY)
SYMBOLS = ("SBIN", "TCS")


class Session:
    """Tokens that are numbered; `trouble` is raised instead while there is any."""

    def __init__(self) -> None:
        self.number, self.deaths, self.trouble = 1, list[str](), list[OperatingError]()

    def tokens(self) -> Tokens:
        if self.trouble:
            raise self.trouble.pop(0)
        return Tokens(f"jwt{self.number}", "refresh", f"feed{self.number}", NEVER)

    def doubted(self, tokens: Tokens, why: str) -> None:
        assert tokens.jwt == f"jwt{self.number}"
        self.number, self.deaths = self.number + 1, [*self.deaths, why]


class Kept:
    """A line with what it was given. Lives are sockets, or what opening one raises; after the last one it ends."""

    def __init__(self, *lives: list[Step] | OperatingError, answers_pings: bool = False) -> None:
        self.clock, self.session = ManualClock(TEN), Session()
        self.wires: list[ScriptedWire] = []
        self.headers: list[Mapping[str, str]] = []
        self.events: list[MarketEvent] = []
        self.rests: list[int] = []
        self.said: set[str] = set()
        self._lives, self._answers_pings = list(lives), answers_pings
        prints = Prints(shares_of(shares(*SYMBOLS), QUOTE)[0], instant_of(TEN.replace(hour=9, minute=15)))
        door = Door(self.session, self._open, "A1", "s3cret")
        self.line = MarketLine(1, prints, door, self.clock, lambda: True, self._rest_s)

    def _open(self, headers: Mapping[str, str]) -> ScriptedWire:
        self.headers.append(headers)
        life = self._lives.pop(0)
        if isinstance(life, OperatingError):
            raise life
        self.wires.append(ScriptedWire(self.clock, life, answers_pings=self._answers_pings))
        return self.wires[-1]

    def _rest_s(self, attempt: int) -> float:
        self.rests.append(attempt)
        self.said.add(self.line.view.why)
        return 2.0

    def run(self) -> Kept:
        """Until the last life has nothing more to give: kept open on a thread, read on this one."""
        ended = threading.Event()
        keeper = threading.Thread(target=self.line.keep, args=(ended.is_set,), daemon=True)
        keeper.start()
        while self._lives or self.line.wire is None or self.line.wire is not self.wires[-1] or self.wires[-1].steps:
            if self.line.wire is None:
                ended.wait(0.001)  # the keeper's turn
            self.events += self.line.read()
            self.events += self.line.look()
        ended.set()
        keeper.join(60)
        assert not keeper.is_alive()
        return self


def price(paise: int, symbol: str = "SBIN-EQ", at: datetime = TEN) -> bytes:
    """A frame."""
    market = Market(DEFAULT, TEN)
    listing = next(one for one in DEFAULT if one.symbol == symbol)
    market.trade("NSE", listing.token, paise, 10, TEN)
    return frame(QUOTE, market.quotes["NSE", listing.token], at)


def ticks(kept: Kept) -> list[int]:
    """Their prices."""
    return [event.price for event in kept.events if isinstance(event, Tick)]


def subscribed(wire: ScriptedWire) -> list[str]:
    """The tokens asked for first."""
    asked = json.loads(wire.sent[0])
    return list(asked["params"]["tokenList"][0]["tokens"])
