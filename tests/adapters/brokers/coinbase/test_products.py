"""The list of products at the loopback broker: asked for in one call, kept for a start without a network; what is not
in it is refused in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.adapters.brokers.coinbase.access.calls import Query
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.domain.errors import BackPressure, InvalidValue, OutcomeUnknown, PermanentFailure
from engine.domain.market import TradingStatus
from tests.adapters.brokers.coinbase.printed import BTC, ETH, Row, product
from tests.brokers.coinbase.in_process import InProcessCoinbase


class Away:
    """Calls that nobody answers."""

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> object:
        raise BackPressure("Coinbase, products: no connection (NameResolutionError)")


class Listing:
    """Calls that list these products and know no other."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> object:
        if route is Route.PRODUCTS:
            return {"products": self.rows}
        raise PermanentFailure("NOT_FOUND")


@pytest.fixture
def here(coinbase_server: InProcessCoinbase) -> InProcessCoinbase:
    coinbase_server.reset()
    return coinbase_server


@pytest.fixture
def products(here: InProcessCoinbase, tmp_path: Path) -> Iterator[Products]:
    access = here.access(key=None)
    yield Products(access.calls, tmp_path / "state" / "products.json")
    access.close()


def test_the_products_of_an_account_are_had_in_one_call_and_asked_of_memory_afterwards(
    products: Products, here: InProcessCoinbase
) -> None:
    products.update([BTC, ETH])
    assert products.find(BTC).instrument.lot_size == Decimal("0.00000001")
    assert (products.find(ETH).base, products.find(ETH).quote) == ("ETH", "USD")
    assert (here.calls("products"), here.calls("product")) == (1, 0)


def test_one_that_nobody_asked_for_is_asked_for_once(products: Products, here: InProcessCoinbase) -> None:
    assert products.known(ETH) is None
    assert products.find(ETH).symbol == products.find(ETH).symbol == ETH
    assert here.calls("product") == 1


def test_what_is_not_listed_is_refused_in_words(products: Products) -> None:
    products.update([BTC, "ACME-USD"])
    assert products.known("ACME-USD") is None
    with pytest.raises(InvalidValue, match="ACME-USD is no product of Coinbase"):
        products.find("ACME-USD")


def test_a_list_that_is_refused_for_one_symbol_is_asked_for_one_by_one(
    products: Products, here: InProcessCoinbase
) -> None:
    here.fault("products", "error", status=400, code="INVALID_ARGUMENT")
    products.update([BTC, ETH])
    assert {products.find(symbol).symbol for symbol in (BTC, ETH)} == {BTC, ETH}
    assert here.calls("product") == 2


@pytest.mark.parametrize("kind", ["drop", "page", "not_json", "cut_json", "wrong_shape", "empty"])
def test_a_list_that_does_not_come_leaves_what_was_known(
    products: Products, here: InProcessCoinbase, kind: str
) -> None:
    products.update([BTC])
    here.fault("products", kind)
    with pytest.raises((BackPressure, OutcomeUnknown)):
        products.update([BTC])
    assert products.find(BTC).symbol == BTC


def test_one_that_an_answer_lacks_is_asked_for_by_itself(products: Products, here: InProcessCoinbase) -> None:
    here.fault("products", "half_the_rows")
    products.update([BTC, ETH])
    assert {symbol for symbol in (BTC, ETH) if products.known(symbol)} == {BTC, ETH}
    assert here.calls("product") == 1


@pytest.mark.parametrize("now", [None, product(ETH, quote_max_size=""), product(ETH, product_type="FUTURE")])
def test_what_was_listed_and_is_no_more_stays_known_as_closed(now: Row | None) -> None:
    listing = Listing([product(BTC), product(ETH)])
    products = Products(listing)
    products.update([BTC, ETH])
    before = products.find(ETH)
    listing.rows = [product(BTC)] if now is None else [product(BTC), now]
    for _ in range(2):
        products.update([BTC, ETH])
    found = products.find(ETH)
    assert (found.base_increment, found.closed) == (before.base_increment, "Coinbase says that it is listed no more")
    assert found.status is TradingStatus.HALTED
    listing.rows = [product(BTC), product(ETH)]
    products.update([BTC, ETH])
    assert products.find(ETH) == before


def test_what_an_earlier_start_found_and_is_listed_no_more_is_known_to_this_one(tmp_path: Path) -> None:
    listing, kept = Listing([product(BTC), product(ETH)]), tmp_path / "products.json"
    Products(listing, kept).update([BTC, ETH])
    before = Products(Away(), kept)
    before.recall([ETH])
    listing.rows = [product(BTC)]
    for _ in range(2):  # and to the one after it
        later = Products(listing, kept)
        later.update([BTC, ETH])
        assert (later.find(ETH).gone, later.find(BTC).gone) == (True, False)
        assert later.find(ETH).instrument == before.find(ETH).instrument
    away = Products(Away(), kept)
    assert away.recall([BTC, ETH])
    assert away.find(ETH).closed == "Coinbase says that it is listed no more"


def test_what_nobody_asked_for_this_time_is_not_taken_for_gone(tmp_path: Path) -> None:
    listing, kept = Listing([product(BTC), product(ETH)]), tmp_path / "products.json"
    Products(listing, kept).update([BTC, ETH])
    later = Products(listing, kept)
    later.update([BTC])
    assert not later.find(ETH).gone


def test_what_was_never_listed_keeps_no_later_start_without_a_network_from_beginning(tmp_path: Path) -> None:
    listing, kept = Listing([product(BTC), product("FUT-USD", product_type="FUTURE")]), tmp_path / "products.json"
    Products(listing, kept).update([BTC, "ACME-USD", "FUT-USD"])
    away = Products(Away(), kept)
    assert away.recall([BTC, "ACME-USD", "FUT-USD"])
    assert away.known("ACME-USD") is None
    assert "is no product of Coinbase's spot market" in away.refused["FUT-USD"]
    assert not away.recall(["SOL-USD"])


def test_a_start_without_a_network_goes_by_what_an_earlier_one_found(products: Products, tmp_path: Path) -> None:
    products.update([BTC, ETH])
    later = Products(Away(), tmp_path / "state" / "products.json")
    assert later.recall([BTC])
    assert later.find(BTC) == products.find(BTC)
    assert not later.recall([BTC, "SOL-USD"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"products": 1}', '{"products": [{"product_id": "BTC-USD"}]}'])
def test_a_file_that_can_not_be_read_is_as_good_as_none(text: str, tmp_path: Path) -> None:
    kept = tmp_path / "products.json"
    kept.write_text(text)
    assert not Products(Away(), kept).recall([BTC])
    assert not Products(Away(), tmp_path / "no.json").recall([BTC])
    assert not Products(Away()).recall([BTC])


def test_a_disk_that_takes_nothing_costs_no_prices(here: InProcessCoinbase, tmp_path: Path) -> None:
    access = here.access(key=None)
    blocked = tmp_path / "file"
    blocked.write_text("")
    products = Products(access.calls, blocked / "products.json")
    products.update([BTC])
    assert products.find(BTC).symbol == BTC
    access.close()
