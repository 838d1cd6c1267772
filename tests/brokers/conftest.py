"""Loopback brokers for the tests of this folder: a process or a server a module, a new broker in it a test."""

from collections.abc import Iterator

import pytest

from tests.brokers.angelone.running import OPEN_DAY, PlainClient, RunningAngelOne, running_angel_one
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC, WATCHER
from tests.brokers.coinbase.plain_client import ChannelSocket, PlainCustomer, listening


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


@pytest.fixture(scope="module")
def coinbase_server() -> Iterator[InProcessCoinbase]:
    """In this process; its heart beats twenty times a second, so that nobody waits for it."""
    with in_process_coinbase(beat_s=0.05, keys=(ELLIPTIC, EDWARDS, WATCHER)) as coinbase:
        yield coinbase


@pytest.fixture
def coinbase(coinbase_server: InProcessCoinbase) -> InProcessCoinbase:
    """A Coinbase nobody has called yet."""
    coinbase_server.reset()
    return coinbase_server


@pytest.fixture
def customer(coinbase: InProcessCoinbase) -> Iterator[PlainCustomer]:
    """Who may trade there."""
    with PlainCustomer(coinbase.place, coinbase.clock.now) as customer:
        yield customer


@pytest.fixture
def market(coinbase: InProcessCoinbase) -> Iterator[ChannelSocket]:
    """Its market socket, nothing subscribed."""
    with listening(coinbase.endpoints.market_socket) as socket:
        yield socket


@pytest.fixture
def user(coinbase: InProcessCoinbase, customer: PlainCustomer) -> Iterator[ChannelSocket]:
    """Its user socket, subscribed to orders, the snapshot read."""
    with listening(coinbase.endpoints.user_socket) as socket:
        socket.subscribe("user", token=customer.token())
        socket.of("subscriptions")
        yield socket
