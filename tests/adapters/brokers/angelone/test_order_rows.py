"""Rows of Angel One's books, read: shapes as recorded and as published, contradictions refused, nothing guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.angelone.orders.held_rows import holding_row, position_row, together
from engine.adapters.brokers.angelone.orders.order_rows import STATES, day_of, order_row, trade_row
from engine.adapters.brokers.bookkeeping.row_values import number, rows_of
from engine.domain.broker import VenueState
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import SECOND, iso
from engine.domain.order import Side

D = Decimal
TAG = "ABCDEFGHIJKLM23"
# The shape of the recorded order updates, with other values.
ROW: dict[str, Any] = {
    "variety": "NORMAL", "ordertype": "LIMIT", "ordertag": TAG, "producttype": "INTRADAY", "price": 260.0,
    "triggerprice": 0.0, "quantity": "10", "disclosedquantity": "0", "duration": "DAY", "squareoff": 0.0,
    "stoploss": 0.0, "trailingstoploss": 0.0, "tradingsymbol": "NIFTYBEES-EQ", "transactiontype": "BUY",
    "exchange": "NSE", "symboltoken": "10576", "instrumenttype": "", "strikeprice": -1.0, "optiontype": "",
    "expirydate": "", "lotsize": "1", "cancelsize": "0", "averageprice": 0.0, "filledshares": "0",
    "unfilledshares": "10", "orderid": "261123000761133", "text": "", "status": "open pending",
    "orderstatus": "open pending", "updatetime": "23-Nov-2026 13:48:37", "exchtime": "", "exchorderupdatetime": "",
    "fillid": "", "filltime": "", "parentorderid": "",
}  # fmt: skip
TRADE: dict[str, Any] = {
    "exchange": "NSE", "producttype": "INTRADAY", "tradingsymbol": "NIFTYBEES-EQ", "instrumenttype": "",
    "symbolgroup": "EQ", "strikeprice": "-1.0", "marketlot": "1", "precision": "2", "multiplier": "-1",
    "tradevalue": "1328.10", "transactiontype": "BUY", "fillprice": "265.62", "fillsize": "5",
    "orderid": "261123000761133", "fillid": "88001122", "filltime": "13:48:39",
}  # fmt: skip
AT = 1_795_422_000 * SECOND  # 2026-11-23 13:50 in India


def order(status: str = "open", **changes: Any) -> dict[str, Any]:
    return {**ROW, "status": status, "orderstatus": status, **changes}


def test_a_row_is_read_as_it_was_recorded() -> None:
    row = order_row(ROW)
    assert (row.order_id, row.tag, row.unique_id, row.variety) == ("261123000761133", TAG, "", "NORMAL")
    assert (row.side, row.quantity, row.filled, row.state) == (Side.BUY, D(10), D(0), VenueState.WORKING)
    assert row.at is not None
    assert iso(row.at) == "2026-11-23T08:18:37Z"


@pytest.mark.parametrize("word", sorted(STATES))
def test_every_published_word_has_a_state_however_it_is_written(word: str) -> None:
    filled = "10" if STATES[word] is VenueState.FILLED else "0"
    assert order_row(order(f" {word.upper()} ", filledshares=filled)).state is STATES[word]


@pytest.mark.parametrize("word", ["", "triggered", "expired", "open?", "partially filled"])
def test_a_word_in_no_list_is_not_guessed_at(word: str) -> None:
    with pytest.raises(OutcomeUnknown, match="of order 261123000761133"):
        order_row(order(word))


def test_two_words_that_contradict_each_other_say_nothing() -> None:
    with pytest.raises(OutcomeUnknown, match="cancelled and open"):
        order_row({**order("open"), "orderstatus": "cancelled"})
    assert order_row({**order("open"), "orderstatus": "trigger pending"}).state is VenueState.WORKING
    assert order_row({**order("rejected"), "orderstatus": ""}).state is VenueState.REJECTED


def test_a_part_filled_has_no_word_of_its_own_and_a_cancelled_order_may_have_fills() -> None:
    part = order_row(order("open", filledshares="4"))
    assert (part.state, part.filled) == (VenueState.WORKING, D(4))
    cut = order_row(order("cancelled", filledshares="4", cancelsize="6"))
    assert (cut.state, cut.filled) == (VenueState.CANCELLED, D(4))


def test_a_part_of_a_rejected_order_that_was_filled_stays_filled_and_only_the_rest_is_out() -> None:
    cut = order_row(order("rejected", filledshares="4", text="the exchange took the rest out"))
    assert (cut.state, cut.filled, cut.reason) == (VenueState.CANCELLED, D(4), "the exchange took the rest out")


def test_all_filled_is_filled_before_the_word_comes() -> None:
    assert order_row(order("open", filledshares="10")).state is VenueState.FILLED


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "complete", "orderstatus": "complete", "filledshares": "9"},
        {"filledshares": "11"}, {"filledshares": "-1"}, {"quantity": "0"}, {"quantity": "ten"}, {"quantity": "NaN"},
        {"orderid": None}, {"transactiontype": "HOLD"}, {"updatetime": "yesterday"},
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_or_can_not_be_read_is_no_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        order_row({**ROW, "status": "open", "orderstatus": "open", **changes})


def test_numbers_come_as_text_numbers_or_nothing_and_a_sign_may_stand_apart() -> None:
    values = {"a": "- 2235.80", "b": 12, "c": 0.1, "d": None, "e": "", "f": "1,20,000.50"}
    assert [number(values, name) for name in "abcdef"] == [D("-2235.80"), D(12), D("0.1"), D(0), D(0), D("120000.50")]


def test_an_order_by_hand_has_no_tag_of_ours_and_a_number_may_be_one() -> None:
    for tag in ("", None, "from my phone", "abcdefghijklm23", TAG + "X"):
        assert order_row({**ROW, "ordertag": tag}).tag is None
    old = order_row({**ROW, "orderid": 200910000000111, "symboltoken": None})
    assert (old.order_id, old.tag) == ("200910000000111", TAG)


def test_a_fill_is_told_by_its_order_and_its_number_and_dated_by_its_order() -> None:
    trade = trade_row(TRADE)
    assert (trade.key, trade.venue_fill_id) == (("261123000761133", "88001122"), "261123000761133-88001122")
    assert (trade.quantity, trade.price) == (D(5), D("265.62"))
    assert iso(trade.at(day_of(trade.order_id, AT))) == "2026-11-23T08:18:39Z"


def test_the_day_of_an_order_is_in_its_number_else_in_its_stamp() -> None:
    assert day_of("261120000000001", AT) == date(2026, 11, 20)
    assert day_of("991399000000001", AT) == day_of("7", AT) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "changes", [{"fillid": ""}, {"fillid": None}, {"orderid": ""}, {"fillsize": "0"}, {"fillprice": ""}]
)
def test_a_fill_that_can_not_be_told_from_others_is_no_fill(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown, match="can't be told"):
        trade_row({**TRADE, **changes})


def test_a_book_is_a_list_or_nothing_and_a_row_that_comes_twice_is_one() -> None:
    assert rows_of(None, "order book") == []
    assert rows_of([ROW, dict(ROW)], "order book") == [ROW]
    for wrong in ("", {}, [[]], 7):
        with pytest.raises(OutcomeUnknown, match="order book"):
            rows_of(wrong, "order book")


def held(net: str, **changes: str) -> dict[str, str]:
    return {
        "exchange": "NSE", "symboltoken": "3045", "producttype": "INTRADAY", "tradingsymbol": "SBIN-EQ", "buyqty": "10",
        "sellqty": "0", "cfbuyqty": "0", "cfsellqty": "0", "buyavgprice": "810.00", "sellavgprice": "805.00",
        "avgnetprice": "810.00", "netvalue": "- 8100.00", "netqty": net, **changes,
    }  # fmt: skip


def test_a_position_is_its_net_at_the_average_of_the_side_it_is_on() -> None:
    long, short = position_row(held("10")), position_row(held("-4"))
    assert (long.quantity, long.average_price, long.carried) == (D(10), D(810), False)
    assert (short.quantity, short.average_price) == (D(-4), D(805))
    assert position_row(held("3", cfbuyqty="3")).carried


def test_shares_held_are_those_delivered_and_those_on_their_way() -> None:
    row = {"tradingsymbol": "SBIN-EQ", "exchange": "NSE", "t1quantity": 3, "realisedquantity": 7, "quantity": 7,
           "product": "DELIVERY", "averageprice": 800.5, "symboltoken": "3045"}  # fmt: skip
    for quantity in (7, 10):  # whether it counts the t1 shares is not published
        assert holding_row({**row, "quantity": quantity}).quantity == D(10)


def test_a_holding_and_what_was_sold_of_it_today_are_one_position() -> None:
    seven = holding_row({"tradingsymbol": "SBIN-EQ", "exchange": "NSE", "realisedquantity": 7, "averageprice": 800})
    sold = position_row(held("-7"))
    assert together("SBIN", [seven, sold]) is None
    left = together("SBIN", [seven, position_row(held("-2"))])
    assert left is not None
    assert (left.quantity, left.average_price, left.overnight) == (D(5), D(800), True)
    more = together("SBIN", [seven, position_row(held("3"))])
    assert more is not None
    assert (more.quantity, more.average_price) == (D(10), D(803))
