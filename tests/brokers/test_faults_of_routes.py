"""What the fault script says, a client meets: every kind of fault, and on every route the worst of them."""

from typing import Any

import pytest
import requests

from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.running import ORDER, PATHS, PlainClient, RunningAngelOne
from tests.runtime.world import eventually

WINDOW = {"interval": "FIVE_MINUTE", "fromdate": "2026-11-23 09:15", "todate": "2026-11-23 10:00"}
ASKED = {
    "placeOrder": ORDER,
    "getLtpData": {"exchange": "NSE", "tradingsymbol": "SBIN-EQ", "symboltoken": "3045"},
    "quote": {"mode": "LTP", "exchangeTokens": {"NSE": ["3045"]}},
    "getCandleData": {"exchange": "NSE", "symboltoken": "3045", **WINDOW},
    "searchScrip": {"exchange": "NSE", "searchscrip": "SBIN"},
}


def orders(broker: RunningAngelOne) -> list[dict[str, Any]]:
    """The desk's own, whatever the book showed."""
    found: list[dict[str, Any]] = broker.look()["orders"]
    return found


def test_every_kind_of_fault_has_its_test_here() -> None:
    shown = {"drop", "lose_reply", "slow", "page", "empty", "too_fast", "gateway", "refused", "no_message"}
    shown |= {"no_code", "status_text", "data_null", "not_json", "cut_json", "short_body", "wrong_shape", "rows_twice"}
    assert shown | {"half_the_rows", "applied_twice", "hidden"} == set(KINDS)


def test_a_cut_before_the_broker_acts_leaves_no_order(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="placeOrder", kind="drop")
    with pytest.raises(requests.ConnectionError):
        client.place()
    assert orders(broker) == []


def test_a_lost_reply_leaves_an_order(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="placeOrder", kind="lose_reply")
    with pytest.raises(requests.ConnectionError):
        client.place(ordertag="L1")
    assert [order["ordertag"] for order in orders(broker)] == ["L1"]


@pytest.mark.parametrize(("kind", "left"), [("drop", 0), ("lose_reply", 1)])
def test_a_call_that_hangs_times_out_before_or_after_it_acted(
    broker: RunningAngelOne, client: PlainClient, kind: str, left: int
) -> None:
    broker.do("fault", route="placeOrder", kind=kind, seconds=5)
    with pytest.raises(requests.ReadTimeout):
        client.call("placeOrder", ORDER, timeout=(60, 0.5))
    eventually(lambda: len(orders(broker)) == left, "it has acted, or has not")


