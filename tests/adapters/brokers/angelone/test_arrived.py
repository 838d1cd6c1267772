"""What has arrived on a socket is taken at once and whole, however it was cut up on the way; its end comes after it."""

from __future__ import annotations

import json
import selectors
import socket
import struct
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.brokers.connection.socket_line import Buffered, SocketEnded, SocketLine, open_line
from engine.adapters.clock import SystemClock
from tests.brokers.angelone.in_process import in_process_angel_one

SOON_S = 60.0


class Ends:
    """A socket whose other end a test holds."""

    def __init__(self) -> None:
        near, self.far = socket.socketpair()
        opened = Buffered()
        opened.sock, opened.connected = near, True
        self.line = SocketLine(opened, SystemClock())

    def __enter__(self) -> Ends:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
        self.far.close()


def framed(payload: bytes, opcode: int = 2) -> bytes:
    """A frame of a server: not masked."""
    length = len(payload)
    head = bytes([0x80 | opcode])
    return head + (bytes([length]) if length < 126 else bytes([126]) + struct.pack(">H", length)) + payload


def test_several_messages_in_one_piece_are_taken_at_once() -> None:
    with Ends() as ends:
        ends.far.sendall(framed(b"a" * 51) + framed(b"pong", opcode=1) + framed(b"b" * 379))
        assert ends.line.arrived() == [b"a" * 51, "pong", b"b" * 379]
        assert ends.line.arrived() == []


@given(cuts=st.lists(st.integers(0, 600), max_size=8))
def test_a_message_that_came_in_pieces_is_one_when_it_is_whole(cuts: list[int]) -> None:
    whole = framed(b"a" * 51) + framed(b"b" * 379) + framed(b"c" * 123)
    with Ends() as ends:
        taken: list[str | bytes] = []
        places = sorted({0, *(min(cut, len(whole)) for cut in cuts), len(whole)})
        for begin, end in pairwise(places):
            ends.far.sendall(whole[begin:end])
            taken += ends.line.arrived()
        assert taken == [b"a" * 51, b"b" * 379, b"c" * 123]


@pytest.mark.parametrize(("last", "code"), [(framed(struct.pack(">H", 1001), opcode=8), 1001), (b"", 1006)])
def test_what_came_before_the_end_is_given_before_the_end_is_told(last: bytes, code: int) -> None:
    with Ends() as ends:
        ends.far.sendall(framed(b"price") + last)
        if not last:
            ends.far.close()
        assert ends.line.arrived() == [b"price"]
        with pytest.raises(SocketEnded) as ended:
            ends.line.arrived()
        assert ended.value.code == code
        assert ends.line.fileno() == -1


def test_waiting_for_one_and_taking_all_go_together() -> None:
    with Ends() as ends:
        ends.far.sendall(framed(b"1") + framed(b"2") + framed(b"3"))
        assert ends.line.receive(SOON_S) == b"1"
        assert ends.line.arrived() == [b"2", b"3"]
        assert ends.line.receive(0.01) is None


@pytest.fixture(scope="module")
def line() -> Iterator[SocketLine]:
    """To the loopback broker over TLS, subscribed to a share."""
    with in_process_angel_one(tls=True) as there:
        access = there.access()
        tokens = access.session.tokens()
        headers = {
            "Authorization": tokens.authorization,
            "x-api-key": "play-key",
            "x-client-code": "L0001",
            "x-feed-token": tokens.feed,
        }
        opened = open_line(there.endpoints.market_socket, headers, SystemClock(), ca_file=there.endpoints.ca_file)
        wish = {"mode": 3, "tokenList": [{"exchangeType": 1, "tokens": ["3045"]}]}
        opened.send(json.dumps({"correlationID": "c1", "action": 1, "params": wish}))
        assert opened.receive(SOON_S)  # from now on every trade is told
        for paise in range(82_000, 82_500, 5):
            there.broker.trade("NSE", "3045", paise, 1)
        yield opened
        opened.close()
        access.wire.close()


def test_over_tls_whoever_waits_for_the_socket_misses_nothing(line: SocketLine) -> None:
    taken: list[str | bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(line.fileno(), selectors.EVENT_READ)
        while len(taken) < 100:
            assert selector.select(SOON_S)
            taken += line.arrived()
    assert {len(message) for message in taken} == {379}
