"""The fault script of the loopback Coinbase: every kind, on the routes where it matters."""

from typing import Any

import pytest
import requests

from tests.brokers.coinbase.faults import KINDS
from tests.brokers.coinbase.in_process import InProcessCoinbase
from tests.brokers.coinbase.plain_client import PlainCustomer, order
from tests.brokers.coinbase.routes import ROOT, ROUTES, Route
from tests.runtime.world import eventually

NOBODY = "00000000-0000-4000-8000-000000000000"
WINDOW = {"start": "1", "end": "60", "granularity": "ONE_MINUTE", "product_id": "BTC-USD"}


def taken(coinbase: InProcessCoinbase) -> list[str]:
    """The desk's own orders, whatever was told of them."""
    return [one.client_order_id for one in coinbase.broker.desk.orders.values()]


def test_every_kind_of_fault_has_its_test_here() -> None:
    shown = {"drop", "lose_reply", "slow", "page", "empty", "too_fast", "unauthorized", "refused", "error"}
    shown |= {"not_json", "cut_json", "short_body", "wrong_shape", "rows_twice", "half_the_rows"}
    elsewhere = {"hidden"}  # with the routes
    assert shown | elsewhere | {"applied_twice", "no_cursor", "same_cursor"} == set(KINDS)


@pytest.mark.parametrize(("kind", "left"), [("drop", []), ("lose_reply", ["one"])])
def test_a_connection_is_cut_before_or_after_the_order_is_taken(
    coinbase: InProcessCoinbase, customer: PlainCustomer, kind: str, left: list[str]
) -> None:
    coinbase.fault("create_order", kind)
    with pytest.raises(requests.ConnectionError):
        customer.place("one")
    assert taken(coinbase) == left


@pytest.mark.parametrize(("kind", "left"), [("drop", []), ("slow", ["one"])])
def test_a_call_that_hangs_times_out_before_or_after_it_acted(
    coinbase: InProcessCoinbase, customer: PlainCustomer, kind: str, left: list[str]
) -> None:
    coinbase.fault("create_order", kind, seconds=5)
    with pytest.raises(requests.ReadTimeout):
        customer.call("POST", "/orders", order("one"), timeout=(60, 0.2))
    eventually(lambda: taken(coinbase) == left, "it has acted, or has not")


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_page_of_html_may_hide_an_order(
    coinbase: InProcessCoinbase, customer: PlainCustomer, status: int, applied: bool
) -> None:
    coinbase.fault("create_order", "page", status=status, applied=applied)
    answer = customer.call("POST", "/orders", order("one"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert len(taken(coinbase)) == applied


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [
        ("empty", {"status": 500}, 500),
        ("too_fast", {}, 429),
        ("unauthorized", {}, 401),
        ("error", {"code": "UNAVAILABLE", "status": 503, "message": "try later"}, 503),
    ],
)
def test_an_order_may_be_turned_away(
    coinbase: InProcessCoinbase, customer: PlainCustomer, kind: str, more: dict[str, Any], status: int
) -> None:
    coinbase.fault("create_order", kind, **more)
    answer = customer.call("POST", "/orders", order("one"))
    assert answer.status_code == status
    assert kind != "error" or answer.json()["error"] == "UNAVAILABLE"
    assert taken(coinbase) == []


def test_an_order_may_be_refused_for_a_reason_of_the_scripts(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    coinbase.fault("create_order", "refused", code="COMMANDER_REJECTED_NEW_ORDER")
    told = customer.place("one")
    assert (told["success"], told["error_response"]["error"]) == (False, "COMMANDER_REJECTED_NEW_ORDER")
    assert taken(coinbase) == []


@pytest.mark.parametrize("kind", ["not_json", "cut_json"])
def test_a_body_may_be_no_json_and_the_order_taken(
    coinbase: InProcessCoinbase, customer: PlainCustomer, kind: str
) -> None:
    coinbase.fault("create_order", kind)
    answer = customer.call("POST", "/orders", order("one"))
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert taken(coinbase) == ["one"]


def test_a_body_may_end_before_its_length(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.fault("list_orders", "short_body")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        customer.call("GET", "/orders/historical/batch")


def test_json_may_be_of_the_wrong_shape(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.fault("list_accounts", "wrong_shape")
    assert customer.get("/accounts") == []


@pytest.mark.parametrize(("kind", "left"), [("rows_twice", "abab"), ("half_the_rows", "a")])
def test_a_list_may_have_its_rows_twice_or_lack_some(
    coinbase: InProcessCoinbase, customer: PlainCustomer, kind: str, left: str
) -> None:
    customer.place("a")
    customer.place("b")
    coinbase.fault("list_orders", kind)
    rows = customer.get("/orders/historical/batch")["orders"]
    assert sorted(row["client_order_id"] for row in rows) == sorted(left)


@pytest.mark.parametrize(("kind", "cursor"), [("no_cursor", ""), ("same_cursor", "0")])
def test_more_may_be_promised_behind_a_cursor_that_leads_nowhere(
    coinbase: InProcessCoinbase, customer: PlainCustomer, kind: str, cursor: str
) -> None:
    coinbase.fault("list_orders", kind)
    told = customer.get("/orders/historical/batch")
    assert (told["has_next"], told["cursor"]) == (True, cursor)


def test_an_order_that_arrives_twice_is_one_order(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.fault("create_order", "applied_twice")
    assert customer.place("one")["success"] is True
    assert taken(coinbase) == ["one"]


def test_an_order_may_still_be_on_its_way_when_its_sender_has_given_up(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    coinbase.fault("create_order", "lose_reply", late_s=20)
    with pytest.raises(requests.ConnectionError):
        customer.place("one")
    assert customer.get("/orders/historical/batch")["orders"] == []
    coinbase.clock.pass_s(19)
    assert customer.get("/orders/historical/batch")["orders"] == []
    coinbase.clock.pass_s(2)
    (row,) = customer.get("/orders/historical/batch")["orders"]
    assert (row["client_order_id"], row["created_time"]) == ("one", "2026-11-23T10:00:25.000000Z")


def test_an_order_whose_reply_was_lost_may_be_hidden_as_well(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    coinbase.fault("create_order", "lose_reply", hidden_s=8)
    with pytest.raises(requests.ConnectionError):
        customer.place("one")
    assert (taken(coinbase), customer.get("/orders/historical/batch")["orders"]) == (["one"], [])
    coinbase.clock.pass_s(8)
    assert len(customer.get("/orders/historical/batch")["orders"]) == 1


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_can_be_cut_and_answers_again(
    coinbase: InProcessCoinbase, customer: PlainCustomer, route: Route
) -> None:
    named = "BTC-USD" if "product" in route.path else NOBODY
    path = route.path.removeprefix(ROOT).format(named)
    body = {**order("one"), "order_ids": [NOBODY]} if route.method == "POST" else None
    query = WINDOW if "candles" in route.path or "book" in route.path else {}
    coinbase.fault(route.name, "drop")
    coinbase.fault(route.name, "page")
    with pytest.raises(requests.ConnectionError):
        customer.call(route.method, path, body, **query)
    assert customer.call(route.method, path, body, **query).status_code == 502
    answered = customer.call(route.method, path, body, **query).status_code
    assert answered == (404 if named == NOBODY and "{}" in route.path else 200)
    assert coinbase.broker.faults.waiting == []
