"""A loopback Angel One in this process for each module here, as new for each test, on a clock that tests move."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from tests.adapters.brokers.angelone.order_desk import OrderDesk, order_desk
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one


@pytest.fixture(scope="module")
def angel_one_server() -> Iterator[InProcessAngelOne]:
    """Over plain HTTP."""
    with in_process_angel_one() as here:
        yield here


@pytest.fixture
def angel_one(angel_one_server: InProcessAngelOne) -> InProcessAngelOne:
    """Nobody has called it yet; a Monday, five seconds past ten."""
    angel_one_server.reset()
    return angel_one_server


@pytest.fixture
def access(angel_one: InProcessAngelOne) -> Iterator[Access]:
    """Of its one client; nothing called yet."""
    access = angel_one.access()
    yield access
    access.wire.close()


@pytest.fixture
def desk(angel_one_server: InProcessAngelOne, tmp_path: Path) -> Iterator[OrderDesk]:
    """An account's orders at it; SBIN stands at 820."""
    with order_desk(tmp_path, angel=angel_one_server) as made:
        made.price("820.00")
        yield made
