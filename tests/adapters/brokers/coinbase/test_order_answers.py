"""What Coinbase answers to an order: only `success` counts, and what says neither yes nor no is never guessed at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.adapters.brokers.coinbase.access.calls import UnlistedRefusal
from engine.adapters.brokers.coinbase.orders.order_answers import Placed, TurnedDown, check_cancelled, read_placed
from engine.adapters.brokers.coinbase.orders.order_words import spot_order
from engine.domain.errors import OutcomeUnknown
from tests.adapters.brokers.coinbase.order_desk import ONE, TWO, XRP, limit_order
from tests.adapters.brokers.coinbase.test_order_words import LISTED

ASKED = spot_order(limit_order(), LISTED[XRP])
THERE = {"order_id": "7f", "product_id": XRP, "side": "BUY", "client_order_id": ONE, "attached_order_id": ""}
GOOD = {"success": True, "success_response": THERE, "order_configuration": ASKED.configuration()}


def refused(**said: str) -> dict[str, Any]:
    return {"success": False, "error_response": said}


def test_an_order_that_was_taken_has_the_brokers_id() -> None:
    assert read_placed(GOOD, ASKED) == Placed("7f")
    assert read_placed({**GOOD, "failure_reason": "UNKNOWN_FAILURE_REASON"}, ASKED) == Placed("7f")  # as it once was


def test_an_order_in_a_book_that_is_shared_may_be_answered_under_the_books_name() -> None:
    answer = {**GOOD, "success_response": {**THERE, "product_id": "XRP-EUR"}}
    assert read_placed(answer, replace(ASKED, alias="XRP-EUR")) == Placed("7f")


def test_numbers_that_are_written_otherwise_are_the_same() -> None:
    terms = {"base_size": "10.0", "limit_price": "2.05", "post_only": False}
    assert read_placed({**GOOD, "order_configuration": {"limit_limit_gtc": terms}}, ASKED) == Placed("7f")


@pytest.mark.parametrize(
    "answer",
    [
        None, [], {}, {"success": "true"}, {"success": None}, {"success": True},
        {"success": True, "success_response": {}}, {"success": True, "success_response": [THERE]},
        {"success": False}, {"success": False, "error_response": None},
        refused(), refused(error="UNKNOWN_FAILURE_REASON", message="try later"),
        refused(error="DUPLICATE_CLIENT_ORDER_ID"),
        {**GOOD, "success_response": {**THERE, "client_order_id": TWO}},
        {**GOOD, "success_response": {**THERE, "side": "SELL"}},
        {**GOOD, "success_response": {**THERE, "product_id": "BTC-USD"}},
        {**GOOD, "order_configuration": {"market_market_ioc": {"base_size": "10"}}},
        {**GOOD, "order_configuration": {"limit_limit_gtc": {"base_size": "11", "limit_price": "2.05"}}},
    ],
)  # fmt: skip
def test_what_says_neither_that_this_order_was_taken_nor_that_it_was_not_is_unknown(answer: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        read_placed(answer, ASKED)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"error": "INSUFFICIENT_FUND", "message": "Insufficient balance"}, "Insufficient balance (INSUFFICIENT_FUND)"),
        ({"error": "UNKNOWN_FAILURE_REASON", "preview_failure_reason": "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL"},
         "INVALID_QUOTE_SIZE_TOO_SMALL"),
        ({"new_order_failure_reason": "ORDER_ENTRY_DISABLED", "error_details": "cancel only"},
         "cancel only (ORDER_ENTRY_DISABLED)"),
    ],
)  # fmt: skip
def test_a_published_reason_turns_an_order_down_in_whichever_field_it_stands(said: dict[str, str], reason: str) -> None:
    assert read_placed(refused(**said), ASKED) == TurnedDown(reason, would_cross=False)


def test_an_order_that_would_have_taken_is_told_from_others() -> None:
    told = read_placed(refused(error="INVALID_LIMIT_PRICE_POST_ONLY"), ASKED)
    assert isinstance(told, TurnedDown)
    assert told.would_cross


def test_a_reason_in_no_list_is_a_persons() -> None:
    with pytest.raises(UnlistedRefusal, match="ACCOUNT_UNDER_REVIEW"):
        read_placed(refused(error="ACCOUNT_UNDER_REVIEW"), ASKED)


@pytest.mark.parametrize("success", [True, False])
def test_a_cancellation_was_heard_whether_it_came_in_time_or_not(success: bool) -> None:
    check_cancelled({"results": [{"success": success, "failure_reason": "x", "order_id": "7f"}]}, "7f")


@pytest.mark.parametrize(
    "answer", [None, {}, {"results": []}, {"results": [{"success": True, "order_id": "8"}]}, {"results": [None]}]
)
def test_an_answer_without_a_result_of_the_order_says_nothing(answer: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        check_cancelled(answer, "7f")
