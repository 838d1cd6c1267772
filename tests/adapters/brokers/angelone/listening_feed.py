"""Angel One's feed at the loopback broker in this process, its events taken on a thread as runtime does. For tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.socket_line import open_line
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles
from engine.adapters.brokers.angelone.prices.feed import AngelOneFeed
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.market_line import Door
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.domain.events import MarketEvent
from engine.domain.market import Tick
from engine.market_data.calendar import calendar_for
from tests.brokers.angelone.in_process import InProcessAngelOne

WITHIN_S = 10.0
SYMBOLS = ("SBIN", "TCS", "NIFTYBEES", "NIFTY50")


class ListeningFeed:
    """Started by `start`, which the test has to `end`. `events` are those that came, in order."""

    def __init__(
        self, here: InProcessAngelOne, access: Access, folder: Path, symbols: tuple[str, ...] = SYMBOLS
    ) -> None:
        self.here, self.clock = here, here.clock
        source = Fetched(here.endpoints.instruments)
        self.instruments = Instruments(folder / "instruments.sqlite")
        self.instruments.up_to_date(source, here.clock)
        door = Door(
            access.session,
            lambda headers: open_line(here.endpoints.market_socket, headers, here.endpoints, here.clock),
            here.broker.setup.client.code,
            here.broker.setup.client.api_key,
        )
        self.feed = AngelOneFeed(
            symbols,
            self.instruments,
            AngelOneCandles(access.calls, self.instruments),
            door,
            calendar_for("NSE", live=True),
            here.clock,
            lambda attempt: 1.0,
            refresh=lambda: self.instruments.up_to_date(source, here.clock),
        )
        self.events: list[MarketEvent] = []
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)

    def start(self) -> ListeningFeed:
        """Begin to take events."""
        self._thread.start()
        return self

    def end(self) -> None:
        """Ask for the end and wait for it."""
        self._stop.set()
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Until it is so; fails where it is not in ten seconds of the machine's time."""
        until = monotonic() + WITHIN_S
        with self._changed:
            while not what():
                assert monotonic() < until, (self.feed.view(), self.events[-5:])
                self._changed.wait(0.02)

    def prices(self, symbol: str) -> list[int]:
        """Of its ticks."""
        return [event.price for event in self.events if isinstance(event, Tick) and event.symbol == symbol]

    def told(self, kind: type[MarketEvent]) -> list[MarketEvent]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def trades(self, price: int, token: str = "3045", quantity: int = 10) -> None:
        """Somebody trades at the loopback broker."""
        self.here.broker.trade("NSE", token, price, quantity)

    def subscribed(self) -> list[int]:
        """How many symbols each connection has asked for."""
        with self.here.broker.lock:
            return [len(feed.wanted) for feed in self.here.broker.market_socket.feeds]

    def jump(self, at: str) -> None:
        """The clock of both moves on to a moment in India, if it lies ahead."""
        with suppress(ValueError):
            self.clock.jump(datetime.fromisoformat(f"{at}+05:30"))

    def _take(self) -> None:
        for event in self.feed.events(None, self._stop.is_set):
            with self._changed:
                self.events.append(event)
                self._changed.notify_all()
