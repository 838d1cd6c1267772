"""A loopback Coinbase in this process for each module here, as new for each test, on a clock that tests move."""

from collections.abc import Iterator

import pytest

from tests.adapters.brokers.coinbase.order_desk import CASH, OrderDesk, order_desk
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
