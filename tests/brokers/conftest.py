"""A loopback Angel One for the tests of this folder: a process a module, a new broker in it a test."""

from collections.abc import Iterator

import pytest

from tests.brokers.angelone.running import OPEN_DAY, PlainClient, RunningAngelOne, running_angel_one


@pytest.fixture(scope="module")
def process() -> Iterator[RunningAngelOne]:
    """A Monday at ten, a feed that beats ten times a second, more symbols than one session may subscribe to."""
    with running_angel_one("--at", OPEN_DAY, "--beat", "0.1", "--invented", "1100") as broker:
        yield broker


@pytest.fixture
def broker(process: RunningAngelOne) -> RunningAngelOne:
    """A broker nobody has called yet, its limits off."""
    process.do("reset")
    process.do("limits", on=False)
    return process


@pytest.fixture
def client(broker: RunningAngelOne) -> Iterator[PlainClient]:
    """Logged in."""
    with PlainClient(broker) as client:
        assert client.login()["status"] is True
        yield client
