"""Trades drawn again: what can be known of the answer without drawing, and that equal seeds draw equally."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from engine.domain.errors import InvalidValue
from engine.research.monte_carlo import monte_carlo, returns_of_trades

CASH = 100_000.0
NETS = [1_200.0, -800.0, 300.0, -1_500.0, 2_500.0, -400.0, 900.0, -2_000.0, 1_700.0, 150.0]


def test_trades_in_their_own_order_end_where_the_account_ended() -> None:
    assert CASH * np.prod(1 + returns_of_trades(NETS, CASH)) == pytest.approx(CASH + sum(NETS), rel=1e-12)


def test_shuffled_trades_all_end_at_the_same_equity_by_other_ways() -> None:
    found = monte_carlo(NETS, CASH, method="shuffle", runs=500)
    assert found is not None
    assert set(found.final_equity.values()) == {round(CASH + sum(NETS), 2)}
    assert found.max_drawdown_pct[5] < found.max_drawdown_pct[50] < found.max_drawdown_pct[95]


def test_shuffling_finds_the_distribution_that_all_orders_have() -> None:
    nets = [4_000.0, -3_000.0, 2_000.0, -5_000.0, 1_000.0, -2_500.0]
    returns = returns_of_trades(nets, CASH)
    depths = []
    for order in permutations(returns.tolist()):
        equity = CASH * np.cumprod([1.0, *(1 + value for value in order)])
        high = np.maximum.accumulate(equity)
        depths.append(float(((high - equity) / high).max() * 100))
    found = monte_carlo(nets, CASH, method="shuffle", runs=20_000)
    assert found is not None
    for number, value in found.max_drawdown_pct.items():
        assert value == pytest.approx(float(np.percentile(depths, number)), rel=0.05), number


def test_a_bootstrap_of_equal_trades_has_one_end() -> None:
    returns = [CASH * 0.01]
    for _ in range(9):
        returns.append((CASH + sum(returns)) * 0.01)
    found = monte_carlo(returns, CASH, runs=200)
    assert found is not None
    assert found.final_equity[5] == found.final_equity[95] == pytest.approx(CASH * 1.01**10, abs=0.01)
    assert found.max_drawdown_pct[95] == 0
    assert found.losing_share == 0


def test_the_bootstrap_spreads_as_its_formula_says() -> None:
    chance = np.random.default_rng(3)
    nets = (CASH * chance.normal(0, 0.001, size=400)).tolist()
    found = monte_carlo(nets, CASH, runs=20_000)
    assert found is not None
    returns = returns_of_trades(nets, CASH)
    deviation = float(np.log1p(returns).std()) * 400**0.5
    spread = np.log(found.final_equity[95] / found.final_equity[5])
    assert spread == pytest.approx(2 * 1.6449 * deviation, rel=0.03)


def test_blocks_keep_rows_of_losses_together() -> None:
    nets = ([-2_000.0] * 5 + [2_100.0] * 5) * 6
    alone, in_rows = monte_carlo(nets, CASH, runs=4_000), monte_carlo(nets, CASH, runs=4_000, block=10)
    assert alone is not None
    assert in_rows is not None
    assert in_rows.max_drawdown_pct[5] > alone.max_drawdown_pct[5]


def test_a_block_as_long_as_all_trades_keeps_their_circle() -> None:
    found = monte_carlo(NETS, CASH, runs=300, block=1_000)
    assert found is not None
    assert found.block == len(NETS)
    assert set(found.final_equity.values()) == {round(CASH + sum(NETS), 2)}


def test_equal_seeds_draw_equally_and_others_do_not() -> None:
    assert monte_carlo(NETS, CASH, seed=4) == monte_carlo(NETS, CASH, seed=4)
    assert monte_carlo(NETS, CASH, seed=4) != monte_carlo(NETS, CASH, seed=5)


def test_a_trade_that_loses_everything_ends_the_run_and_not_the_program() -> None:
    found = monte_carlo([1_000.0, -CASH * 2, 500.0, 500.0, 500.0], CASH, runs=300)
    assert found is not None
    assert found.max_drawdown_pct[95] == 100
    assert found.final_equity[5] == 0


def test_few_trades_are_not_drawn_again() -> None:
    assert monte_carlo(NETS[:4], CASH) is None
    assert monte_carlo([], CASH) is None


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InvalidValue, match="unknown method 'jackknife'; there are bootstrap, shuffle"):
        monte_carlo(NETS, CASH, method="jackknife")
