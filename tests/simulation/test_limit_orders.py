"""Limit orders at the simulated venue: those that take, those that rest, those that nobody fills; a day of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.effects import SubmitOrder
from engine.domain.events import FillReceived, OrderAccepted, OrderRejected
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.order import OrderState, OrderType, Purpose, Side
from engine.simulation.fill_model import FillModel
from engine.simulation.venue import SimulatedVenue
from tests.builders.market import instrument, units
from tests.builders.paper import Books
from tests.builders.times import MONDAY, at
from tests.core.days import BOTS, desk, digest, market

NOW = at("10:00")
D = Decimal


def venue(model: FillModel | None = None) -> SimulatedVenue:
    return SimulatedVenue(model or FillModel(), instrument, lambda symbol: units(500))


def limit(side: Side, price: str, *, post_only: bool = False, order_id: str = "ONE") -> SubmitOrder:
    return SubmitOrder(
        order_id, "ACME", side, D(10), OrderType.LIMIT, D(price), Purpose.ENTRY, None, NOW, post_only
    )  # fmt: skip


def price_filled(made: SimulatedVenue, price: float) -> Decimal | None:
    found = [event.price for event in made.on_price("ACME", NOW, units(price)) if isinstance(event, FillReceived)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("side", "price", "next_price", "filled_at"),
    [
        (Side.BUY, "502.50", 500, "500.05"),
        (Side.BUY, "502.50", 502.5, "502.50"),
        (Side.BUY, "502.50", 503, None),
        (Side.SELL, "497.50", 500, "499.95"),
        (Side.SELL, "497.50", 497, None),
    ],
)
def test_a_limit_beyond_the_price_takes_what_there_is_within_it(
    side: Side, price: str, next_price: float, filled_at: str | None
) -> None:
    made = venue()
    made.submit(limit(side, price))
    assert price_filled(made, next_price) == (None if filled_at is None else D(filled_at))


@pytest.mark.parametrize(("side", "price", "through"), [(Side.BUY, "499.00", 498), (Side.SELL, "501.00", 502)])
def test_an_order_that_rests_fills_at_its_own_limit_however_far_the_price_goes_through(
    side: Side, price: str, through: float
) -> None:
    made = venue()
    made.submit(limit(side, price))
    assert price_filled(made, 500) is None
    assert price_filled(made, through) == D(price)


@pytest.mark.parametrize(("price", "taken"), [("499.95", True), ("500.00", False), ("500.05", False)])
def test_a_post_only_order_rests_or_is_rejected(price: str, taken: bool) -> None:
    made = venue()
    (answer,) = made.submit(limit(Side.BUY, price, post_only=True))
    assert isinstance(answer, OrderAccepted if taken else OrderRejected)
    if isinstance(answer, OrderRejected):
        assert answer.would_cross
        assert not made.waiting


def test_a_passed_over_order_rests_until_it_is_taken_out_but_one_that_takes_fills() -> None:
    made = venue(FillModel(unfilled_pct=100))
    made.submit(limit(Side.BUY, "499.00"))
    assert price_filled(made, 490) is None
    made.submit(limit(Side.BUY, "501.00", order_id="TWO"))
    assert price_filled(made, 500) == D("500.05")


def day_with_limits(model: FillModel, *, fast: bool) -> Books:
    execution = Execution(EntryStyle.LIMIT, ExitStyle.MARKETABLE_LIMIT, offset_bps=D(2), collar_bps=D(30))
    books = desk([replace(one, execution=execution) for one in BOTS], model)
    if fast:
        books.run(market((MONDAY,)))
    else:
        books.step(*market((MONDAY,)))
    return books


def test_a_day_with_limits_is_the_same_however_it_is_driven_and_ends_flat() -> None:
    model = FillModel(partial_pct=40, unfilled_pct=50)
    books = day_with_limits(model, fast=True)
    assert digest(books) == digest(day_with_limits(model, fast=False))
    ended = {order.state for order in books.orders}
    assert OrderState.CANCELLED in ended, "some were not filled in time"
    assert len({order.signal_id for order in books.orders}) < len(books.orders), "and went anew"
    assert not books.state.portfolio.all()
    assert not books.state.open_orders()
    assert not books.state.breaker.broken, books.state.breaker.reason
