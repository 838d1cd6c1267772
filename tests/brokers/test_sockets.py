"""Both sockets of the loopback broker: what they say, whom they refuse, and every way they go wrong."""

import struct
from contextlib import ExitStack
from typing import Any

import pytest
import websocket

from tests.brokers.angelone.listening import market_headers, market_socket, order_socket
from tests.brokers.angelone.running import PlainClient, RunningAngelOne

REASONS = {
    "Authorization": "Invalid Header - Invalid Auth token",
    "x-client-code": "Invalid Header - Invalid Client Code",
    "x-api-key": "Invalid Header - Invalid API Key",
    "x-feed-token": "Invalid Header - Invalid Feed Token",
}


def sequence_of(frame: bytes) -> int:
    """The number in the frame's head."""
    found: int = struct.unpack_from("<q", frame, 27)[0]
    return found


@pytest.mark.parametrize("header", sorted(REASONS))
def test_the_market_socket_says_which_header_is_wrong(
    broker: RunningAngelOne, client: PlainClient, header: str
) -> None:
    with (
        pytest.raises(websocket.WebSocketBadStatusException) as refused,
        market_socket(broker, client, **{header: "wrong"}),
    ):
        pass
    assert refused.value.status_code == 401
    assert refused.value.resp_headers["x-error-message"] == REASONS[header]


@pytest.mark.parametrize("reason", ["Auth token", "Client Code", "API Key", "Feed Token"])
def test_each_401_can_be_asked_for(broker: RunningAngelOne, client: PlainClient, reason: str) -> None:
    broker.do("market_socket", act="refuse", reason=reason)
    with pytest.raises(websocket.WebSocketBadStatusException) as refused, market_socket(broker, client):
        pass
    assert refused.value.resp_headers["x-error-message"] == f"Invalid Header - Invalid {reason}"
    with market_socket(broker, client) as socket:
        socket.send("ping")
        assert socket.text() == "pong"


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_each_status_of_the_order_socket_can_be_asked_for(
    broker: RunningAngelOne, client: PlainClient, status: int
) -> None:
    broker.do("order_socket", act="refuse", status=status)
    with pytest.raises(websocket.WebSocketBadStatusException) as refused, order_socket(broker, client):
        pass
    assert refused.value.status_code == status


def test_the_order_socket_tells_unknown_tokens_from_dead_ones(broker: RunningAngelOne, client: PlainClient) -> None:
    dead = client.jwt
    client.login()
    statuses = []
    for token in ("nobody's", dead):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused, order_socket(broker, client, token):
            pass
        statuses.append(refused.value.status_code)
    assert statuses == [401, 403]


@pytest.mark.parametrize("opens", [market_socket, order_socket])
def test_a_fourth_connection_is_one_too_many(broker: RunningAngelOne, client: PlainClient, opens: Any) -> None:
    with ExitStack() as three:
        for _ in range(3):
            three.enter_context(opens(broker, client))
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            three.enter_context(opens(broker, client))
    assert refused.value.status_code == 429


