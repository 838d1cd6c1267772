"""An order with a limit does not get stuck: taken back, sent anew for the rest, never two live, given up in the end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.events import (
    CancelRefused,
    OrderRejected,
)
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.identity import order_id
from engine.domain.order import OrderType
from engine.domain.records import DifferenceKind
from tests.core.leg_desk import START, leg_desk

D = Decimal


def test_by_default_everything_goes_at_the_market_and_nothing_is_followed() -> None:
    made = leg_desk(Execution())
    made.hold()
    made.leave()
    assert [(order.order_type, order.limit_price) for order in made.sent] == [(OrderType.MARKET, None)] * 2
    assert not made.engine.state.legs


@pytest.mark.parametrize(("offset", "limit"), [("0", "500.00"), ("10", "499.50"), ("13", "499.35")])
def test_an_entry_stands_behind_the_price_by_its_offset_on_the_tick(offset: str, limit: str) -> None:
    order = leg_desk(offset_bps=D(offset)).enter()
    assert (order.order_type, order.limit_price, order.post_only) == (OrderType.LIMIT, D(limit), False)


def test_what_is_not_filled_in_time_is_taken_back_and_nothing_goes_before_the_venue_says_that_it_is_out() -> None:
    made = leg_desk(replace_after_s=120)
    order = made.enter()
    made.pass_minute()
    assert not made.cancels
    made.pass_minute("500.5")
    assert [cancel.order_id for cancel in made.cancels] == [order.order_id]
    assert made.sent == [order]
    made.cancelled(order)
    second = made.sent[-1]
    assert second.order_id == order_id("paper-test", "alpha", "ACME", "1m", START, "entry", 1)
    assert (second.quantity, second.limit_price) == (D(100), D("500.50"))
    assert made.written(second).signal_id == made.written(order).signal_id
    assert made.written(second).decision_price == D(500)


def test_a_part_that_was_filled_is_not_sent_again() -> None:
    made = leg_desk()
    order = made.enter()
    made.fill(order, 30)
    made.pass_minute()
    made.cancelled(order)
    assert made.sent[-1].quantity == D(70)


def test_a_cancel_that_the_venue_refused_or_never_answered_is_asked_for_again() -> None:
    made = leg_desk()
    order = made.enter()
    made.pass_minute()
    made.take(CancelRefused(order.order_id, "busy", made.now))
    made.pass_minute(times=2)
    assert [cancel.order_id for cancel in made.cancels] == [order.order_id] * 3
    assert made.sent == [order]


def test_a_late_fill_of_the_replaced_order_makes_its_replacement_smaller() -> None:
    made = leg_desk()
    order = made.enter()
    made.pass_minute()
    made.cancelled(order)
    second = made.accepted()
    made.fill(order, 40)
    assert made.cancels[-1].order_id == second.order_id
    made.cancelled(second)
    third = made.accepted()
    assert third.quantity == D(60)
    assert made.leg(third).replacements == 1, "what was made smaller is no replacement"
    made.fill(third, 60)
    assert made.leg(third).over
    assert made.engine.state.portfolio.all()[0].quantity == D(100)


def test_a_late_fill_of_all_of_it_takes_the_replacement_back() -> None:
    made = leg_desk()
    order = made.enter()
    made.pass_minute()
    made.cancelled(order)
    second = made.accepted()
    made.fill(order, 100)
    made.cancelled(second)
    assert made.sent == [order, second]
    assert made.leg(order).over


def test_more_than_was_wanted_is_a_difference_and_the_books_stay_as_they_were() -> None:
    made = leg_desk()
    order = made.enter()
    made.pass_minute()
    made.cancelled(order)
    second = made.accepted()
    made.fill(order, 40)
    made.fill(second, 100)
    (found,) = made.engine.state.truth.open()
    assert (found.kind, found.quantity) == (DifferenceKind.MISSED_FILL, D(100))
    assert made.engine.state.portfolio.all()[0].quantity == D(40)


def test_after_the_last_replacement_the_rest_is_given_up_with_a_reason_and_an_alert() -> None:
    made = leg_desk(replacements_max=2)
    first = order = made.enter()
    made.fill(order, 30)
    for _ in range(3):
        made.pass_minute()
        made.cancelled(order)
        order = made.sent[-1]
        if made.leg(order).over:
            break
        made.accepted()
    assert len(made.sent) == 3
    words = "given up: not filled after 2 replacements; 70 of 100 not filled"
    assert made.written(first).reason == made.written(order).reason == words
    assert made.alerts("order_given_up") == [f"ACME: {words}"]


@pytest.mark.parametrize(("price", "sent"), [("502.50", 2), ("502.55", 1), ("490", 2)])
def test_no_entry_is_replaced_while_the_price_is_beyond_the_collar(price: str, sent: int) -> None:
    made = leg_desk(collar_bps=D(50))
    order = made.enter()
    made.pass_minute(price)
    made.cancelled(order)
    assert len(made.sent) == sent
    assert bool(made.alerts("order_given_up")) is (sent == 1)


def test_a_post_only_entry_that_would_cross_goes_once_more_a_tick_behind_the_price() -> None:
    made = leg_desk(Execution(EntryStyle.POST_ONLY))
    made.pass_minute()
    first = made.sent[-1]
    assert first.post_only
    made.take(OrderRejected(first.order_id, "would cross", made.now, would_cross=True))
    second = made.sent[-1]
    assert (second.limit_price, second.post_only) == (D("499.95"), True)
    assert not made.alerts("order_rejected")
    made.take(OrderRejected(second.order_id, "would cross", made.now, would_cross=True))
    made.pass_minute(times=2)
    assert made.sent == [first, second]
    assert made.alerts("order_rejected")


def test_an_entry_rejected_for_another_reason_is_not_sent_again() -> None:
    made = leg_desk(Execution(EntryStyle.POST_ONLY))
    made.pass_minute()
    made.take(OrderRejected(made.sent[-1].order_id, "no margin", made.now))
    made.pass_minute(times=2)
    assert len(made.sent) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"offset_bps": D(-1)}, {"collar_bps": D(0)}, {"replace_after_s": 90}, {"replacements_max": 21}],
)
def test_a_setting_that_makes_no_sense_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Execution(EntryStyle.LIMIT, ExitStyle.MARKET, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"execution.{next(iter(wrong))}"
