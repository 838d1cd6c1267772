"""Every fault of the loopback Coinbase on every route that orders need, through the adapter and dispatch: each order is
sent once, nothing is guessed, and what became of it is told in the end.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.domain.effects import CancelOrder
from engine.domain.errors import OperatingError
from engine.domain.events import FillReceived, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.order import Purpose
from tests.adapters.brokers.coinbase.order_desk import ONE, TWO, OrderDesk, limit_order, stop_order
from tests.brokers.coinbase.faults import KINDS

OF_LISTS = {"rows_twice", "half_the_rows", "no_cursor", "same_cursor"}
SHAPES = sorted(KINDS.keys() - OF_LISTS - {"refused", "applied_twice", "hidden"})  # of a reply that is no list
SPOILT = [(kind, applied) for kind in SHAPES for applied in (True, False) if applied or kind != "slow"]
TURNED_AWAY = ("too_fast", "unauthorized")
ON_LISTS = sorted(KINDS.keys() - {"applied_twice", "hidden", "half_the_rows", "refused"})


def ended(desk: OrderDesk, identity: str = ONE) -> list[str]:
    """How the order ended, as told."""
    ends = (OrderRejected, OrderExpired, OrderCancelled)
    return [type(event).__name__ for event in desk.told if isinstance(event, ends) and event.order_id == identity]


def accepted(desk: OrderDesk, identity: str = ONE) -> bool:
    return any(isinstance(event, OrderAccepted) and event.order_id == identity for event in desk.told)


def fills(desk: OrderDesk) -> list[FillReceived]:
    return [event for event in desk.told if isinstance(event, FillReceived)]


@pytest.mark.parametrize(("kind", "applied"), SPOILT)
def test_an_order_whose_answer_is_spoilt_is_sent_once_and_told_as_it_is(
    desk: OrderDesk, kind: str, applied: bool
) -> None:
    desk.coinbase.fault("create_order", kind, applied=applied)
    desk.ask(limit_order())
    desk.until(lambda: accepted(desk) or bool(ended(desk)))
    assert desk.coinbase.calls("create_order") == 1
    assert len(desk.orders) == applied
    if applied:
        assert accepted(desk)
        assert ended(desk) == []
    else:
        assert not accepted(desk)
        assert ended(desk) == ["OrderExpired"]
        assert ("not sent" if kind in TURNED_AWAY else "never reached the broker") in str(desk.told[-1])


@pytest.mark.parametrize("kind", ["page", "error", "drop"])
def test_absence_is_not_believed_before_a_minute(desk: OrderDesk, kind: str) -> None:
    desk.coinbase.fault("create_order", kind, applied=False)
    began_at = desk.clock.monotonic()
    desk.ask(limit_order())
    desk.until(lambda: bool(ended(desk)))
    assert desk.clock.monotonic() - began_at >= 60


def test_a_listed_refusal_is_a_rejection_when_nothing_stands(desk: OrderDesk) -> None:
    desk.coinbase.fault("create_order", "refused", code="INSUFFICIENT_FUND", message="Insufficient balance")
    desk.ask(limit_order())
    assert ended(desk) == ["OrderRejected"]
    assert "Insufficient balance (INSUFFICIENT_FUND)" in str(desk.told[-1])
    assert (desk.orders, desk.coinbase.calls("create_order")) == ([], 1)


def test_an_error_of_the_api_about_the_request_is_a_rejection(desk: OrderDesk) -> None:
    desk.coinbase.fault("create_order", "error", status=400, code="INVALID_ARGUMENT", message="no such product")
    desk.ask(limit_order())
    assert ended(desk) == ["OrderRejected"]


def test_a_refusal_for_a_reason_in_no_list_stops_entries_and_no_exits_until_another_day(desk: OrderDesk) -> None:
    desk.own("10")
    desk.coinbase.fault("create_order", "refused", code="ACCOUNT_UNDER_REVIEW")
    desk.ask(limit_order())
    assert "ACCOUNT_UNDER_REVIEW" in str(desk.venue.stopped)
    desk.ask(limit_order(TWO))
    assert desk.coinbase.calls("create_order") == 1
    desk.ask(limit_order("TRI" * 5, "2.15", purpose=Purpose.EXIT))
    assert accepted(desk, "TRI" * 5)
    desk.pass_s(86_400.0)
    assert desk.venue.stopped is None


def test_a_key_that_may_not_trade_stops_entries_until_another_is_given(desk: OrderDesk) -> None:
    desk.coinbase.fault("create_order", "error", status=403, code="PERMISSION_DENIED", message="Missing scopes")
    desk.ask(limit_order())
    assert "Missing scopes" in str(desk.venue.stopped)
    desk.venue.resume()
    desk.ask(limit_order(TWO))
    assert accepted(desk, TWO)


def test_a_refusal_that_names_the_double_means_that_the_order_is_there(desk: OrderDesk) -> None:
    desk.coinbase.fault("create_order", "refused", code="DUPLICATE_CLIENT_ORDER_ID", applied=True)
    desk.ask(limit_order())
    desk.until(lambda: accepted(desk))
    assert (len(desk.orders), ended(desk), desk.coinbase.calls("create_order")) == (1, [], 1)
    assert desk.venue.stopped is None


def test_an_exit_below_the_smallest_order_is_not_decided_anew_every_few_seconds(desk: OrderDesk) -> None:
    desk.own("0.4")
    desk.ask(limit_order(price="2.00", quantity=Decimal("0.4"), purpose=Purpose.EXIT))
    assert desk.until(lambda: bool(ended(desk))) >= 55
    assert (ended(desk), desk.coinbase.calls("create_order")) == (["OrderExpired"], 0)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (400, "DUPLICATE_CLIENT_ORDER_ID", "Duplicate client order id"),
        (400, "INVALID_ARGUMENT", "DUPLICATE_CLIENT_ORDER_ID"),
        (409, "ALREADY_EXISTS", "it exists"),
    ],
)
def test_an_error_that_names_the_double_means_that_the_order_is_there(
    desk: OrderDesk, status: int, code: str, message: str
) -> None:
    desk.coinbase.fault("create_order", "error", status=status, code=code, message=message, applied=True)
    desk.ask(limit_order())
    desk.until(lambda: accepted(desk) or bool(ended(desk)))
    assert (len(desk.orders), ended(desk), desk.coinbase.calls("create_order")) == (1, [], 1)


def test_an_order_that_the_list_shows_late_is_found_and_not_sent_again(desk: OrderDesk) -> None:
    desk.coinbase.fault("create_order", "lose_reply")
    desk.ask(limit_order())
    desk.orders[0].visible_at += timedelta(seconds=40)
    assert desk.until(lambda: accepted(desk)) >= 40
    assert (desk.coinbase.calls("create_order"), len(desk.orders), ended(desk)) == (1, 1, [])


@pytest.mark.parametrize("late_s", [5, 20, 44, 46, 58, 61, 75, 100, 119])
def test_an_order_that_was_long_on_its_way_is_found_or_can_not_arrive_any_more(desk: OrderDesk, late_s: int) -> None:
    desk.coinbase.fault("create_order", "lose_reply", late_s=late_s)
    desk.ask(limit_order())
    desk.until(lambda: accepted(desk) or bool(ended(desk)))
    desk.pass_s(130.0)
    assert len(desk.orders) == accepted(desk) == (ended(desk) == [])
    assert accepted(desk) == (late_s < 45)


def test_an_order_sent_before_a_restart_is_found_by_our_id_alone(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.pass_s(3 * 86_400.0)
    found = desk.anew().find(ONE)
    assert found is not None
    assert found[0].venue_order_id == desk.orders[0].order_id


def test_an_order_that_is_there_twice_is_ours_once_and_seen_twice(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.ask(limit_order(TWO))
    first, second = desk.orders
    second.client_order_id = ONE  # the broker forgot the id and took it again
    report = desk.anew().report()
    assert [order.client_order_id for order in report.orders if order.venue_order_id == first.order_id] == [ONE]
    assert [order.client_order_id for order in report.orders if order.venue_order_id == second.order_id] == [None]


@pytest.mark.parametrize(("kind", "applied"), SPOILT)
def test_a_cancellation_whose_answer_is_spoilt_ends_the_order_all_the_same(
    desk: OrderDesk, kind: str, applied: bool
) -> None:
    desk.ask(limit_order())
    desk.coinbase.fault("cancel_orders", kind, applied=applied)
    desk.ask(CancelOrder(ONE, 0, "as asked"))
    desk.until(lambda: bool(ended(desk)))
    assert (ended(desk), desk.orders[0].status) == (["OrderCancelled"], "CANCELLED")
    assert desk.coinbase.calls("create_order") == 1


@pytest.mark.parametrize("kind", ON_LISTS)
def test_a_look_up_that_fails_says_neither_yes_nor_no(desk: OrderDesk, kind: str) -> None:
    desk.coinbase.fault("create_order", "lose_reply")
    for route in ("list_orders", "get_order", "list_fills"):
        desk.coinbase.fault(route, kind, times=3)
    desk.ask(limit_order(price="2.15"))
    desk.until(lambda: bool(fills(desk)))
    assert (ended(desk), len(fills(desk)), len(desk.orders)) == ([], 1, 1)
    assert desk.coinbase.calls("create_order") == 1


@pytest.mark.parametrize("route", ["list_orders", "list_fills", "list_accounts", "get_order"])
@pytest.mark.parametrize("kind", ON_LISTS)
def test_a_report_with_a_fault_on_any_of_its_routes_is_right_or_is_none(desk: OrderDesk, route: str, kind: str) -> None:
    desk.ask(limit_order(price="2.15"), stop_order(TWO, trigger="1.90", price="1.89"))
    whole = desk.venue.report()
    desk.coinbase.fault(route, kind, times=3)
    with_fault = whole
    with suppress(OperatingError):  # whatever else it raised, dispatch would not know it
        with_fault = desk.venue.report()
    assert with_fault == replace(whole, at=with_fault.at)


def test_a_list_that_leaves_the_order_out_a_few_times_is_not_believed(desk: OrderDesk) -> None:
    desk.coinbase.fault("create_order", "lose_reply")
    desk.coinbase.fault("list_orders", "half_the_rows", times=4)
    desk.ask(limit_order(TWO), limit_order(ONE))
    desk.until(lambda: accepted(desk, TWO))
    assert ended(desk, TWO) == []
    assert desk.coinbase.calls("create_order") == 2


@pytest.mark.parametrize("late", ["all", "4"])
def test_fills_that_come_before_the_cancellation_are_told(desk: OrderDesk, late: str) -> None:
    desk.ask(limit_order())
    desk.coinbase.do("terms", fills_before_cancel=late)
    desk.ask(CancelOrder(ONE, 0, "too late"))
    desk.until(lambda: bool(fills(desk)) and (late == "all" or bool(ended(desk))))
    assert sum(fill.quantity for fill in fills(desk)) == (Decimal(10) if late == "all" else Decimal(4))
    assert ended(desk) == ([] if late == "all" else ["OrderCancelled"])


def test_a_fill_that_the_list_of_fills_has_late_is_told_with_its_order(desk: OrderDesk) -> None:
    desk.coinbase.do("terms", fills_late_s=20.0)
    desk.coinbase.fault("create_order", "lose_reply")
    desk.ask(limit_order(price="2.15"))
    assert desk.until(lambda: bool(fills(desk))) >= 15
    assert len(fills(desk)) == 1
