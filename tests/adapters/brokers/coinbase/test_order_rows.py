"""Rows of Coinbase's orders, fills and accounts: as recorded, and what is unheard of never guessed at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.coinbase.orders.balances import balances, others, positions
from engine.adapters.brokers.coinbase.orders.order_rows import order_row, seen_row, trade_row
from engine.domain.broker import VenueState
from engine.domain.errors import OutcomeUnknown, PermanentFailure
from engine.domain.instant import iso
from engine.domain.order import Side
from tests.adapters.brokers.coinbase.order_desk import ONE, XRP
from tests.adapters.brokers.coinbase.test_order_words import LISTED

D = Decimal
# As the real API gave them in 2023 (ccxt's recorded answers, MIT), the person's id left out, our id put in.
ROW: dict[str, Any] = {
    "order_id": "01b6e467-b659-432f-9490-c7cefe949564",
    "product_id": "ADA-USDT",
    "order_configuration": {"limit_limit_gtc": {"base_size": "10", "limit_price": "0.392", "post_only": False}},
    "side": "SELL",
    "client_order_id": ONE,
    "status": "OPEN",
    "created_time": "2023-11-26T10:19:47.423220Z",
    "filled_size": "0",
    "reject_reason": "REJECT_REASON_UNSPECIFIED",
    "reject_message": "",
    "cancel_message": "",
}
FILL: dict[str, Any] = {
    "entry_id": "dc7424ac5193601ae273cf704ece1667987d8c0b1077faa5fe3213e8e9efbd30",
    "trade_id": "19fc7eee-f4b4-40a7-8104-033da1db5311",
    "order_id": ROW["order_id"],
    "trade_time": "2023-11-26T10:19:47.504Z",
    "trade_type": "FILL",
    "price": "0.392",
    "size": "10",
    "commission": "0.03136",
    "product_id": "ADA-USDT",
    "size_in_quote": False,
    "side": "SELL",
}


def test_an_order_is_read_as_it_was_recorded() -> None:
    row = order_row(ROW)
    assert (row.order_id, row.tag, row.symbol, row.side) == (ROW["order_id"], ONE, "ADA-USDT", Side.SELL)
    assert (row.quantity, row.filled, row.state, row.reason) == (D(10), D(0), VenueState.WORKING, "")
    assert iso(row.at) == "2023-11-26T10:19:47.423220Z"


@pytest.mark.parametrize(
    ("status", "filled", "state"),
    [
        ("PENDING", "0", VenueState.WORKING),
        ("QUEUED", "0", VenueState.WORKING),
        ("OPEN", "4", VenueState.WORKING),
        ("CANCEL_QUEUED", "4", VenueState.WORKING),
        ("OPEN", "10", VenueState.FILLED),  # the word comes a moment later
        ("FILLED", "10", VenueState.FILLED),
        ("CANCELLED", "4", VenueState.CANCELLED),
        ("EXPIRED", "0", VenueState.EXPIRED),
        ("FAILED", "0", VenueState.REJECTED),
        ("FAILED", "4", VenueState.CANCELLED),  # what filled before is ours
    ],
)
def test_every_published_word_has_its_meaning(status: str, filled: str, state: VenueState) -> None:
    assert order_row({**ROW, "status": status, "filled_size": filled}).state is state


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "UNKNOWN_ORDER_STATUS"}, {"status": ""}, {"status": "open"}, {"filled_size": "11"},
        {"filled_size": "-1"}, {"filled_size": "ten"}, {"status": "FILLED", "filled_size": "9"}, {"side": "HOLD"},
        {"order_id": ""}, {"created_time": "yesterday"},
        {"order_configuration": {"limit_limit_gtc": {"base_size": "0"}}},
        {"created_time": "2023-11-26T10:19:47"}, {"order_configuration": None},
    ],
)  # fmt: skip
def test_a_row_that_is_unheard_of_or_contradicts_itself_is_not_guessed_at(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        order_row({**ROW, **changes})


def test_an_order_asked_for_by_its_worth_was_for_what_it_came_to() -> None:
    asked = {"order_configuration": {"market_market_ioc": {"quote_size": "4"}}, "status": "FILLED"}
    assert order_row({**ROW, **asked, "filled_size": "10"}).quantity == D(10)


def test_an_id_of_another_programs_shape_is_none_of_ours() -> None:
    assert order_row({**ROW, "client_order_id": "a0f970a2-05fa-4e1f-9517-f6702c33cfd1"}).tag is None


def test_why_an_order_ended_is_said_in_the_brokers_words() -> None:
    ended = {**ROW, "status": "CANCELLED", "cancel_message": "User requested cancel"}
    assert order_row(ended).reason == "User requested cancel"
    assert order_row({**ROW, "status": "FAILED", "reject_reason": "INSUFFICIENT_FUNDS"}).reason == "INSUFFICIENT_FUNDS"


def test_a_message_of_the_user_channel_says_how_far_an_order_has_come() -> None:
    # As told in 2026: what has ended has nothing left, whatever it filled.
    told = {
        "avg_price": "0.392", "client_order_id": ONE, "cumulative_quantity": "4", "leaves_quantity": "0",
        "order_id": "7f", "order_side": "SELL", "status": "CANCELLED", "cancel_reason": "User requested cancel",
    }  # fmt: skip
    seen = seen_row(told)
    assert (seen.order_id, seen.tag, seen.filled, seen.state) == ("7f", ONE, D(4), VenueState.CANCELLED)
    assert seen.reason == "User requested cancel"
    assert seen.progress > seen_row({**told, "status": "OPEN"}).progress


def test_a_fill_is_told_by_its_entry_and_knows_its_commission() -> None:
    fill = trade_row(FILL)
    assert (fill.venue_fill_id, fill.quantity, fill.price) == (FILL["entry_id"], D(10), D("0.392"))
    assert (fill.commission, iso(fill.at)) == (D("0.03136"), "2023-11-26T10:19:47.504000Z")


def test_a_fill_in_money_is_counted_in_coins() -> None:
    assert trade_row({**FILL, "size": "3.92", "size_in_quote": True}).quantity == D(10)


@pytest.mark.parametrize(
    "changes",
    [{"entry_id": ""}, {"order_id": None}, {"size": "0"}, {"price": "NaN"}, {"side": ""}, {"trade_type": "REVERSAL"},
     {"trade_time": None}],
)  # fmt: skip
def test_a_fill_that_can_not_be_told_is_no_fill(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        trade_row({**FILL, **changes})


def held(currency: str, available: str, hold: str = "0", kind: str = "ACCOUNT_TYPE_CRYPTO") -> dict[str, Any]:
    return {
        "uuid": f"{currency} {kind}", "currency": currency, "type": kind,
        "available_balance": {"value": available, "currency": currency},
        "hold": {"value": hold, "currency": currency},
    }  # fmt: skip


def test_a_position_is_all_of_the_coin_free_and_held_by_orders_in_whole_steps() -> None:
    (position,) = positions(balances([held("XRP", "1.5000004", "3")]), [LISTED[XRP]])
    assert (position.symbol, position.quantity, position.average_price) == (XRP, D("4.500000"), 0)


def test_dust_money_and_vaults_are_no_positions() -> None:
    rows = [held("XRP", "0.0000009"), held("USD", "100", kind="ACCOUNT_TYPE_FIAT")]
    rows.append(held("XRP", "7", kind="ACCOUNT_TYPE_VAULT"))
    assert positions(balances(rows), [LISTED[XRP]]) == ()


def test_an_account_that_is_listed_twice_counts_once() -> None:
    assert balances([held("XRP", "2")] * 2) == {"XRP": D(2)}


def test_coins_that_the_account_has_nothing_to_do_with_are_named() -> None:
    everything = balances([held("XRP", "2"), held("SOL", "1.5"), held("DOGE", "0")])
    assert list(others(everything, [LISTED[XRP]])) == ["SOL, 1.5 held"]


def test_two_products_of_one_coin_are_refused_since_nobody_can_say_whose_it_is() -> None:
    with pytest.raises(PermanentFailure, match="BTC-EUR and BTC-USD are both BTC"):
        positions({"BTC": D(1)}, [LISTED["BTC-USD"], LISTED["BTC-EUR"]])


@pytest.mark.parametrize(
    "row", [None, {}, {"currency": "XRP", "hold": "3"}, {"currency": "XRP", "hold": {"value": "three"}}]
)
def test_a_balance_that_can_not_be_read_is_none(row: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        balances([row])
