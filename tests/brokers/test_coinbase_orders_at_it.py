"""Orders at the loopback Coinbase's desk: their steps, fills, refusals and the money they hold."""

from decimal import Decimal
from typing import Any

import pytest

from tests.brokers.coinbase.floor import Floor
from tests.brokers.coinbase.plain_client import order

TAKER, MAKER = Decimal("0.012"), Decimal("0.006")


def test_an_order_is_pending_and_open_a_step_later() -> None:
    floor = Floor(step_s=1)
    placed = floor.place()
    assert placed.row()["status"] == "PENDING"
    floor.pass_time()
    assert placed.row()["status"] == "OPEN"
    assert floor.told == [("PENDING", "0"), ("OPEN", "0")]


def test_it_may_be_queued_first() -> None:
    floor = Floor(first_status="QUEUED")
    assert floor.place().status == "QUEUED"


def test_what_crosses_is_a_taker_at_the_other_sides_best() -> None:
    floor = Floor()
    bought, sold = floor.place("a", limit_price="66000"), floor.place("b", "SELL", limit_price="60000")
    floor.pass_time()
    assert [(fill.price, fill.is_maker) for fill in (*bought.fills, *sold.fills)] == [
        (Decimal(65000), False), (Decimal("64999.99"), False),
    ]  # fmt: skip
    assert bought.fees == Decimal("0.1") * 65000 * TAKER


def test_what_rests_is_a_maker_at_its_own_price() -> None:
    floor = Floor()
    placed = floor.place(limit_price="64000")
    floor.pass_time()
    floor.price("63000")
    assert [(fill.price, fill.is_maker) for fill in placed.fills] == [(Decimal(64000), True)]
    row = placed.row()
    assert (row["status"], row["completion_percentage"], row["average_filled_price"]) == ("FILLED", "100.00", "64000")
    assert (row["total_fees"], row["filled_value"], row["total_value_after_fees"]) == ("38.4", "6400", "6438.4")


def test_a_part_that_fills_stays_open_and_each_part_pays_its_own_commission() -> None:
    floor = Floor(fill_lot="0.04")
    placed = floor.place(limit_price="65000")
    floor.pass_time()
    assert (placed.status, placed.filled) == ("OPEN", Decimal("0.04"))
    assert placed.row()["completion_percentage"] == "40.00"
    floor.price("64900")
    floor.price("64900")
    assert [(fill.size, fill.commission / (fill.size * fill.price)) for fill in placed.fills] == [
        (Decimal("0.04"), TAKER), (Decimal("0.04"), MAKER), (Decimal("0.02"), MAKER),
    ]  # fmt: skip
    assert floor.told[2:] == [("OPEN", "0.04"), ("OPEN", "0.08"), ("FILLED", "0.10")]
    rows = [row for _, row in placed.fill_rows(floor.at)]
    assert [row["liquidity_indicator"] for row in rows] == ["TAKER", "MAKER", "MAKER"]
    assert len({row["entry_id"] for row in rows}) == len({row["trade_id"] for row in rows}) == 3


