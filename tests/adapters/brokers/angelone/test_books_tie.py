"""An engine trades at the loopback broker for minutes, with faults on every route and a stream that hides and repeats:
at the end its books are the broker's, fill by fill, and no order was sent twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.brokers.angelone.order_desk import OrderDesk, order_desk
from tests.adapters.brokers.angelone.trading_day import TradingDay
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one

STEPS = 300  # some ten minutes


@pytest.fixture(scope="module")
def angel() -> Iterator[InProcessAngelOne]:
    with in_process_angel_one() as made:
        yield made


@pytest.fixture
def desk(angel: InProcessAngelOne, tmp_path: Path) -> Iterator[OrderDesk]:
    with order_desk(tmp_path, angel=angel) as made:
        made.price("820.00")
        yield made


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


@pytest.mark.parametrize(("seed", "faults_pct"), [(1, 0), (2, 8), (3, 8), (4, 25)])
def test_the_books_are_the_brokers_after_minutes_of_trouble(desk: OrderDesk, seed: int, faults_pct: int) -> None:
    day = TradingDay(desk, seed, faults_pct=faults_pct)
    for _ in range(STEPS):
        day.step()
    day.settle()
    assert len(day.booked) >= 4
    assert_tied(day)
