"""An engine trades at the loopback broker for minutes, with faults on every route and a stream that hides and repeats:
at the end its books are the broker's, fill by fill, and no order was sent twice.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.adapters.brokers.angelone.order_desk import OrderDesk
from tests.adapters.brokers.angelone.traded_minutes import TradingDay

STEPS = 200  # some seven minutes


def assert_tied(day: TradingDay) -> None:
    """Orders, fills and positions are one at both."""
    report, state = day.desk.venue.report(), day.loop.engine.state
    tags = Counter(order.asked.get("ordertag", "") for order in day.desk.orders)
    assert [tag for tag, count in tags.items() if count > 1] == []
    theirs = {(fill.client_order_id, fill.venue_fill_id, fill.quantity, fill.price) for fill in report.fills}
    ours = [(fill.order_id, fill.venue_fill_id, fill.quantity, fill.price) for fill in day.booked]
    assert sorted(ours) == sorted(theirs)  # none missing, none twice
    held = {position.symbol: position.quantity for position in report.positions}
    assert {p.symbol: p.quantity for p in state.portfolio.all()} == held
    spent = sum((fill.side.sign * fill.quantity * fill.price + fill.charges for fill in day.booked), Decimal(0))
    assert state.ledger.cash == Decimal(10_000_000) - spent
    assert state.truth.sentences() == ()


@pytest.mark.parametrize(("seed", "faults_pct"), [(1, 0), (401, 20)])
def test_the_books_are_the_brokers_after_minutes_of_trouble(desk: OrderDesk, seed: int, faults_pct: int) -> None:
    day = TradingDay(desk, seed, faults_pct=faults_pct)
    for _ in range(STEPS):
        day.step()
    day.settle()
    assert day.booked
    assert_tied(day)


def test_the_books_are_the_brokers_though_all_that_was_known_of_it_is_forgotten_again_and_again(
    desk: OrderDesk,
) -> None:
    day = TradingDay(desk, 401, faults_pct=15)
    for step in range(STEPS):
        day.step()
        if step % 25 == 24:
            day.forget()
    day.settle()
    assert day.booked
    assert_tied(day)
