"""What the books say, put together: the last day's orders and whatever works, their fills, the coins that are held."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.adapters.brokers.coinbase.doctor.doctor_orders import commission
from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import BackPressure, OutcomeUnknown, PermanentFailure
from engine.domain.findings import Grade
from engine.domain.order import Purpose
from tests.adapters.brokers.coinbase.order_desk import ONE, THREE, TWO, XRP, OrderDesk, limit_order, stop_order

D = Decimal
DAY_S = 86_400.0


class Named:
    """Products by name."""

    def __init__(self, found: dict[str, Listed]) -> None:
        self.find = found.__getitem__


def test_many_orders_come_in_pages_and_each_is_reported_once(desk: OrderDesk) -> None:
    desk.coinbase.do("terms", page_max=3)
    identities = [f"{'ABCDEFGH'[n]}" * 15 for n in range(8)]
    for identity in identities:
        desk.ask(limit_order(identity, "2.15"))
        desk.pass_s(1.0)
    report = desk.venue.report()
    assert sorted(str(order.client_order_id) for order in report.orders) == identities
    assert sorted(str(fill.client_order_id) for fill in report.fills) == identities
    assert [(held.symbol, held.quantity) for held in report.positions] == [(XRP, D(80))]


def test_an_order_that_works_for_days_stays_in_the_report_and_one_that_ended_long_ago_does_not(
    desk: OrderDesk,
) -> None:
    desk.ask(limit_order(ONE, "1.50"), limit_order(TWO, "2.15"))
    desk.pass_s(3 * DAY_S)
    for venue in (desk.venue, desk.anew()):
        venue.report()
        orders = {order.client_order_id: order.state for order in venue.report().orders}
        assert orders[ONE] is VenueState.WORKING
    assert TWO not in {order.client_order_id for order in desk.anew().report().orders}


def test_an_old_order_that_ended_a_moment_ago_is_reported_as_ended_until_that_was_told(desk: OrderDesk) -> None:
    desk.ask(limit_order(ONE, "1.50"))
    desk.venue.report()
    desk.pass_s(3 * DAY_S)
    desk.coinbase.do("end", order=ONE, status="CANCELLED")
    (order,) = desk.venue.report().orders
    assert order.state is VenueState.CANCELLED


def test_a_part_that_an_old_order_fills_today_is_in_the_report_and_what_it_filled_before_is_not(
    desk: OrderDesk,
) -> None:
    desk.coinbase.do("terms", fill_lot="4")
    desk.ask(limit_order())
    desk.price("2.04")
    desk.pass_s(3 * DAY_S)
    desk.price("2.04")
    report = desk.anew().report()
    (order,), (fill,) = report.orders, report.fills
    assert (order.filled_quantity, fill.quantity) == (D(8), D(4))
    found = desk.venue.find(ONE)
    assert found is not None
    assert [fill.quantity for fill in found[1]] == [D(4), D(4)]


def test_what_an_old_order_filled_while_nobody_looked_is_in_the_report(desk: OrderDesk) -> None:
    desk.own("10")
    desk.ask(stop_order())
    desk.pass_s(3 * DAY_S)
    desk.price("1.995")
    desk.pass_s()
    report = desk.anew().report()
    assert [(order.client_order_id, order.state) for order in report.orders] == [(ONE, VenueState.FILLED)]
    assert [(fill.client_order_id, fill.quantity) for fill in report.fills] == [(ONE, D(10))]
    assert report.positions == ()


def test_an_order_of_ours_that_can_not_be_read_makes_it_no_report(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.orders[0].status = "UNKNOWN_ORDER_STATUS"
    with pytest.raises(OutcomeUnknown, match="UNKNOWN_ORDER_STATUS"):
        desk.venue.report()
    with pytest.raises(OutcomeUnknown):
        desk.venue.find(ONE)


def test_fills_that_trail_their_order_make_it_no_report_until_they_are_there(desk: OrderDesk) -> None:
    desk.coinbase.do("terms", fills_late_s=5.0)
    desk.ask(limit_order(price="2.15"))
    with pytest.raises(OutcomeUnknown, match="trails its order"):
        desk.venue.report()
    desk.pass_s(5.0)
    assert [fill.quantity for fill in desk.venue.report().fills] == [D(10)]


def test_coins_that_were_there_before_are_a_position_that_the_books_do_not_know(desk: OrderDesk) -> None:
    desk.own("7.5")
    (held,) = desk.venue.report().positions
    assert (held.symbol, held.quantity, held.overnight) == (XRP, D("7.5"), False)


def test_coins_that_a_stop_holds_are_still_held(desk: OrderDesk) -> None:
    desk.own("10")
    desk.ask(stop_order())
    assert desk.coinbase.broker.desk.account.of("XRP").hold == D(10)
    assert desk.venue.report().positions[0].quantity == D(10)


def test_two_products_of_one_coin_in_one_account_are_no_report(desk: OrderDesk) -> None:
    desk.reach.products.find("BTC-USD")
    venue = CoinbaseBroker(desk.reach, desk.market_at, symbols=lambda: ("BTC-USD", "BTC-EUR"))
    with pytest.raises(PermanentFailure, match="let the bots of one account trade one of them"):
        venue.report()


def test_what_the_broker_took_is_compared_with_what_the_books_reckon(desk: OrderDesk) -> None:
    desk.ask(limit_order(price="2.15", quantity=D(1000)))
    desk.venue.report()
    paid = desk.venue.paid
    assert (paid.worth, paid.commission) == (D(2100), D("25.2"))
    (fits,) = commission(paid, D("0.012"))
    (differs,) = commission(paid, D("0.006"))
    assert (fits.grade, differs.grade) == (Grade.GREEN, Grade.AMBER)
    assert "cost 25.20 at Coinbase, the books reckoned 12.60" in differs.says
    assert list(commission(desk.anew().paid, D("0.006"))) == []


@pytest.mark.parametrize("flag", ["trading_disabled", "cancel_only", "view_only", "post_only"])
def test_a_product_that_does_not_trade_takes_no_entry_and_is_asked_for_exits_all_the_same(
    desk: OrderDesk, flag: str
) -> None:
    desk.own("10")
    desk.coinbase.do("product", product=XRP, **{flag: True})
    desk.products.update([XRP])
    venue = desk.anew()
    with pytest.raises(BackPressure, match=XRP):
        venue.submit(limit_order())
    assert desk.coinbase.calls("create_order") == 0
    venue.submit(limit_order(TWO, "2.15", purpose=Purpose.EXIT))
    assert desk.coinbase.calls("create_order") == 1


def test_cancelling_an_order_that_nobody_has_sends_nothing(desk: OrderDesk) -> None:
    assert desk.venue.cancel(CancelOrder(THREE, 0, "never sent")) == ()
    assert desk.coinbase.calls("cancel_orders") == 0


def test_an_order_that_was_there_and_is_not_found_any_more_is_not_said_to_be_absent(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.coinbase.fault("get_order", "error", status=404, code="NOT_FOUND", message="order not found")
    with pytest.raises(OutcomeUnknown, match="does not find it"):
        desk.venue.find(ONE)


def test_a_product_whose_book_has_another_name_is_reported_under_ours(desk: OrderDesk) -> None:
    own = desk.reach.products.find(XRP)
    unified = replace(own, instrument=replace(own.instrument, symbol="XRP-USDC"), quote="USDC", alias=XRP)
    reach = replace(desk.reach, products=Named({"XRP-USDC": unified}))
    venue = CoinbaseBroker(reach, desk.market_at, symbols=lambda: ("XRP-USDC",))
    desk.ask(limit_order(price="2.15"))
    report = venue.report()
    symbols = {each.symbol for each in (*report.orders, *report.fills, *report.positions)}
    assert symbols == {"XRP-USDC"}


def test_a_product_that_is_listed_no_more_makes_it_no_report_and_no_crash(desk: OrderDesk) -> None:
    venue = CoinbaseBroker(desk.reach, desk.market_at, symbols=lambda: ("NONE-USD",))
    with pytest.raises(PermanentFailure, match="NONE-USD is no product"):
        venue.report()


@pytest.mark.parametrize("kind", ["page", "drop", "wrong_shape"])
def test_a_product_that_can_not_be_read_means_that_no_order_was_sent(desk: OrderDesk, kind: str) -> None:
    desk.coinbase.fault("product", kind)
    with pytest.raises(BackPressure, match="SOL-USD"):
        desk.venue.submit(limit_order(symbol="SOL-USD", price="70"))
    assert desk.coinbase.calls("create_order") == 0
