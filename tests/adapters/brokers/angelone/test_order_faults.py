"""Every fault of the loopback broker on every route that orders need, through the adapter and dispatch: each order is
sent once, nothing is guessed, and what became of it is told in the end.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.effects import CancelOrder
from engine.domain.events import FillReceived, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected, OrderUnknown
from engine.domain.order import Purpose
from tests.adapters.brokers.angelone.order_desk import MORNING, ONE, TWO, OrderDesk, limit_order, stop_order
from tests.brokers.angelone.faults import KINDS

SHAPES = sorted(KINDS.keys() - {"rows_twice", "half_the_rows", "applied_twice", "hidden"})  # of a reply that is no list
SPOILT = [(kind, applied) for kind in SHAPES for applied in (True, False) if applied or kind != "slow"]
ON_LISTS = sorted(KINDS.keys() - {"applied_twice", "hidden", "half_the_rows", "data_null"})


def ended(desk: OrderDesk, identity: str = ONE) -> list[str]:
    """How the order ended, as told."""
    ends = (OrderRejected, OrderExpired, OrderCancelled)
    return [type(event).__name__ for event in desk.told if isinstance(event, ends) and event.order_id == identity]


def accepted(desk: OrderDesk, identity: str = ONE) -> bool:
    return any(isinstance(event, OrderAccepted) and event.order_id == identity for event in desk.told)


@pytest.mark.parametrize(("kind", "applied"), SPOILT)
def test_an_order_whose_answer_is_spoilt_is_sent_once_and_told_as_it_is(
    desk: OrderDesk, kind: str, applied: bool
) -> None:
    desk.angel.fault("placeOrder", kind, applied=applied)
    desk.ask(limit_order())
    desk.until(lambda: accepted(desk) or bool(ended(desk)))
    assert desk.angel.calls("placeOrder") == 1
    assert len(desk.orders) == applied
    if applied:
        assert accepted(desk)
        assert ended(desk) == []
    else:
        assert not accepted(desk)
        assert ended(desk) == ["OrderExpired"]
        assert "never reached the broker" in str(desk.told[-1])


@pytest.mark.parametrize("kind", ["page", "too_fast", "no_message"])
def test_absence_is_not_believed_before_a_minute(desk: OrderDesk, kind: str) -> None:
    desk.angel.fault("placeOrder", kind, applied=False)
    began_at = desk.clock.monotonic()
    desk.ask(limit_order())
    desk.until(lambda: bool(ended(desk)))
    assert desk.clock.monotonic() - began_at >= 60


def test_a_listed_refusal_is_a_rejection_when_nothing_stands(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "refused", code="AB1009")
    desk.ask(limit_order())
    assert ended(desk) == ["OrderRejected"]
    assert (desk.orders, desk.angel.calls("placeOrder")) == ([], 1)


def test_an_order_that_the_book_shows_late_is_found_and_not_sent_again(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "lose_reply")
    desk.ask(limit_order())
    desk.orders[0].visible_at += timedelta(seconds=40)
    assert desk.until(lambda: accepted(desk)) >= 40
    assert (desk.angel.calls("placeOrder"), len(desk.orders), ended(desk)) == (1, 1, [])


def test_an_order_that_the_broker_took_twice_is_ours_once_and_seen_twice(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "applied_twice")
    desk.ask(limit_order())
    desk.price("809.00")
    fills = desk.venue.report().fills
    assert (desk.angel.calls("placeOrder"), len(desk.orders)) == (1, 2)
    assert sorted(str(fill.client_order_id) for fill in fills) == ["None", ONE]


@pytest.mark.parametrize(("kind", "applied"), SPOILT)
def test_a_cancellation_whose_answer_is_spoilt_ends_the_order_all_the_same(
    desk: OrderDesk, kind: str, applied: bool
) -> None:
    desk.ask(limit_order())
    desk.angel.fault("cancelOrder", kind, applied=applied)
    desk.ask(CancelOrder(ONE, 0, "as asked"))
    desk.until(lambda: bool(ended(desk)))
    assert (ended(desk), desk.orders[0].status) == (["OrderCancelled"], "cancelled")
    assert desk.angel.calls("placeOrder") == 1


@pytest.mark.parametrize("kind", ON_LISTS)
def test_a_look_up_that_fails_says_neither_yes_nor_no(desk: OrderDesk, kind: str) -> None:
    desk.angel.fault("placeOrder", "lose_reply")
    for route in ("getOrderBook", "getTradeBook"):
        desk.angel.fault(route, kind, times=1 if kind == "gateway" else 3)  # that one ends the session
    desk.ask(limit_order(price="825.00"))
    desk.until(lambda: any(isinstance(event, FillReceived) for event in desk.told))
    fills = [event for event in desk.told if isinstance(event, FillReceived)]
    assert (ended(desk), len(fills), len(desk.orders)) == ([], 1, 1)
    assert desk.angel.calls("placeOrder") == 1


@pytest.mark.parametrize("kind", ["data_null", "half_the_rows"])
def test_a_book_that_leaves_the_order_out_a_few_times_is_not_believed(desk: OrderDesk, kind: str) -> None:
    desk.angel.fault("placeOrder", "lose_reply")
    desk.angel.fault("getOrderBook", kind, times=2)
    desk.ask(limit_order(TWO), limit_order(ONE))
    desk.until(lambda: accepted(desk, TWO))
    assert ended(desk, TWO) == []
    assert desk.angel.calls("placeOrder") == 2


@pytest.mark.parametrize("kind", SHAPES)
def test_details_that_fail_are_made_up_for_by_the_order_book(desk: OrderDesk, kind: str) -> None:
    desk.ask(stop_order())
    desk.angel.fault("details", kind, times=2)
    desk.outgoing.look_again()
    desk.dispatch.begin({ONE: MORNING})
    before = len(desk.told)
    desk.until(lambda: any(isinstance(event, OrderAccepted) for event in desk.told[before:]))
    assert ended(desk) == []


def test_a_fill_that_comes_before_the_cancellation_is_told_and_the_order_is_not_cancelled(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.angel.broker.terms.fills_before_cancel = True
    desk.ask(CancelOrder(ONE, 0, "too late"))
    desk.until(lambda: any(isinstance(event, FillReceived) for event in desk.told))
    assert ended(desk) == []


def test_a_session_that_dies_under_an_order_sends_it_no_second_time_and_the_next_one_leaves(desk: OrderDesk) -> None:
    desk.venue.report()  # logged in
    desk.pass_s(31)
    desk.angel.broker.sessions.end_all("replaced")
    desk.ask(limit_order())
    desk.until(lambda: accepted(desk) or bool(ended(desk)))
    assert desk.angel.calls("placeOrder") == 1
    assert ended(desk) == ["OrderExpired"]
    desk.ask(limit_order(TWO, purpose=Purpose.EXIT, price="830.00"))
    desk.until(lambda: accepted(desk, TWO))
    assert desk.angel.broker.sessions.logins == 2


@pytest.mark.parametrize(("kind", "says_no"), [("no_code", True), ("no_message", True), ("page", False)])
def test_a_refusal_without_a_code_is_told_as_one_and_found_out(desk: OrderDesk, kind: str, says_no: bool) -> None:
    desk.angel.fault("placeOrder", kind)
    unknown = next(event for event in desk.ask(limit_order()) if isinstance(event, OrderUnknown))
    assert (unknown.refused, unknown.needs_person) == (says_no, False)
    assert desk.venue.stopped is None, "one may be a hiccup: the core counts"
    desk.until(lambda: accepted(desk) or bool(ended(desk)))
    assert ended(desk) == ["OrderExpired"]


def test_a_refusal_by_a_code_of_no_list_is_told_as_one_that_needs_a_person(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "refused", code="AB7777")
    unknown = next(event for event in desk.ask(limit_order()) if isinstance(event, OrderUnknown))
    assert (unknown.refused, unknown.needs_person) == (True, True)