def test_a_slow_answer_comes_whole(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="getRMS", kind="slow", seconds=0.3)
    answer = client.call("getRMS")
    assert answer.elapsed.total_seconds() > 0.3
    assert answer.json()["status"] is True


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_page_of_html_may_hide_an_order(
    broker: RunningAngelOne, client: PlainClient, status: int, applied: bool
) -> None:
    broker.do("fault", route="placeOrder", kind="page", status=status, applied=applied)
    answer = client.call("placeOrder", ORDER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert len(orders(broker)) == applied


def test_an_empty_answer_has_no_body(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="placeOrder", kind="empty")
    answer = client.call("placeOrder", ORDER)
    assert (answer.status_code, answer.content) == (400, b"")


def test_the_limiter_misfires_in_plain_text(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="getCandleData", kind="too_fast", times=2)
    for expected in (403, 403, 200):
        answer = client.call("getCandleData", ASKED["getCandleData"])
        assert answer.status_code == expected
        assert (answer.headers["Content-Type"] == "text/plain") == (expected == 403)
    broker.do("fault", route="getCandleData", kind="too_fast")
    assert client.call("getCandleData").text == "Access denied because of exceeding access rate"


@pytest.mark.parametrize("code", ["AG8001", "AG8002", "AG8003"])
def test_the_gateway_speaks_its_own_dialect(broker: RunningAngelOne, client: PlainClient, code: str) -> None:
    broker.do("fault", route="getOrderBook", kind="gateway", code=code)
    answer = client.call("getOrderBook")
    assert answer.status_code == 200
    assert answer.json()["errorCode"] == code
    assert (answer.json()["success"], answer.json()["data"], "status" in answer.json()) == (False, "", False)


@pytest.mark.parametrize("code", ["AB1004", "AB2001", "AB1010", "AB1006"])
def test_the_application_refuses_with_a_code(broker: RunningAngelOne, client: PlainClient, code: str) -> None:
    broker.do("fault", route="placeOrder", kind="refused", code=code)
    told = client.place()
    assert (told["status"], told["errorcode"], told["data"]) == (False, code, None)
    assert orders(broker) == []


def test_a_refusal_may_come_without_a_message(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="getProfile", kind="no_message")
    assert "message" not in client.ask("getProfile")


def test_a_refusal_may_come_without_a_code_and_leaves_no_order(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="placeOrder", kind="no_code")
    told = client.place()
    assert (told["status"], told["errorcode"], told["message"]) == (False, "", "Something went wrong")
    assert orders(broker) == []


def test_a_status_may_be_a_string(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="getProfile", kind="status_text")
    assert client.ask("getProfile")["status"] == "true"


def test_an_order_may_be_taken_and_its_data_null(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="placeOrder", kind="data_null")
    assert client.place()["data"] is None
    assert len(orders(broker)) == 1


@pytest.mark.parametrize("kind", ["not_json", "cut_json"])
def test_a_body_may_be_no_json(broker: RunningAngelOne, client: PlainClient, kind: str) -> None:
    broker.do("fault", route="placeOrder", kind=kind)
    answer = client.call("placeOrder", ORDER)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert len(orders(broker)) == 1


def test_a_body_may_end_before_its_length(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="getOrderBook", kind="short_body")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        client.call("getOrderBook")


def test_json_may_be_of_the_wrong_shape(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="getPosition", kind="wrong_shape")
    assert client.call("getPosition").json() == []


def test_a_book_may_hold_each_row_twice(broker: RunningAngelOne, client: PlainClient) -> None:
    client.place()
    broker.do("fault", route="getOrderBook", kind="rows_twice")
    told = client.ask("getOrderBook")["data"]
    assert len(told) == 2
    assert told[0]["orderid"] == told[1]["orderid"]


def test_candles_may_be_cut_without_a_word(broker: RunningAngelOne, client: PlainClient) -> None:
    whole = client.ask("getCandleData", ASKED["getCandleData"])["data"]
    broker.do("fault", route="getCandleData", kind="half_the_rows")
    assert client.ask("getCandleData", ASKED["getCandleData"])["data"] == whole[len(whole) // 2 :]


def test_an_order_may_be_taken_twice(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="placeOrder", kind="applied_twice")
    client.place(ordertag="L1")
    assert [order["ordertag"] for order in orders(broker)] == ["L1", "L1"]


def test_an_order_may_be_missing_from_the_book_for_a_while(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("run", speed=0)
    broker.do("fault", route="placeOrder", kind="hidden", seconds=8)
    unique = client.place()["data"]["uniqueorderid"]
    assert client.ask("getOrderBook")["data"] is None
    assert client.ask("details", tail=f"/{unique}")["errorcode"] == "AB1013"
    broker.do("advance", seconds=9)
    assert len(client.ask("getOrderBook")["data"]) == 1
    assert client.ask("details", tail=f"/{unique}")["data"]["uniqueorderid"] == unique


def test_a_fault_waits_for_its_turn(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("fault", route="*", kind="empty", after=1)
    assert [client.call("getRMS").status_code for _ in range(3)] == [200, 400, 200]


@pytest.mark.parametrize("route", sorted(PATHS))
def test_every_route_can_be_cut_and_answers_again(broker: RunningAngelOne, client: PlainClient, route: str) -> None:
    broker.do("fault", route=route, kind="drop")
    broker.do("fault", route=route, kind="page")
    with pytest.raises(requests.ConnectionError):
        client.call(route, ASKED.get(route))
    assert client.call(route, ASKED.get(route)).status_code == 502
    assert client.call(route, ASKED.get(route)).status_code == 200
    assert broker.look()["faults_waiting"] == 0
