"""The wire: bounded, checked, kept alive, and never sending twice. Against servers that misbehave one way each."""

import json
import socket
import ssl
from collections.abc import Iterator

import pytest

from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.connection.trust import trusting
from engine.adapters.brokers.connection.wire import (
    ANSWER_S,
    BODY_BYTES_MAX,
    IDLE_S,
    Answer,
    Lost,
    NotSent,
    Request,
    Wire,
)
from engine.domain.errors import InvalidValue
from tests.adapters.brokers.teller import OK, telling
from tests.brokers.angelone.in_process import OPEN_DAY, in_process_angel_one
from tests.brokers.loopback.clocks import SteeredClock


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock(OPEN_DAY)


@pytest.fixture
def wire(clock: SteeredClock) -> Iterator[Wire]:
    wire = Wire(None, clock, read_s=0.2)
    yield wire
    wire.close()


def test_four_calls_take_one_connection(wire: Wire) -> None:
    with telling(OK) as there:
        for _ in range(4):
            assert wire.carry(Request("POST", there.url, b"{}")) == Answer(200, b"ok", "")
        assert (there.connections, there.requests) == (1, 4)


def test_a_connection_that_rested_is_not_trusted_with_an_order(wire: Wire, clock: SteeredClock) -> None:
    with telling(OK) as there:
        wire.carry(Request("POST", there.url, b"{}"))
        clock.pass_s(IDLE_S + 1)
        wire.carry(Request("POST", there.url, b"{}"))
        assert there.connections == 2


def test_reads_do_not_make_a_connection_trusted_that_rested_since_the_last_order(
    wire: Wire, clock: SteeredClock
) -> None:
    with telling(OK) as there:
        wire.carry(Request("POST", there.url, b"{}"), for_order=True)
        for _ in range(3):
            clock.pass_s(IDLE_S / 2)
            wire.carry(Request("GET", there.url))
        assert there.connections == 2
        wire.carry(Request("POST", there.url, b"{}"), for_order=True)
        wire.carry(Request("POST", there.url, b"{}"), for_order=True)
        assert there.connections == 3


def test_a_connection_that_brought_an_error_is_not_used_again(wire: Wire) -> None:
    with telling(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n") as there:
        wire.carry(Request("POST", there.url, b"{}"))
        wire.carry(Request("POST", there.url, b"{}"))
        assert (there.connections, there.requests) == (2, 2)


def test_nobody_listening_means_not_sent(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert wire.carry(Request("POST", f"http://127.0.0.1:{port}/x", b"{}")) == NotSent(
        "no connection (NewConnectionError)"
    )


def test_an_answer_that_does_not_come_is_lost_and_asked_for_once(wire: Wire) -> None:
    with telling(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") as there:
        assert isinstance(wire.carry(Request("POST", there.url, b"{}")), Lost)
        assert there.requests == 1


@pytest.mark.parametrize("says", [b"", b"nonsense\r\n\r\n", b"\x00\x01\x02"])
def test_what_is_no_answer_is_lost(wire: Wire, says: bytes) -> None:
    with telling(says) as there:
        assert isinstance(wire.carry(Request("POST", there.url, b"{}")), Lost)
        assert there.requests == 1


def test_an_answer_without_end_is_given_up(wire: Wire) -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    more = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with telling(endless + more * (BODY_BYTES_MAX // 0x100000)) as there:
        lost = wire.carry(Request("GET", there.url))
        assert lost == Lost(f"an answer of more than {BODY_BYTES_MAX:,} bytes")


def test_an_answer_that_trickles_is_given_up(wire: Wire, clock: SteeredClock) -> None:
    def six_seconds_later() -> None:
        clock.pass_s(6.0)
        if clock.monotonic() > 60:
            raise OSError("and then it hangs up")

    with telling(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", six_seconds_later) as there:
        assert wire.carry(Request("GET", there.url)) == Lost(f"an answer that took more than {ANSWER_S:g} s")


def test_a_redirection_is_shown_and_not_followed(wire: Wire) -> None:
    with telling(OK) as elsewhere:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
        with telling(moved.encode()) as there:
            answer = wire.carry(Request("POST", there.url, b"{}", {"Authorization": "Bearer x"}))
            assert isinstance(answer, Answer)
            assert answer.status == 307
        assert elsewhere.requests == 0


def test_a_proxy_of_the_environment_is_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    with telling(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") as proxy, telling(OK) as there:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        answer = wire.carry(Request("GET", there.url))
        assert isinstance(answer, Answer)
        assert (answer.status, proxy.connections) == (200, 0)


def test_a_certificate_nobody_vouches_for_means_not_sent(clock: SteeredClock) -> None:
    with in_process_angel_one(tls=True) as there:
        url = f"{there.endpoints.rest}/address"
        stranger = Wire(None, clock)
        outcome = stranger.carry(Request("GET", url, headers={"Authorization": "Bearer x"}))
        assert isinstance(outcome, NotSent)
        assert "certificate" in outcome.why
        assert not there.broker.counts
        known = Wire(there.endpoints.ca_file, clock)
        assert isinstance(known.carry(Request("GET", url)), Answer)
        by_name = Wire(there.endpoints.ca_file, clock)
        assert isinstance(by_name.carry(Request("GET", url.replace("127.0.0.1", "localhost"))), Answer)
        for each in (stranger, known, by_name):
            each.close()


def test_trust_is_never_less_than_certificate_and_name() -> None:
    context = trusting(None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_file_that_can_not_be_read_is_named(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(InvalidValue, match="ca_file"):
        trusting(tmp_path / "nothing.pem")  # type: ignore[operator]


@pytest.mark.parametrize(
    "address",
    ["http://apiconnect.angelone.in", "ws://elsewhere/smart-stream", "ftp://x", "apiconnect", "https://u:p@x"],
)
def test_an_address_that_would_carry_tokens_in_the_clear_is_refused(address: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Endpoints(rest=address)
    assert json.dumps("u:p") not in str(refused.value)


@pytest.mark.parametrize("services", ["", " ", "https://api.ipify.org http://elsewhere"])
def test_the_services_that_tell_our_address_are_addresses_too(services: str) -> None:
    with pytest.raises(InvalidValue, match="whatismyip"):
        Endpoints(whatismyip=services)


def test_loopback_may_be_spoken_to_in_the_clear() -> None:
    assert Endpoints(rest="http://127.0.0.1:8080", market_socket="ws://localhost:1/x").ca_file is None
