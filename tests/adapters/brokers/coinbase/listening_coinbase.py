"""Coinbase's feed at the loopback broker in this process, its events taken on a thread as runtime does. For tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from engine.adapters.brokers.coinbase.prices.feed import CoinbaseFeed
from engine.adapters.brokers.coinbase.prices.products import Products
from tests.adapters.brokers.coinbase.printed import BTC, ETH
from tests.adapters.brokers.live_prices.listener import Listener
from tests.brokers.coinbase.in_process import InProcessCoinbase

SYMBOLS = (BTC, ETH)


class ListeningCoinbase(Listener):
    """See Listener. Without a key, as prices are. `rests` are the failures in a row that were waited after."""

    def __init__(
        self, here: InProcessCoinbase, folder: Path, symbols: tuple[str, ...] = SYMBOLS, days: int = 0
    ) -> None:
        self.here, self.clock, self.symbols, self.rests = here, here.clock, symbols, list[int]()
        self.access = here.access(key=None)
        self.products = Products(self.access.calls, folder / "products.json")
        self.feed = CoinbaseFeed(
            symbols, self.access, self.products, here.clock, self._rest_s, products_s=0.05, days=days
        )
        super().__init__(self.feed)

    def started(self) -> ListeningCoinbase:
        """Prepared, warmed up, listening, everything subscribed to and heard."""
        self.feed.prepare()
        self.past = list(self.feed.history(None))
        self.start()
        self.wait_for(lambda: self.subscribed() == [list(self.symbols)])
        self.wait_for(lambda: not any(line.trades.gathering for line in self.feed.lines))
        return self

    def end(self) -> None:
        super().end()
        self.access.close()

    def trades(self, price: str, symbol: str = BTC, size: str = "0.01") -> None:
        """Somebody trades at the loopback broker."""
        self.here.price(symbol, price, size)

    def subscribed(self) -> list[list[str]]:
        """The products whose trades each connection has asked for."""
        with self.here.broker.lock:
            return [list(line.wanted.get("market_trades", [])) for line in self.here.broker.market_socket.lines]

    def lives(self) -> int:
        """How many connections there have been."""
        return sum(line.lives for line in self.feed.view().lines)

    def _rest_s(self, attempt: int) -> float:
        self.rests.append(attempt)
        return 1.0


Made: TypeAlias = Callable[..., ListeningCoinbase]  # makes one that ends with its test
