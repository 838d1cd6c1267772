"""What a report is made of: three books that must come together, one product, nothing twice and nothing guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.order import Purpose
from tests.adapters.brokers.angelone.master_rows import instruments_of, listed
from tests.adapters.brokers.angelone.order_desk import ONE, TWO, OrderDesk, limit_order, order_desk
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.running import ORDER

D = Decimal


def by_hand(desk: OrderDesk, **changes: str) -> None:
    """An order that a person placed, without a tag; one lies deeper than the market."""
    desk.angel.broker.desk.place({**ORDER, **changes}, desk.angel.broker.clock.now())
    desk.pass_s()


def test_a_report_has_orders_by_hand_without_a_tag_and_names_what_is_beside_the_account(desk: OrderDesk) -> None:
    by_hand(desk, price="800.00")
    by_hand(desk, price="825.00", producttype="DELIVERY")
    by_hand(desk, exchange="BSE", tradingsymbol="RELIANCE", symboltoken="500325", price="1390.00")
    report = desk.venue.report()
    assert [(order.symbol, order.client_order_id) for order in report.orders] == [("SBIN", None)]
    assert (report.fills, report.positions) == ((), ())
    assert report.beside == (
        "BSE RELIANCE INTRADAY", "NSE SBIN-EQ DELIVERY", "NSE SBIN-EQ DELIVERY, 10 held",
    )  # fmt: skip


def test_shares_for_delivery_are_never_netted_with_the_days(desk: OrderDesk) -> None:
    by_hand(desk, price="825.00", producttype="DELIVERY", quantity="7")
    desk.ask(limit_order(price="825.00"))
    (held,) = desk.venue.report().positions
    assert (held.symbol, held.quantity) == ("SBIN", D(10))


def test_an_account_of_delivery_has_its_holdings_and_what_it_sold_of_them_today(
    angel_one_server: InProcessAngelOne, tmp_path: Path
) -> None:
    with order_desk(tmp_path, Product.DELIVERY, angel_one_server) as desk:
        desk.price("820.00")
        desk.ask(limit_order(price="825.00"))
        (bought,) = desk.venue.report().positions
        assert (bought.quantity, bought.overnight) == (D(10), False)
        desk.clock.jump(datetime.fromisoformat("2026-11-25T10:00:05+05:30"))  # the day after is a holiday
        desk.price("820.00")
        (kept,) = desk.venue.report().positions
        assert (kept.quantity, kept.average_price, kept.overnight) == (D(10), D(820), True)
        desk.ask(limit_order(TWO, "815.00", purpose=Purpose.EXIT, quantity=D(4)))
        (left,) = desk.venue.report().positions
        assert (left.quantity, left.overnight) == (D(6), True)


def test_a_part_filled_and_cancelled_order_is_reported_with_its_fills(desk: OrderDesk) -> None:
    desk.angel.broker.terms.fill_lot = 4
    desk.ask(limit_order())
    desk.price("809.00")
    desk.ask(CancelOrder(ONE, 0, "enough"))
    report = desk.venue.report()
    (listed,), (fill,) = report.orders, report.fills
    assert (listed.state, listed.filled_quantity) == (VenueState.CANCELLED, D(4))
    assert (fill.quantity, fill.venue_order_id, fill.client_order_id) == (D(4), listed.venue_order_id, ONE)


@pytest.mark.parametrize("book", ["getOrderBook", "getTradeBook", "getPosition"])
@pytest.mark.parametrize("kind", ["drop", "page", "empty", "wrong_shape", "cut_json", "no_message", "not_json"])
def test_a_book_that_does_not_come_whole_makes_no_report(desk: OrderDesk, book: str, kind: str) -> None:
    desk.ask(limit_order(price="825.00"))
    desk.angel.fault(book, kind)
    with pytest.raises((OutcomeUnknown, BackPressure)):
        desk.venue.report()
    report = desk.venue.report()
    assert (len(report.orders), len(report.fills), len(report.positions)) == (1, 1, 1)


def test_rows_that_come_twice_count_once(desk: OrderDesk) -> None:
    desk.ask(limit_order(price="825.00"))
    for book in ("getOrderBook", "getTradeBook", "getPosition"):
        desk.angel.fault(book, "rows_twice")
    report = desk.venue.report()
    assert (len(report.orders), len(report.fills)) == (1, 1)
    assert report.positions[0].quantity == D(10)


def test_half_an_order_book_is_found_out_by_the_fills_that_it_lacks(desk: OrderDesk) -> None:
    desk.ask(limit_order(price="825.00"), limit_order(TWO))
    desk.angel.fault("getOrderBook", "half_the_rows")
    with pytest.raises(OutcomeUnknown, match="lacks order"):
        desk.venue.report()


def test_an_order_that_was_listed_today_never_leaves_the_book_so_an_empty_one_is_no_report(desk: OrderDesk) -> None:
    desk.ask(limit_order(price="825.00"), limit_order(TWO))
    assert len(desk.venue.report().orders) == 2
    for book in ("getOrderBook", "getTradeBook", "getPosition"):
        desk.angel.fault(book, "data_null")
    desk.pass_s(2.0)
    with pytest.raises(OutcomeUnknown, match="listed before"):
        desk.venue.report()
    desk.angel.broker.faults.waiting.clear()
    assert len(desk.venue.report().orders) == 2


def test_the_orders_of_yesterday_are_not_missed_in_todays_book(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    assert len(desk.venue.report().orders) == 1
    desk.clock.jump(datetime.fromisoformat("2026-11-25T10:00:05+05:30"))
    assert desk.venue.report().orders == ()


def test_half_a_trade_book_is_pulled_again(desk: OrderDesk) -> None:
    desk.angel.broker.terms.fill_lot = 5
    desk.ask(limit_order(price="825.00"))
    desk.price("819.00")
    desk.angel.fault("getTradeBook", "half_the_rows")
    assert len(desk.venue.report().fills) == 2
    desk.angel.fault("getTradeBook", "data_null", times=3)
    with pytest.raises(OutcomeUnknown, match="trails its order"):
        desk.venue.report()


def test_a_share_that_is_in_no_list_of_instruments_makes_no_report(desk: OrderDesk, tmp_path: Path) -> None:
    by_hand(desk, tradingsymbol="INFY-EQ", symboltoken="1594", price="1490.00")
    assert [order.symbol for order in desk.venue.report().orders] == ["INFY"]
    others = instruments_of(tmp_path, [row for row in listed() if row["symbol"] != "INFY-EQ"])
    lacking = AngelOneBroker(replace(desk.reach, instruments=others), desk.market_at)
    with pytest.raises(OutcomeUnknown, match="INFY-EQ, which is in no list"):
        lacking.report()


@pytest.mark.parametrize(("ours", "reported"), [(("SBIN",), True), (("SBIN", "INFY"), False)])
def test_a_holding_that_is_in_no_list_makes_no_report_impossible_unless_it_is_called_as_ours_is(
    angel_one_server: InProcessAngelOne, tmp_path: Path, ours: tuple[str, ...], reported: bool
) -> None:
    """Shares that were suspended stay among holdings for years."""
    with order_desk(tmp_path, Product.DELIVERY, angel_one_server) as desk:
        desk.price("820.00")
        desk.ask(limit_order(price="825.00"))
        by_hand(desk, tradingsymbol="INFY-EQ", symboltoken="1594", price="1600.00", producttype="DELIVERY")
        desk.clock.jump(datetime.fromisoformat("2026-11-25T10:00:05+05:30"))
        others = instruments_of(tmp_path / "others", [row for row in listed() if row["symbol"] != "INFY-EQ"])
        reach, concerns = replace(desk.reach, instruments=others), lambda symbol: symbol in ours
        venue = AngelOneBroker(reach, desk.market_at, product=Product.DELIVERY, concerns=concerns)
        if reported:
            assert [position.symbol for position in venue.report().positions] == ["SBIN"]
        else:
            with pytest.raises(OutcomeUnknown, match="INFY-EQ, which is in no list"):
                venue.report()
