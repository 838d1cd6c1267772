"""A loopback Coinbase in this process for each module here, as new for each test, on a clock that tests move."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.brokers.coinbase.listening_coinbase import SYMBOLS, ListeningCoinbase, Made
from tests.adapters.brokers.coinbase.order_desk import CASH, OrderDesk, order_desk
from tests.adapters.brokers.coinbase.printed import BTC
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase


@pytest.fixture(scope="module")
def coinbase_server() -> Iterator[InProcessCoinbase]:
    """Over plain HTTP."""
    with in_process_coinbase(cash=CASH) as here:
        yield here


@pytest.fixture
def desk(coinbase_server: InProcessCoinbase) -> Iterator[OrderDesk]:
    """An account's orders at it; XRP stands at 2.10."""
    with order_desk(coinbase_server) as made:
        made.price("2.10")
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[InProcessCoinbase]:
    """Its heart beats fast, so that tests need not wait a second for it."""
    with in_process_coinbase(beat_s=0.05) as here:
        yield here


@pytest.fixture
def made(server: InProcessCoinbase, tmp_path: Path) -> Iterator[Made]:
    """Makes a feed; its threads have ended when the test has."""
    server.reset()
    feeds: list[ListeningCoinbase] = []

    def make(*symbols: str, days: int = 0) -> ListeningCoinbase:
        feeds.append(ListeningCoinbase(server, tmp_path, symbols or SYMBOLS, days))
        return feeds[-1]

    yield make
    for feed in feeds:
        feed.end()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("market-", "products"))]


@pytest.fixture
def live(made: Made) -> ListeningCoinbase:
    """On the air, a first price come."""
    feed = made().started()
    feed.trades("64000.00")
    feed.wait_for(lambda: feed.prices(BTC) == [6_400_000])
    return feed
