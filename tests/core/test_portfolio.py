"""Positions from fills: weighted average cost in whole paise, first in first out for the tranches that are shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.portfolio import Booked, Portfolio
from engine.domain.errors import InvariantBroken
from engine.domain.order import ExitReason, Side
from engine.domain.records import FillRecord
from tests.builders.market import instrument
from tests.builders.times import at

D = Decimal


def booked(portfolio: Portfolio, number: int, side: Side, quantity: str, price: str, *, entry: bool) -> Booked:
    """Book one fill of alpha's in ACME; each entry fill puts 1 % at risk."""
    fill = FillRecord(
        f"F{number}",
        "ORDER",
        f"{number}",
        "alpha",
        "ACME",
        side,
        D(quantity),
        D(price),
        D("0.10"),
        {},
        at("10:00") + number,
    )
    return portfolio.book(fill, instrument(), D(1), None if entry else ExitReason.SIGNAL)


def held(*entries: tuple[str, str], side: Side = Side.BUY) -> Portfolio:
    portfolio = Portfolio()
    for number, (quantity, price) in enumerate(entries):
        booked(portfolio, number, side, quantity, price, entry=True)
    return portfolio


def test_a_part_is_released_at_the_average_to_the_nearest_paisa_and_the_rest_keeps_what_is_left() -> None:
    portfolio = held(("1", "50.00"), ("2", "75.00"))  # three for 200.00
    part = booked(portfolio, 2, Side.SELL, "1", "70.00", entry=False)
    position = portfolio.get("alpha", "ACME")
    assert position is not None
    assert (part.realized, position.cost, part.closed) == (D("3.33"), D("133.33"), None)
    rest = booked(portfolio, 3, Side.SELL, "2", "70.00", entry=False)
    assert rest.realized == D("6.67")
    assert rest.closed is not None
    assert (rest.closed.gross_pnl, rest.closed.net_pnl) == (D("10.00"), D("9.60"))
    assert rest.closed.entry_price * 3 == D("200.00")
    assert len(portfolio) == 0


def test_a_short_gains_when_the_price_falls() -> None:
    portfolio = held(("10", "50.00"), side=Side.SELL)
    position = portfolio.get("alpha", "ACME")
    assert position is not None
    assert (position.quantity, position.unrealized(D(49)), position.value(D(49))) == (-10, D(10), D(-490))
    closed = booked(portfolio, 1, Side.BUY, "10", "48.00", entry=False).closed
    assert closed is not None
    assert (closed.side, closed.gross_pnl) == ("SHORT", D(20))


def test_tranches_leave_first_in_first_out_with_their_risk() -> None:
    portfolio = held(("10", "50"), ("10", "60"))
    booked(portfolio, 2, Side.SELL, "15", "55", entry=False)
    position = portfolio.get("alpha", "ACME")
    assert position is not None
    assert [(tranche.quantity, tranche.price) for tranche in position.tranches] == [(5, 60)]
    assert position.at_risk_pct == D("0.5")


@pytest.mark.parametrize(
    ("side", "quantity", "entry", "says"),
    [
        (Side.SELL, "1", True, "an entry fill against the open position"),
        (Side.BUY, "1", False, "an exit fill that adds to the open position"),
        (Side.SELL, "11", False, "a fill of 11 closes 10 open"),
    ],
)
def test_a_fill_that_the_open_position_cannot_take_is_told_from_one_that_it_can(
    side: Side, quantity: str, entry: bool, says: str
) -> None:
    portfolio = held(("10", "50"))
    with pytest.raises(InvariantBroken, match=says):
        portfolio.check("alpha", "ACME", side, D(quantity), entry=entry)
    portfolio.check("alpha", "ACME", Side.SELL, D(10), entry=False)
    portfolio.check("alpha", "ACME", Side.BUY, D(10), entry=True)
    portfolio.check("beta", "ACME", Side.SELL, D(10), entry=True)
    with pytest.raises(InvariantBroken, match="no position open"):
        portfolio.check("beta", "ACME", Side.SELL, D(10), entry=False)


def test_a_fill_is_known_while_it_is_part_of_a_position_and_else_through_the_next_day() -> None:
    portfolio = held(("10", "50"))
    booked(portfolio, 1, Side.SELL, "10", "51", entry=False)
    booked(portfolio, 2, Side.BUY, "10", "50", entry=True)
    portfolio.begin_day()
    assert [portfolio.has_booked(f"F{number}") for number in range(4)] == [True, True, True, False]
    portfolio.begin_day()
    assert [portfolio.has_booked(f"F{number}") for number in range(4)] == [False, False, True, False]


def test_what_was_booked_before_a_restart_is_known_after_it() -> None:
    before = held(("10", "50"))
    position = before.get("alpha", "ACME")
    assert position is not None
    after = Portfolio()
    after.restore(position)
    after.remember(["EARLIER"])
    assert [after.has_booked(key) for key in ("F0", "EARLIER", "OTHER")] == [True, True, False]


def test_a_position_lasts_from_its_earliest_to_its_latest_fill_whatever_comes_first() -> None:
    portfolio = Portfolio()
    for number, side, entry in ((5, Side.BUY, True), (2, Side.BUY, True), (9, Side.SELL, False), (7, Side.SELL, False)):
        closed = booked(portfolio, number, side, "10", "50", entry=entry).closed
    assert closed is not None
    assert (closed.entry_at, closed.exit_at) == (at("10:00") + 2, at("10:00") + 9)
