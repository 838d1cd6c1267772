"""Which of an account's products trade now, and why the others do not: the list is looked at now and then. Owned by
feed.py, which tells the engine; products.py asks the list.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog

from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.brokers.live_prices.on_air import JOIN_S
from engine.domain.errors import OperatingError
from engine.domain.events import MarketStatus
from engine.domain.instant import instant_of
from engine.domain.market import TradingStatus
from engine.ports import Clock

PRODUCTS_S = 30.0  # between two looks at the list
_log = structlog.get_logger()


class ProductWatch:
    """Of these symbols, those that are or were listed. `every_s`: between two looks."""

    def __init__(self, products: Products, symbols: Sequence[str], clock: Clock, every_s: float) -> None:
        self._products, self._symbols, self._clock, self._every_s = products, symbols, clock, every_s
        self._told: dict[str, TradingStatus] = {}
        self._looked = threading.Event()
        self._failed: Exception | None = None  # what ended the thread that looks

    def lists(self, symbol: str) -> bool:
        """Whether the list has it, by the last look."""
        found = self._products.known(symbol)
        return found is not None and not found.gone

    def halted(self) -> Mapping[str, str]:
        """What does not trade now, and why: told of a day that begins. A change is what differs from it."""
        self._told = {one: found.status for one in self._symbols if (found := self._products.known(one)) is not None}
        return {one: self._why(one) for one, status in self._told.items() if status is not TradingStatus.TRADING}

    def changes(self) -> Iterator[MarketStatus]:
        """What trades no more, or again, by the last look at the list. Raises what ended the looking."""
        if self._failed is not None:
            raise self._failed
        if not self._looked.is_set():
            return
        self._looked.clear()
        for symbol, told in self._told.items():
            found = self._products.known(symbol)
            if found is not None and found.status is not told:
                self._told[symbol] = found.status
                why = self._why(symbol)
                _log.warning("a product's trading", product=symbol, status=found.status.value, because=why)
                yield MarketStatus(symbol, found.status, instant_of(self._clock.now()), why)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """The list is looked at now and then until the block ends, on a thread of its own."""
        ended = threading.Event()

        thread = threading.Thread(target=self._look, args=(ended,), name="products", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(JOIN_S)

    def _look(self, ended: threading.Event) -> None:
        """What ends the looking ends who listens, as with a connection (on_air.py): nobody else would hear of it."""
        troubled = False
        while not ended.wait(self._every_s):
            try:
                self._products.update(self._symbols)
                troubled = False
                self._looked.set()
            except OperatingError as error:
                if not troubled:
                    _log.warning("Coinbase's list of products is old", error=str(error))
                troubled = True
            except Exception as error:  # noqa: BLE001 - raised by `changes`
                self._failed = error
                return

    def _why(self, symbol: str) -> str:
        """Why it does not trade, in words; empty where it does."""
        found = self._products.known(symbol)
        return "" if found is None else found.closed or ""
