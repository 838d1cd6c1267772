"""An engine trades at the loopback Coinbase for minutes, with faults on every route and a socket that loses, repeats
and leaves numbers out: at the end its books are the broker's, fill by fill, and no order was sent twice.
"""

from __future__ import annotations

import pytest

from tests.adapters.brokers.coinbase.order_desk import OrderDesk
from tests.adapters.brokers.coinbase.traded_minutes import TradingMinutes


@pytest.mark.parametrize(("seed", "faults_pct"), [(1, 0), (2, 20), (3, 40)])
def test_the_books_are_the_brokers_after_minutes_of_trouble(desk: OrderDesk, seed: int, faults_pct: int) -> None:
    TradingMinutes(desk, seed, faults_pct=faults_pct).trade_until_tied()


def test_the_books_are_the_brokers_though_all_that_was_known_of_it_is_forgotten_again_and_again(
    desk: OrderDesk,
) -> None:
    TradingMinutes(desk, 7, faults_pct=15).trade_until_tied(forgets_every=25)
