"""What the sockets of the loopback Coinbase may do wrong, by the script."""

import pytest
import websocket

from tests.brokers.coinbase.in_process import InProcessCoinbase
from tests.brokers.coinbase.plain_client import ChannelSocket, PlainCustomer, event_of, listening

BTC, ETH = "BTC-USD", "ETH-USD"


@pytest.mark.parametrize("act", ["gap", "drop"])
def test_a_number_may_be_missing(coinbase: InProcessCoinbase, market: ChannelSocket, act: str) -> None:
    market.subscribe("market_trades", BTC)
    last = market.of("subscriptions")["sequence_num"]
    coinbase.do("market_socket", act=act, channel="market_trades")
    coinbase.price(BTC, "65100")
    coinbase.price(BTC, "65200")
    message = market.json()
    assert event_of(message)["trades"][0]["price"] == ("65100" if act == "gap" else "65200")
    assert message["sequence_num"] == last + 2


def test_a_message_may_be_lost_without_a_trace(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    market.subscribe("market_trades", BTC)
    last = market.of("subscriptions")["sequence_num"]
    coinbase.do("market_socket", act="lose")
    coinbase.price(BTC, "65100")
    coinbase.price(BTC, "65200")
    message = market.json()
    assert (event_of(message)["trades"][0]["price"], message["sequence_num"]) == ("65200", last + 1)


def test_a_message_may_come_twice_and_strangers_may_speak(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    market.subscribe("market_trades", BTC)
    market.of("subscriptions")
    coinbase.do("market_socket", act="double")
    coinbase.price(BTC, "65100")
    assert market.json()["events"] == market.json()["events"]
    coinbase.do("market_socket", act="unknown")
    coinbase.do("market_socket", act="error", message="try later")
    coinbase.price(BTC, "65200")
    assert market.json() == {"type": "error", "message": "try later"}
    assert [market.json()["channel"] for _ in range(2)] == ["unheard_of", "market_trades"]


def test_an_older_state_of_an_order_may_come_after_a_newer_one(
    coinbase: InProcessCoinbase, customer: PlainCustomer, user: ChannelSocket
) -> None:
    customer.place("one")
    coinbase.do("user_socket", act="stale", channel="user")
    coinbase.settle()
    rows = user.order_rows(3)
    assert [row["status"] for row in rows] == ["PENDING", "OPEN", "PENDING"]


def test_it_may_fall_silent_with_the_connection_open(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    market.subscribe("heartbeats")
    market.of("heartbeats")
    coinbase.do("market_socket", act="mute", what="heartbeats")
    market.subscribe("ticker", BTC)
    market.of("ticker")
    coinbase.do("market_socket", act="unmute", what="heartbeats")
    market.of("heartbeats")
    coinbase.do("market_socket", act="silent")
    market.subscribe("ticker", ETH)
    market.line.ping()
    while (got := market.line.recv_data(control_frame=True)[0]) == websocket.ABNF.OPCODE_TEXT:
        pass  # what was on its way
    assert got == websocket.ABNF.OPCODE_PONG
    coinbase.do("market_socket", act="speak")
    market.of("heartbeats")


@pytest.mark.parametrize(("code", "what"), [(1000, "close"), (1001, "close"), (None, "abort")])
def test_it_may_end_with_a_code_or_without_a_frame(
    coinbase: InProcessCoinbase, user: ChannelSocket, code: int | None, what: str
) -> None:
    coinbase.do("user_socket", act=what, **({} if code is None else {"code": code}))
    assert user.closing() == code


def test_it_may_stand_still_and_go_on(
    coinbase: InProcessCoinbase, user: ChannelSocket, customer: PlainCustomer
) -> None:
    coinbase.do("user_socket", act="stall")
    customer.place("one")
    user.line.settimeout(0.2)
    with pytest.raises(websocket.WebSocketTimeoutException):
        user.text()
    user.line.settimeout(5)
    coinbase.do("user_socket", act="resume")
    assert user.order_rows(1)[0]["client_order_id"] == "one"


def test_it_may_refuse_a_handshake(coinbase: InProcessCoinbase) -> None:
    coinbase.do("market_socket", act="refuse", status=503)
    with (
        pytest.raises(websocket.WebSocketBadStatusException, match="503"),
        listening(coinbase.endpoints.market_socket),
    ):
        raise AssertionError("it was let in")
    with listening(coinbase.endpoints.market_socket) as socket:
        socket.subscribe("heartbeats")
        socket.of("heartbeats")


def test_what_older_documents_have_may_come_too(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    coinbase.do("market_socket", act="client_id", on=True)
    market.subscribe("heartbeats")
    assert market.json()["client_id"] == ""