def test_frames_have_three_lengths_and_come_again_unchanged(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        for mode, length in ((1, 51), (2, 123), (3, 379)):
            socket.subscribe(mode, "3045")
            frames = [frame for frame in (socket.binary() for _ in range(12)) if frame[0] == mode]
            assert {len(frame) for frame in frames} == {length}
            assert len({frame[:35] + frame[43:] for frame in frames}) == 1
            socket.subscribe(mode, "3045", action=0)


def test_a_trade_goes_to_those_who_subscribed(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        socket.subscribe(2, "3045")
        before = sequence_of(socket.binary())
        broker.do("price", symbol="SBIN-EQ", price="821.35", quantity=40)
        frame = socket.binary()
        while sequence_of(frame) == before:
            frame = socket.binary()
        assert struct.unpack_from("<qqqq", frame, 43) == (82_135, 40, 82_135, 40)


def test_an_index_has_no_sequence_number(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        socket.subscribe(1, "99926000")
        assert sequence_of(socket.binary()) == 0


def test_a_wish_that_is_no_wish_and_one_too_many_are_told_in_text(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        for wrong in ("{", '{"action":1}', '{"action":1,"params":{"mode":9,"tokenList":[]}}'):
            socket.send(wrong)
            assert socket.json()["errorCode"] == "E1001"
        socket.subscribe(1, *(str(700_000 + number) for number in range(1000)))
        socket.subscribe(1, "3045")
        told = socket.json()
        assert (told["errorCode"], told["correlationID"]) == ("E1002", "abcde12345")
        assert broker.look()["feeds"][0]["wanted"] == 1000


def test_a_silent_feed_still_answers_pings(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        socket.subscribe(1, "3045")
        socket.binary()
        broker.do("market_socket", act="silent")
        socket.send("ping")
        assert socket.text() == "pong"
        assert socket.is_quiet()
        broker.do("market_socket", act="speak")
        assert len(socket.binary()) == 51


def test_one_symbol_may_fall_silent_among_others(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        socket.subscribe(1, "3045", "2885")
        broker.do("market_socket", act="mute", tokens=["3045"])
        socket.send("ping")
        socket.text()  # what was under way before is past
        assert {socket.binary()[2:27].rstrip(b"\0") for _ in range(6)} == {b"2885"}
        broker.do("market_socket", act="unmute", tokens=["3045"])
        assert b"3045" in {socket.binary()[2:27].rstrip(b"\0") for _ in range(6)}


@pytest.mark.parametrize(("which", "opens"), [("market_socket", market_socket), ("order_socket", order_socket)])
def test_a_stalled_connection_is_open_and_dead(
    broker: RunningAngelOne, client: PlainClient, which: str, opens: Any
) -> None:
    with opens(broker, client) as socket:
        socket.send("ping")
        socket.text()
        broker.do(which, act="stall")
        socket.is_quiet()  # what was under way
        socket.send("ping")
        assert socket.is_quiet()
        broker.do(which, act="resume")
        assert socket.text() == "pong"


@pytest.mark.parametrize(("which", "opens"), [("market_socket", market_socket), ("order_socket", order_socket)])
@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a_connection_may_be_closed_with_a_code(
    broker: RunningAngelOne, client: PlainClient, which: str, opens: Any, code: int
) -> None:
    with opens(broker, client) as socket:
        broker.do(which, act="close", code=code)
        assert socket.closing() == code


@pytest.mark.parametrize(("which", "opens"), [("market_socket", market_socket), ("order_socket", order_socket)])
def test_a_connection_may_end_without_a_frame(
    broker: RunningAngelOne, client: PlainClient, which: str, opens: Any
) -> None:
    with opens(broker, client) as socket:
        broker.do(which, act="abort")
        assert socket.closing() is None


def test_a_frame_may_be_short_and_the_next_is_whole(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("market_socket", act="short_frames")
    with market_socket(broker, client) as socket:
        socket.subscribe(3, "3045")
        assert [len(socket.binary()), len(socket.binary())] == [379 // 2, 379]


def test_a_sequence_number_may_go_back(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("market_socket", act="backward")
    with market_socket(broker, client) as socket:
        socket.subscribe(1, "3045")
        assert sequence_of(socket.binary()) < sequence_of(socket.binary())


def test_an_error_may_come_unasked(broker: RunningAngelOne, client: PlainClient) -> None:
    with market_socket(broker, client) as socket:
        socket.send("ping")
        socket.text()
        broker.do("market_socket", act="error", code="E1001", correlation="abc")
        assert socket.json() == {"correlationID": "abc", "errorCode": "E1001", "errorMessage": "as asked"}


def test_the_order_socket_greets_and_answers_pings_with_a_zero(broker: RunningAngelOne, client: PlainClient) -> None:
    with order_socket(broker, client) as socket:
        assert socket.json()["order-status"] == "AB00"
        socket.line.ping("anything")
        assert socket.line.recv_data(control_frame=True) == (websocket.ABNF.OPCODE_PONG, b"\x00")


def test_order_messages_may_come_twice_or_never(broker: RunningAngelOne, client: PlainClient) -> None:
    with order_socket(broker, client) as socket:
        socket.text()
        broker.do("order_socket", act="hide")
        broker.do("order_socket", act="double")
        client.place()
        told = [socket.json()["order-status"] for _ in range(2)]
    assert told == ["AB01", "AB01"]  # AB09 was never told


def test_what_happened_while_nobody_listened_is_never_told(broker: RunningAngelOne, client: PlainClient) -> None:
    with order_socket(broker, client) as socket:
        socket.text()
        broker.do("order_socket", act="abort")
        socket.closing()
    client.place(price="830.00")
    broker.do("advance", seconds=5)
    with order_socket(broker, client) as socket:
        assert socket.json()["order-status"] == "AB00"
        assert socket.is_quiet()


@pytest.mark.parametrize("opens", [market_socket, order_socket])
def test_midnight_cuts_the_sockets_and_refuses_their_tokens(
    broker: RunningAngelOne, client: PlainClient, opens: Any
) -> None:
    with opens(broker, client) as socket:
        broker.do("clock", at="2026-11-24T00:00:01+05:30")
        assert socket.closing() is None
    with pytest.raises(websocket.WebSocketBadStatusException), opens(broker, client):
        pass


def test_a_certificate_nobody_vouches_for_is_refused_by_a_client_that_looks(
    broker: RunningAngelOne, client: PlainClient
) -> None:
    with pytest.raises(OSError):
        websocket.create_connection(
            broker.told["market_socket"], timeout=60, header=market_headers(broker, client), sslopt={}
        )
