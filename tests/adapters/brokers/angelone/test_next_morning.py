"""What the books of a new morning say of an order that was lost the evening before: nothing; nothing is believed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.domain.effects import CancelOrder
from engine.domain.events import OrderExpired, OrderUnknown
from engine.domain.instant import instant_of
from tests.adapters.brokers.angelone.order_desk import ONE, TWO, OrderDesk, limit_order, order_desk
from tests.brokers.angelone.in_process import InProcessAngelOne

D = Decimal


def on(day: int, clock: str) -> datetime:
    """India's time, in November: the 23rd is a Monday, the 24th a holiday."""
    return datetime.fromisoformat(f"2026-11-{day}T{clock}+05:30")


def lose(desk: OrderDesk, identity: str, price: str, *, arrives: bool) -> int:
    """Send an entry whose answer is lost; when it was decided."""
    decided_at = desk.market_at()
    desk.angel.fault("placeOrder", "lose_reply", applied=arrives)
    desk.ask(limit_order(identity, price, at=decided_at))
    assert any(isinstance(event, OrderUnknown) and event.order_id == identity for event in desk.told)
    return decided_at


def expired(desk: OrderDesk) -> list[str]:
    return [event.order_id for event in desk.told if isinstance(event, OrderExpired)]


@pytest.mark.parametrize("arrived", [True, False])
def test_an_order_that_was_lost_near_the_close_is_not_believed_absent_the_next_morning(
    desk: OrderDesk, arrived: bool
) -> None:
    desk.clock.jump(on(23, "15:24:50"))
    lose(desk, ONE, "825.00", arrives=arrived)
    desk.clock.jump(on(25, "08:31:00"))
    assert desk.venue.find(ONE) is None, "its day's book is gone"
    for _ in range(120):
        desk.pass_s(1.0)
        desk.dispatch.step()
    assert expired(desk) == []


def test_what_became_of_an_order_of_an_earlier_day_is_asked_once_and_not_for_ever(desk: OrderDesk) -> None:
    desk.clock.jump(on(23, "15:24:50"))
    desk.ask(limit_order(ONE, "700.00", at=desk.market_at()))
    desk.angel.fault("cancelOrder", "drop")
    desk.ask(CancelOrder(ONE, desk.market_at(), "its day is over", expire=True))
    desk.clock.jump(on(25, "08:31:00"))
    desk.until(lambda: desk.angel.calls("getOrderBook") > 0)
    asked = desk.angel.calls("getOrderBook")
    for _ in range(60):
        desk.pass_s(1.0)
        desk.dispatch.step()
    assert desk.angel.calls("getOrderBook") == asked
    assert expired(desk) == [], "its end is judged by reports"


def test_an_order_that_was_lost_this_morning_is_believed_absent_after_its_minute(desk: OrderDesk) -> None:
    desk.clock.jump(on(25, "09:20:00"))
    lose(desk, TWO, "825.00", arrives=False)
    assert 60 <= desk.until(lambda: expired(desk) == [TWO]) <= 90


@pytest.mark.parametrize("product", list(Product))
def test_a_report_of_a_new_morning_says_since_when_and_whether_what_was_held_is_held(
    angel_one_server: InProcessAngelOne, tmp_path: Path, product: Product
) -> None:
    with order_desk(tmp_path, product, angel_one_server) as desk:
        desk.price("820.00")
        desk.clock.jump(on(23, "15:10:00"))
        desk.ask(limit_order(ONE, "825.00", at=desk.market_at()))
        assert [position.quantity for position in desk.venue.report().positions] == [D(10)]
        desk.clock.jump(on(25, "08:31:00"))
        report = desk.venue.report()
        assert (report.orders, report.fills) == ((), ())
        assert report.since == desk.venue.book_since() == instant_of(on(25, "00:00:00"))
        assert report.carries is bool(report.positions) is (product is Product.DELIVERY)
