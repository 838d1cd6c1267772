"""An engine trades at the loopback broker for minutes, with faults on every route and a stream that hides and repeats:
at the end its books are the broker's, fill by fill, and no order was sent twice.
"""

from __future__ import annotations

import pytest

from tests.adapters.brokers.angelone.order_desk import OrderDesk
from tests.adapters.brokers.angelone.traded_minutes import TradingDay


@pytest.mark.parametrize(("seed", "faults_pct"), [(1, 0), (401, 20)])
def test_the_books_are_the_brokers_after_minutes_of_trouble(desk: OrderDesk, seed: int, faults_pct: int) -> None:
    TradingDay(desk, seed, faults_pct=faults_pct).trade_until_tied()


def test_the_books_are_the_brokers_though_all_that_was_known_of_it_is_forgotten_again_and_again(
    desk: OrderDesk,
) -> None:
    TradingDay(desk, 401, faults_pct=15).trade_until_tied(forgets_every=25)
