"""A socket line against both sockets of the loopback broker: checked, bounded, and its end told as what it is."""

import json
from collections.abc import Iterator

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.connection.socket_line import SocketEnded, SocketLine, SocketRefused, open_line
from engine.adapters.clock import SystemClock
from engine.domain.errors import BackPressure
from tests.brokers.angelone.control import control
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one

SOON_S = 60.0
ONE = {
    "correlationID": "c1",
    "action": 1,
    "params": {"mode": 1, "tokenList": [{"exchangeType": 1, "tokens": ["3045"]}]},
}


@pytest.fixture(scope="module")
def over_tls() -> Iterator[InProcessAngelOne]:
    with in_process_angel_one(tls=True) as there:
        yield there


@pytest.fixture
def there(over_tls: InProcessAngelOne) -> InProcessAngelOne:
    over_tls.reset()
    return over_tls


@pytest.fixture
def access(there: InProcessAngelOne) -> Iterator[Access]:
    access = there.access()
    yield access
    access.wire.close()


def market_headers(tokens: Tokens) -> dict[str, str]:
    """As its handshake wants them."""
    return {
        "Authorization": tokens.authorization,
        "x-api-key": "play-key",
        "x-client-code": "L0001",
        "x-feed-token": tokens.feed,
    }


def market(there: InProcessAngelOne, access: Access) -> SocketLine:
    """An open line of prices."""
    headers = market_headers(access.session.tokens())
    return open_line(there.endpoints.market_socket, headers, SystemClock(), ca_file=there.endpoints.ca_file)


def orders(there: InProcessAngelOne, access: Access) -> SocketLine:
    """An open line of orders, past its greeting."""
    headers = {"Authorization": access.session.tokens().authorization}
    line = open_line(there.endpoints.order_socket, headers, SystemClock(), ca_file=there.endpoints.ca_file)
    assert json.loads(line.receive(SOON_S) or "")["order-status"] == "AB00"
    return line


def told(line: SocketLine) -> SocketEnded:
    """How it ends, within seconds."""
    for _ in range(100):
        try:
            assert line.receive(SOON_S) is not None, "silence instead of an end"
        except SocketEnded as ended:
            return ended
    raise AssertionError("messages instead of an end")


def test_frames_come_as_bytes_and_text_as_text(there: InProcessAngelOne, access: Access) -> None:
    line = market(there, access)
    line.send(json.dumps(ONE))
    line.ping()
    found: list[str | bytes | None] = []
    while len({type(message) for message in found}) < 2:
        found.append(line.receive(SOON_S))
    assert "pong" in found
    assert {len(message) for message in found if isinstance(message, bytes)} == {51}
    line.close()


def test_a_wait_without_a_message_ends_and_loses_nothing(there: InProcessAngelOne, access: Access) -> None:
    line = orders(there, access)
    assert line.receive(0.05) is None
    heard = line.last_heard
    line.ping_frame()
    assert line.receive(0.2) is None
    assert line.last_heard > heard
    line.close()


def test_a_certificate_nobody_vouches_for_opens_no_line(there: InProcessAngelOne, access: Access) -> None:
    stranger = Endpoints(market_socket=there.endpoints.market_socket)
    with pytest.raises(BackPressure, match="SSLCertVerificationError"):
        open_line(stranger.market_socket, market_headers(access.session.tokens()), SystemClock())


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Auth token", "Invalid Header - Invalid Auth token"),
        ("Client Code", "Invalid Header - Invalid Client Code"),
        ("API Key", "Invalid Header - Invalid API Key"),
        ("Feed Token", "Invalid Header - Invalid Feed Token"),
    ],
)
def test_a_401_says_why(there: InProcessAngelOne, access: Access, reason: str, words: str) -> None:
    control(there.broker, {"do": "market_socket", "act": "refuse", "reason": reason})
    with pytest.raises(SocketRefused) as refused:
        market(there, access)
    assert (refused.value.status, refused.value.reason, refused.value.tokens_dead) == (401, words, True)


@pytest.mark.parametrize(("status", "dead"), [(403, True), (429, False), (503, False), (302, False)])
def test_other_refusals_are_told_apart(there: InProcessAngelOne, access: Access, status: int, dead: bool) -> None:
    control(there.broker, {"do": "order_socket", "act": "refuse", "status": status})
    with pytest.raises(BackPressure) as refused:
        orders(there, access)
    assert getattr(refused.value, "tokens_dead", False) == dead


@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a_close_frame_ends_it_with_its_code(there: InProcessAngelOne, access: Access, code: int) -> None:
    line = orders(there, access)
    control(there.broker, {"do": "order_socket", "act": "close", "code": code})
    assert told(line).code == code


def test_a_connection_that_is_cut_ends_it(there: InProcessAngelOne, access: Access) -> None:
    line = market(there, access)
    control(there.broker, {"do": "market_socket", "act": "abort"})
    assert told(line).code == 1006
    with pytest.raises(SocketEnded):
        line.send("ping")
    line.close()


def test_a_stalled_one_is_silent_and_says_so_by_its_age(there: InProcessAngelOne, access: Access) -> None:
    line = market(there, access)
    control(there.broker, {"do": "market_socket", "act": "stall"})
    heard = line.last_heard
    line.ping()
    assert line.receive(0.2) is None
    assert line.last_heard == heard
    line.close()
    control(there.broker, {"do": "market_socket", "act": "resume"})


def test_nobody_listening_is_told_in_seconds() -> None:
    endpoints = Endpoints(market_socket="ws://127.0.0.1:9/smart-stream")
    with pytest.raises(BackPressure, match="no socket"):
        open_line(endpoints.market_socket, {}, SystemClock())


def test_a_proxy_of_the_environment_is_not_used(
    there: InProcessAngelOne, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    orders(there, access).close()
