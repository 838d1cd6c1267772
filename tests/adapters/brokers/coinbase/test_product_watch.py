"""The list of products is looked at now and then; what it says is told once, and what ends the looking is raised."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest

from engine.adapters.brokers.coinbase.access.calls import Query
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.prices.product_watch import ProductWatch
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.domain.errors import PermanentFailure
from engine.domain.instant import moment_of
from engine.domain.market import TradingStatus
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.coinbase.printed import BTC, ETH, TEN, Row, product


class Listing:
    """Calls that list these products; once it is broken, nothing can be made of it."""

    def __init__(self, *rows: Row) -> None:
        self.rows, self.broken, self.asked = list(rows), False, 0

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> object:
        self.asked += 1
        if self.broken:
            raise ZeroDivisionError("a fault of ours")
        if route is Route.PRODUCTS:
            return {"products": self.rows}
        raise PermanentFailure("NOT_FOUND")


def watching(listing: Listing) -> tuple[Products, ProductWatch]:
    products = Products(listing)
    products.update([BTC, ETH])
    return products, ProductWatch(products, [BTC, ETH], ManualClock(moment_of(TEN)), 0.01)


def within(what: Callable[[], bool]) -> None:
    until = monotonic() + 5
    while not what():
        assert monotonic() < until


def test_what_leaves_the_list_and_comes_back_is_told_once_each_with_the_reason() -> None:
    listing = Listing(product(BTC), product(ETH))
    _, watch = watching(listing)
    assert watch.halted() == {}
    told = []
    with watch.looking():
        listing.rows = [product(BTC)]
        within(lambda: bool(told) or bool(told.extend(watch.changes())))
        assert not watch.lists(ETH)
        listing.rows = [product(BTC), product(ETH)]
        within(lambda: len(told) > 1 or bool(told.extend(watch.changes())))
    assert [(each.symbol, each.status, each.why) for each in told] == [
        (ETH, TradingStatus.HALTED, "Coinbase says that it is listed no more"),
        (ETH, TradingStatus.TRADING, ""),
    ]


def test_a_fault_that_ends_the_looking_ends_who_listens() -> None:
    listing = Listing(product(BTC), product(ETH))
    _, watch = watching(listing)
    watch.halted()
    with watch.looking():
        listing.broken, asked = True, listing.asked
        within(lambda: listing.asked > asked)
    with pytest.raises(ZeroDivisionError):
        list(watch.changes())