def test_a_stop_waits_for_its_trigger_and_is_then_a_limit() -> None:
    floor = Floor()
    placed = floor.place_stop("one", "SELL", "60000", "61000", "DOWN")
    floor.pass_time()
    assert placed.row()["trigger_status"] == "STOP_PENDING"
    floor.price("61500")
    assert placed.fills == ()
    floor.price("60900")
    assert (placed.row()["trigger_status"], placed.status) == ("STOP_TRIGGERED", "FILLED")
    assert placed.fills[0].price == Decimal("60899.99")
    late = floor.place_stop("two", "BUY", "62000", "62000", "UP")
    floor.pass_time()
    floor.price("63000")
    assert (late.triggered, late.status) == (True, "OPEN")
    floor.price("61990")
    assert late.status == "FILLED"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"side": "HOLD"}, ("INVALID_SIDE", "PREVIEW_INVALID_SIDE")),
        ({"product": "NONE-USD"}, ("INVALID_PRODUCT_ID", "PREVIEW_INVALID_PRODUCT_ID")),
        ({"product": "GONE-USD"}, ("ORDER_ENTRY_DISABLED", "PREVIEW_ORDER_ENTRY_DISABLED")),
        ({"kind": "market_market_ioc"}, ("UNSUPPORTED_ORDER_CONFIGURATION", "PREVIEW_INVALID_ORDER_CONFIG")),
        ({"base_size": "0.123456789"}, ("INVALID_SIZE_PRECISION", "PREVIEW_INVALID_SIZE_PRECISION")),
        ({"limit_price": "64000.001"}, ("INVALID_PRICE_PRECISION", "PREVIEW_INVALID_PRICE_PRECISION")),
        ({"base_size": "0.00001"}, ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL")),
        ({"base_size": "3401"}, ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_BASE_SIZE_TOO_LARGE")),
        ({"base_size": "3000"}, ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_QUOTE_SIZE_TOO_LARGE")),
        ({"base_size": "2"}, ("INSUFFICIENT_FUND", "PREVIEW_INSUFFICIENT_FUND")),
        ({"side": "SELL", "base_size": "1.5"}, ("INSUFFICIENT_FUND", "PREVIEW_INSUFFICIENT_FUND")),
        ({"base_size": 1}, ("INVALID_REQUEST", "PREVIEW_INVALID_ORDER_CONFIG")),
        ({"base_size": "-1"}, ("INVALID_REQUEST", "PREVIEW_INVALID_ORDER_CONFIG")),
        (
            {"limit_price": "65000", "post_only": True},
            ("INVALID_LIMIT_PRICE_POST_ONLY", "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"),
        ),
    ],
)
def test_what_it_does_not_take_it_refuses_with_the_published_reason(
    said: dict[str, Any], told: tuple[str, str]
) -> None:
    floor = Floor()
    assert floor.refusal_of(**said) == told
    assert floor.desk.orders == {}
    assert floor.money() == ("100000", "0")


def test_an_order_of_just_the_least_value_is_taken() -> None:
    floor = Floor()
    assert floor.place(base_size="0.00002", limit_price="50000").size == Decimal("0.00002")


def test_a_size_off_the_increment_of_a_coarse_product_is_refused() -> None:
    floor = Floor()
    doge = {"product": "DOGE-USD", "limit_price": "0.07"}
    assert floor.refusal_of(base_size="100.05", **doge)[0] == "INVALID_SIZE_PRECISION"
    assert floor.place(base_size="100.1", **doge).size == Decimal("100.1")


@pytest.mark.parametrize(
    ("side", "at", "direction", "reason"),
    [
        ("SELL", "66000", "DOWN", "PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE"),
        ("BUY", "64000", "UP", "PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE"),
    ],
)
def test_a_stop_on_the_wrong_side_is_refused(side: str, at: str, direction: str, reason: str) -> None:
    said = {"limit_price": at, "stop_price": at, "stop_direction": f"STOP_DIRECTION_STOP_{direction}"}
    floor = Floor()
    assert floor.refusal_of("one", side, kind="stop_limit_stop_limit_gtc", **said)[1] == reason


def test_a_product_that_takes_makers_only_refuses_all_others() -> None:
    floor = Floor()
    floor.market.quotes["BTC-USD"].flags["post_only"] = True
    assert floor.refusal_of()[0] == "INVALID_LIMIT_PRICE_POST_ONLY"
    assert floor.place(post_only=True).configuration["post_only"] is True


def test_the_same_client_order_id_is_told_the_original_order_whatever_it_asks() -> None:
    floor = Floor()
    placed = floor.place("one", limit_price="64000")
    again = floor.desk.create(order("one", "SELL", limit_price="70000"), floor.at)
    assert again["success_response"]["order_id"] == placed.order_id
    assert again["order_configuration"]["limit_limit_gtc"]["limit_price"] == "64000"
    floor.terms.duplicate = "refused"
    assert floor.refusal_of("one")[0] == "DUPLICATE_CLIENT_ORDER_ID"
    assert len(floor.desk.orders) == 1


def test_an_order_holds_what_it_may_cost_and_what_it_sells() -> None:
    floor = Floor()
    bought, sold = floor.place("a", base_size="0.5"), floor.place("b", "SELL", limit_price="70000", base_size="0.25")
    assert floor.money() == ("67616", "32384")  # 0.5 times 64000 with 1.2 % for a taker
    assert floor.money("BTC") == ("0.75", "0.25")
    assert (bought.row()["outstanding_hold_amount"], sold.row()["outstanding_hold_amount"]) == ("32384", "0.25")
    floor.pass_time()
    floor.price("63999")
    assert floor.money() == ("67808", "0")  # a maker's 0.6 % was all it cost
    floor.price("70000", side="BUY")
    assert floor.money() == ("85203", "0")
    assert floor.money("BTC") == ("1.25", "0")


def test_cancelling_takes_a_step_and_frees_what_was_held() -> None:
    floor = Floor()
    placed = floor.place()
    floor.pass_time()
    assert floor.cancel(placed) == ""
    assert (placed.status, placed.row()["pending_cancel"]) == ("OPEN", True)
    assert floor.cancel(placed) == "DUPLICATE_CANCEL_REQUEST"
    floor.pass_time()
    assert (placed.status, placed.row()["cancel_message"]) == ("CANCELLED", "User requested cancel")
    assert floor.money() == ("100000", "0")
    assert floor.cancel(placed) == "INVALID_CANCEL_REQUEST"


def test_a_cancellation_may_say_so_in_the_status() -> None:
    floor = Floor(cancelling="CANCEL_QUEUED")
    placed = floor.place()
    floor.pass_time()
    floor.cancel(placed)
    assert placed.status == "CANCEL_QUEUED"


def test_a_fill_may_come_before_the_cancellation() -> None:
    floor = Floor(fills_before_cancel="all")
    whole, part, none = floor.place("whole"), floor.place("part"), floor.place("none")
    floor.pass_time()
    assert floor.cancel(whole) == ""
    assert (whole.status, whole.filled) == ("FILLED", Decimal("0.1"))
    assert floor.cancel(whole) == "ORDER_IS_FULLY_FILLED"
    floor.terms.fills_before_cancel = "0.03"
    floor.cancel(part)
    floor.cancel(none)
    floor.pass_time()
    assert (none.status, none.fills) == ("CANCELLED", ())
    assert (part.status, part.filled, part.told_row()["leaves_quantity"]) == ("CANCELLED", Decimal("0.03"), "0")
    assert floor.money()[1] == "0"


def test_a_price_that_comes_in_time_fills_what_is_being_cancelled() -> None:
    floor = Floor()
    placed = floor.place()
    floor.pass_time()
    floor.cancel(placed)
    floor.price("63000")
    floor.pass_time()
    assert placed.status == "FILLED"


def test_an_order_that_was_taken_may_fail() -> None:
    floor = Floor(fails_next="Insufficient liquidity")
    failed, next_one = floor.place("failed"), floor.place("next")
    floor.pass_time()
    assert (failed.status, failed.row()["reject_message"]) == ("FAILED", "Insufficient liquidity")
    assert failed.told_row()["reject_reason"] == "Insufficient liquidity"
    assert next_one.status == "OPEN"
    floor.cancel(next_one)
    floor.pass_time()
    assert floor.money() == ("100000", "0")


@pytest.mark.parametrize("status", ["EXPIRED", "CANCELLED", "FAILED"])
def test_the_broker_may_end_an_order_by_itself(status: str) -> None:
    floor = Floor(fill_lot="0.01")
    placed = floor.place(limit_price="65000")
    floor.pass_time()
    floor.desk.end(placed, status, "the exchange did")
    floor.price("60000")
    assert (placed.status, placed.filled, placed.row()["outstanding_hold_amount"]) == (status, Decimal("0.01"), "0")


def test_the_fills_route_may_know_later_than_the_order() -> None:
    floor = Floor(fills_late_s=5)
    placed = floor.place(limit_price="65000")
    floor.pass_time()
    assert (placed.status, placed.fill_rows(floor.at)) == ("FILLED", [])
    floor.pass_time(5)
    assert len(placed.fill_rows(floor.at)) == 1
