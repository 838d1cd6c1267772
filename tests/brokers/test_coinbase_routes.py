"""The loopback Coinbase over HTTP: who may call, lists in pages, filters, market data, limits."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.brokers.coinbase.in_process import SOME_DAY, InProcessCoinbase
from tests.brokers.coinbase.keys import WATCHER
from tests.brokers.coinbase.plain_client import PlainCustomer, order
from tests.brokers.coinbase.routes import ROUTES


def test_a_private_route_is_closed_without_a_token_and_with_a_used_one(customer: PlainCustomer) -> None:
    token = customer.token("GET", "/accounts")
    assert customer.call("GET", "/accounts", token="").status_code == 401
    assert customer.call("GET", "/accounts", token=token).status_code == 200
    again = customer.call("GET", "/accounts", token=token)
    assert (again.status_code, again.text) == (401, "Unauthorized\n")


def test_the_paths_for_everybody_ask_for_no_key(coinbase: InProcessCoinbase) -> None:
    with PlainCustomer(coinbase.place, coinbase.clock.now, None) as stranger:
        assert stranger.get("/time")["epochSeconds"] == str(int(SOME_DAY.timestamp()))
        assert stranger.get("/market/products/BTC-USD")["price"] == "65000"
        assert stranger.call("GET", "/products/BTC-USD").status_code == 401


def test_a_key_that_may_not_trade_reads_and_does_not_order(coinbase: InProcessCoinbase) -> None:
    with PlainCustomer(coinbase.place, coinbase.clock.now, WATCHER) as watcher:
        assert watcher.get("/key_permissions")["can_trade"] is False
        refused = watcher.call("POST", "/orders", order("one"))
        assert (refused.status_code, refused.json()["error"]) == (403, "PERMISSION_DENIED")
        assert '"error_details":"Missing required scopes"' in refused.text
    assert coinbase.broker.desk.orders == {}


def test_an_order_is_taken_listed_and_found_and_its_fill_is_in_the_books(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    placed = customer.place("one")["success_response"]["order_id"]
    coinbase.settle()
    assert customer.get(f"/orders/historical/{placed}")["order"]["status"] == "OPEN"
    coinbase.price("BTC-USD", "63999")
    found = customer.get("/orders/historical/batch")
    assert [(row["client_order_id"], row["status"]) for row in found["orders"]] == [("one", "FILLED")]
    assert (found["has_next"], found["cursor"]) == (False, "")
    assert [row["commission"] for row in customer.get("/orders/historical/fills")["fills"]] == ["38.4"]
    balances = {row["currency"]: row["available_balance"]["value"] for row in customer.get("/accounts")["accounts"]}
    assert balances == {"USD": "93561.6", "BTC": "1.1"}
    fees = customer.get("/transaction_summary")
    assert (fees["total_fees"], fees["fee_tier"]["taker_fee_rate"]) == (38.4, "0.012")


def test_orders_come_in_pages_newest_first_and_one_that_comes_between_shifts_nothing(customer: PlainCustomer) -> None:
    for name in "abcde":
        customer.place(name)
    first = customer.get("/orders/historical/batch", limit=2)
    customer.place("f")
    second = customer.get("/orders/historical/batch", limit=2, cursor=first["cursor"])
    third = customer.get("/orders/historical/batch", limit=2, cursor=second["cursor"])
    names = [[row["client_order_id"] for row in page["orders"]] for page in (first, second, third)]
    assert names == [["e", "d"], ["c", "b"], ["a"]]
    assert [page["has_next"] for page in (first, second, third)] == [True, True, False]


def test_a_page_is_never_longer_than_the_broker_lets_it_be(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    coinbase.do("terms", page_max=2)
    for name in "abc":
        customer.place(name)
    assert len(customer.get("/orders/historical/batch", limit=1000)["orders"]) == 2


def test_orders_are_filtered_as_documented(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    customer.place("old")
    coinbase.clock.pass_s(60)
    since = (SOME_DAY + timedelta(seconds=30)).isoformat()
    kept = customer.place("sell", "SELL", limit_price="70000")["success_response"]["order_id"]
    customer.post("/orders", order("doge", product="DOGE-USD", base_size="100", limit_price="0.05"))
    coinbase.settle()
    customer.post("/orders/batch_cancel", {"order_ids": [kept]})
    coinbase.settle()

    def names(**query: Any) -> list[str]:
        return [row["client_order_id"] for row in customer.get("/orders/historical/batch", **query)["orders"]]

    assert names(start_date=since) == ["doge", "sell"]
    assert names(end_date=since) == ["old"]
    assert names(order_status="OPEN") == ["doge", "old"]
    assert names(order_status=["CANCELLED", "FILLED"]) == ["sell"]
    assert names(product_ids=["DOGE-USD", "ETH-USD"]) == ["doge"]
    assert names(order_side="SELL") == ["sell"]
    assert names(order_ids=[kept]) == ["sell"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/orders/historical/batch", {"order_status": ["OPEN", "FILLED"]}),
        ("/orders/historical/batch", {"order_status": "DONE"}),
        ("/orders/historical/batch", {"start_date": "yesterday"}),
        ("/orders/historical/batch", {"start_date": "2026-11-23T10:00:00"}),
        ("/orders/historical/batch", {"cursor": "x"}),
        ("/orders/historical/batch", {"order_ids": "x", "order_status": "OPEN"}),
        ("/orders/historical/fills", {"order_ids": "x", "product_ids": "BTC-USD"}),
        ("/market/products/BTC-USD/candles", {"start": "1", "end": "2", "granularity": "ONE_WEEK"}),
        ("/market/products/BTC-USD/candles", {"granularity": "ONE_DAY"}),
        ("/market/products/BTC-USD/candles", {"start": "0", "end": str(351 * 60), "granularity": "ONE_MINUTE"}),
    ],
)
def test_a_query_that_is_wrong_is_told_so(customer: PlainCustomer, path: str, query: dict[str, Any]) -> None:
    answer = customer.call("GET", path, **query)
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_ARGUMENT")
    assert answer.json()["error_details"] == answer.json()["message"]


def test_what_is_not_there_is_not_found(customer: PlainCustomer) -> None:
    for path in ("/orders/historical/nobody", "/market/products/NO-USD", "/accounts/nobody"):
        answer = customer.call("GET", path)
        assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")
    assert customer.call("GET", "/no/such/route").status_code == 404


def test_fills_come_by_order_and_by_time_and_in_pages(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.do("terms", fill_lot="0.04")
    one = customer.place("one")["success_response"]["order_id"]
    customer.place("two", limit_price="63000")
    coinbase.settle()
    coinbase.price("BTC-USD", "64000")
    coinbase.clock.pass_s(60)
    coinbase.price("BTC-USD", "62000")
    sizes = [row["size"] for row in customer.get("/orders/historical/fills", order_ids=one)["fills"]]
    assert sizes == ["0.04", "0.04"]
    since = (SOME_DAY + timedelta(seconds=30)).isoformat()
    assert len(customer.get("/orders/historical/fills", start_sequence_timestamp=since)["fills"]) == 2
    first = customer.get("/orders/historical/fills", limit=2)
    second = customer.get("/orders/historical/fills", limit=2, cursor=first["cursor"])
    entries = [row["entry_id"] for page in (first, second) for row in page["fills"]]
    assert (len(entries), len(set(entries)), second["cursor"]) == (3, 3, "")


def test_accounts_come_in_pages(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.do("balance", currency="ETH", available="2.5")
    first = customer.get("/accounts", limit=2)
    second = customer.get("/accounts", limit=2, cursor=first["cursor"])
    assert [row["currency"] for row in (*first["accounts"], *second["accounts"])] == ["USD", "BTC", "ETH"]
    assert (first["has_next"], second["has_next"], second["size"]) == (True, False, 1)
    eth = second["accounts"][0]
    assert customer.get(f"/accounts/{eth['uuid']}")["account"] == eth


def test_an_order_may_be_taken_and_shown_only_later(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.fault("create_order", "hidden", seconds=8)
    placed = customer.place("one")["success_response"]["order_id"]
    assert customer.get("/orders/historical/batch")["orders"] == []
    assert customer.call("GET", f"/orders/historical/{placed}").status_code == 404
    assert customer.place("one")["success_response"]["order_id"] == placed
    coinbase.clock.pass_s(9)
    assert customer.get(f"/orders/historical/{placed}")["order"]["client_order_id"] == "one"


def test_an_order_without_a_name_or_no_json_is_no_order(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    assert customer.call("POST", "/orders", order("")).status_code == 400
    assert customer.call("POST", "/orders", ["no", "object"]).status_code == 400
    assert customer.call("POST", "/orders/batch_cancel", {"order_ids": []}).status_code == 400
    assert coinbase.broker.desk.orders == {}


def test_a_preview_says_what_an_order_would_be_told(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    good, short = order("one"), order("one", base_size="2")
    told = customer.post("/orders/preview", good)
    assert (told["errs"], told["order_total"], told["commission_total"]) == ([], "6476.8", "76.8")
    assert customer.post("/orders/preview", short)["errs"] == ["PREVIEW_INSUFFICIENT_FUND"]
    assert customer.post("/orders/preview", order("one", product="X"))["errs"] == ["PREVIEW_INVALID_PRODUCT_ID"]
    assert coinbase.broker.desk.orders == {}


def test_market_data_tells_the_market_by_either_path(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    coinbase.price("BTC-USD", "65100", "0.5", bid="65090", ask="65110")
    for path in ("/market", ""):
        row = customer.get(f"{path}/products/BTC-USD")
        assert (row["price"], row["high_24h"], row["low_24h"], row["volume_24h"]) == ("65100", "65100", "65000", "0.5")
        assert customer.get(f"{path}/products", product_ids=["ETH-USD"])["num_products"] == 1
        book = customer.get(f"{path}/product_book", product_id="BTC-USD", limit=2)
        assert [level["price"] for level in book["pricebook"]["bids"]] == ["65090", "65089.99"]
        assert (book["spread_absolute"], book["mid_market"]) == ("20", "65100")
        trades = customer.get(f"{path}/products/BTC-USD/ticker", limit=5)
        assert [(row["size"], row["side"]) for row in trades["trades"]] == [("0.5", "SELL")]
    best = customer.get("/best_bid_ask", product_ids=["BTC-USD"])["pricebooks"]
    assert [(one["bids"][0]["price"], one["asks"][0]["price"]) for one in best] == [("65090", "65110")]


def test_candles_end_at_the_first_price_and_go_on_with_what_trades(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    now_s = int(SOME_DAY.timestamp())
    asked = {"start": str(now_s - 600), "end": str(now_s), "granularity": "ONE_MINUTE"}
    past = customer.get("/market/products/BTC-USD/candles", **asked)["candles"]
    assert [int(row["start"]) for row in past] == list(range(now_s // 60 * 60 - 60, now_s - 600, -60))
    assert past[0]["close"] == "65000"
    assert all(newer["open"] == older["close"] for newer, older in pairwise(past))
    coinbase.price("BTC-USD", "65100", "0.5")
    coinbase.clock.pass_s(120)
    coinbase.price("BTC-USD", "64900", "0.25")
    asked["end"] = str(now_s + 1200)
    now = customer.get("/market/products/BTC-USD/candles", **asked)["candles"]
    assert [(row["close"], row["volume"]) for row in now[:2]] == [("64900", "0.25"), ("65100", "0.5")]
    assert now[2:] == past
    five = customer.get("/market/products/BTC-USD/candles", **{**asked, "granularity": "FIVE_MINUTE"})["candles"]
    assert (five[0]["open"], five[0]["low"], Decimal(five[0]["volume"])) == ("65100", "64900", Decimal("0.75"))


@pytest.mark.parametrize(("path", "most"), [("/accounts", 30), ("/market/products/BTC-USD", 10)])
def test_more_calls_than_the_limit_are_turned_away_until_a_second_has_passed(
    coinbase: InProcessCoinbase, customer: PlainCustomer, path: str, most: int
) -> None:
    told = [customer.call("GET", path).status_code for _ in range(most + 2)]
    assert told == [200] * most + [429] * 2
    coinbase.clock.pass_s(1)
    assert customer.call("GET", path).status_code == 200


def test_every_name_of_a_route_is_its_own() -> None:
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))
