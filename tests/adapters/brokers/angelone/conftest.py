"""A loopback Angel One in this process for each module here, as new for each test, on a clock that tests move."""

from collections.abc import Iterator

import pytest

from engine.adapters.brokers.angelone.access import Access
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
