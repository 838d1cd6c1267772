"""Angel One's feed at the loopback broker in this process, its events taken on a thread as runtime does. For tests."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles
from engine.adapters.brokers.angelone.prices.feed import AngelOneFeed
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.market_line import Door
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.brokers.connection.socket_line import open_line
from engine.market_data.calendar import calendar_for
from tests.adapters.brokers.live_prices.listener import Listener
from tests.brokers.angelone.in_process import InProcessAngelOne

SYMBOLS = ("SBIN", "TCS", "NIFTYBEES", "NIFTY50")


class ListeningFeed(Listener):
    """See Listener."""

    def __init__(
        self, here: InProcessAngelOne, access: Access, folder: Path, symbols: tuple[str, ...] = SYMBOLS
    ) -> None:
        self.here, self.clock = here, here.clock
        source = Fetched(here.endpoints.instruments)
        self.instruments = Instruments(folder / "instruments.sqlite")
        self.instruments.up_to_date(source, here.clock)
        door = Door(
            access.session,
            lambda headers: open_line(here.endpoints.market_socket, headers, here.clock),
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
        super().__init__(self.feed)

    def start(self) -> ListeningFeed:
        """Begin to take events."""
        super().start()
        return self

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
