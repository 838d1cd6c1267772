"""What of the broker's rows is news: each change once, whatever comes twice, late or out of turn."""

from __future__ import annotations

import tracemalloc
from typing import Any

from engine.adapters.brokers.angelone.orders.order_rows import OrderRow, TradeRow, day_of, order_row, trade_row
from engine.adapters.brokers.angelone.orders.order_words import Variety
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.order_news import OrderNews
from engine.domain.events import (
    BrokerEvent,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
)
from tests.adapters.brokers.angelone.test_order_rows import AT, ROW, TAG, TRADE, D

NUMBER, OTHER_NUMBER = ROW["orderid"], "261123000761134"


class Told:
    """News of one order that this process sent, or found there."""

    def __init__(self, *, sent: bool = True) -> None:
        self.known = KnownOrders(lambda: 0.0)
        if sent:
            self.known.leaving(TAG, variety=Variety.NORMAL.value)
            self.known.answered(TAG, NUMBER, unique_id="unique")
        self.news = OrderNews[OrderRow, TradeRow](
            self.known, lambda: AT, lambda row, trade: trade.at(day_of(row.order_id, AT if row.at is None else row.at))
        )

    def row(self, status: str, filled: int = 0, **changes: Any) -> list[BrokerEvent]:
        return self.news.of_row(self.seen(status, filled, **changes))

    def seen(self, status: str, filled: int = 0, **changes: Any) -> OrderRow:
        words = {"status": status, "orderstatus": status, "filledshares": str(filled)}
        row = order_row({**ROW, **words, **changes})
        self.known.see([row], whole_book=True)
        return row

    def trades(self, *fills: tuple[str, int]) -> list[BrokerEvent]:
        rows = [{**TRADE, "fillid": number, "fillsize": str(size)} for number, size in fills]
        return self.news.of_trades(trade_row(row) for row in rows)


def kinds(events: list[BrokerEvent]) -> list[type]:
    return [type(event) for event in events]


def test_an_order_is_accepted_once_however_many_words_it_goes_through() -> None:
    told = Told()
    assert kinds(told.row("put order req received")) == [OrderAccepted]
    for word in ("validation pending", "open pending", "open", "open", "modified", "open pending"):
        assert told.row(word) == []


def test_a_fill_is_told_with_its_number_when_the_trade_book_has_it() -> None:
    told = Told()
    assert kinds(told.row("complete", 10)) == [OrderAccepted]
    assert told.news.lacking
    assert told.trades(("1", 4)) == [FillReceived(TAG, f"{NUMBER}-1", D(4), D("265.62"), 1_795_421_919_000_000)]
    assert told.news.lacking
    assert kinds(told.trades(("1", 4), ("2", 6))) == [FillReceived]
    assert not told.news.lacking
    assert told.trades(("1", 4), ("2", 6)) == []


def test_a_row_that_says_less_than_one_before_it_is_late() -> None:
    told = Told()
    told.row("open", 4)
    told.trades(("1", 4))
    assert told.row("open", 0) == []
    assert kinds(told.row("cancelled", 4)) == [OrderCancelled]
    for status, filled in (("open", 4), ("open", 0), ("cancelled", 4)):
        assert told.row(status, filled) == []
    assert not told.news.lacking


def test_an_end_says_how_much_was_filled_so_that_it_waits_for_its_fills() -> None:
    told = Told()
    accepted, ended = told.row("cancelled", 4, text="by the exchange")
    assert isinstance(accepted, OrderAccepted)
    assert ended == OrderCancelled(TAG, "by the exchange", AT, D(4))
    assert told.news.lacking


def test_a_cancellation_that_was_meant_as_the_end_of_the_day_expires_the_order() -> None:
    told = Told()
    told.known.to_expire(TAG)
    assert kinds(told.row("cancelled")) == [OrderAccepted, OrderExpired]


def test_a_rejection_has_the_brokers_words_and_no_acceptance_before_it() -> None:
    told = Told()
    (rejected,) = told.row("rejected", text="Insufficient Funds")
    assert rejected == OrderRejected(TAG, "Insufficient Funds", AT)
    assert told.row("rejected", text="Insufficient Funds") == []


def test_what_had_ended_before_this_process_saw_it_is_left_to_the_look_up() -> None:
    told = Told(sent=False)
    assert told.row("complete", 10) == []
    assert not told.news.lacking
    found = Told(sent=False)
    assert kinds(found.row("open")) == [OrderAccepted]
    assert kinds(found.row("cancelled")) == [OrderCancelled]


def test_what_a_look_up_saw_at_work_is_told_though_its_first_row_here_is_its_end() -> None:
    found = Told(sent=False)
    found.seen("open")  # by dispatch, after a restart; the stream has not looked yet
    assert kinds(found.row("complete", 10)) == [OrderAccepted]
    assert kinds(found.trades(("1", 10))) == [FillReceived]


def test_a_second_order_under_the_tag_is_no_news_of_ours() -> None:
    told = Told()
    told.row("open")
    assert told.row("complete", 10, orderid="261123000761134") == []
    assert not told.news.lacking


def test_somebody_elses_fills_are_not_told() -> None:
    told = Told()
    told.row("open", 4)
    stranger = trade_row({**TRADE, "orderid": "261123000999999"})
    assert told.news.of_trades([stranger]) == []


def test_a_rejection_after_a_part_was_filled_ends_the_order_with_that_part_to_come() -> None:
    told = Told()
    told.row("open")
    (ended,) = told.row("rejected", 4, text="the exchange took the rest out")
    assert isinstance(ended, OrderCancelled)
    assert (ended.filled_quantity, ended.reason) == (D(4), "the exchange took the rest out")
    assert kinds(told.trades(("88001122", 4))) == [FillReceived]


def test_fills_of_somebody_else_take_no_room_however_many_there_are() -> None:
    told = Told()
    told.row("open", 4)
    day = [{**TRADE, "orderid": str(261123000900000 + number)} for number in range(1_000)]
    tracemalloc.start()
    told.news.of_trades(trade_row(row) for row in day)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 20_000, f"{kept:,} bytes are kept of a thousand fills that are nobody's here"


def test_a_second_order_that_was_taken_for_ours_until_the_answer_came_is_nobodys_from_then_on() -> None:
    told = Told(sent=False)
    told.known.leaving(TAG)
    told.row("open", 4)
    told.known.answered(TAG, OTHER_NUMBER)
    assert told.known.tag_of(NUMBER) is None
    assert told.trades(("88001122", 4)) == []
    assert not told.news.lacking, "or its fills would be looked for for ever"
    told.row("open", 3, orderid=OTHER_NUMBER)
    assert list(told.news.lacking) == [OTHER_NUMBER], "though the other one had come further"
