"""The summary's statistics, reckoned again from trades.csv and equity.csv as anybody could."""

from __future__ import annotations

import statistics
from decimal import Decimal
from itertools import pairwise
from math import isclose, sqrt
from pathlib import Path

import pytest

from tests.cli.command import Folder, backtest
from tests.cli.generated import BUSY, write_bars

CASH = 1_000_000.0


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Six days of minute bars of two symbols."""
    place = tmp_path_factory.mktemp("statistics")
    data = write_bars(place / "bars.csv", range(6))
    return backtest(place / "out", "--strategy", "confluence", "--set", *BUSY, "--data", data)


@pytest.fixture(scope="module")
def nets(days: Folder) -> list[float]:
    """What each trade brought."""
    return [float(row["net_pnl"]) for row in days.rows("trades")]


@pytest.fixture(scope="module")
def equity(days: Folder) -> list[float]:
    """The equity line, from the starting cash on."""
    return [CASH, *(float(row["equity"]) for row in days.rows("equity"))]


def test_there_are_wins_and_losses_over_several_days(days: Folder, nets: list[float]) -> None:
    assert min(nets) < 0 < max(nets)
    assert len({row["at"][:10] for row in days.rows("equity")}) == 6
    assert (days.summary["from"], days.summary["to"]) == ("2026-01-05", "2026-01-12")


def test_win_rate_counts_net_wins_among_wins_and_losses(days: Folder, nets: list[float]) -> None:
    wins, losses = sum(net > 0 for net in nets), sum(net < 0 for net in nets)
    assert days.summary["win_rate"] == wins / (wins + losses)


def test_profit_factor_is_what_was_won_for_each_rupee_lost(days: Folder, nets: list[float]) -> None:
    won, lost = sum(net for net in nets if net > 0), -sum(net for net in nets if net < 0)
    assert isclose(days.summary["profit_factor"], won / lost, abs_tol=1e-6)


def test_expectancy_is_the_mean_trade(days: Folder, nets: list[float]) -> None:
    assert isclose(days.summary["expectancy"], statistics.fmean(nets), abs_tol=0.005)


def test_return_is_the_net_result_of_the_cash(days: Folder, nets: list[float]) -> None:
    assert isclose(days.summary["return_pct"], sum(nets) / CASH * 100, abs_tol=5e-5)


def test_the_deepest_drawdown_is_the_largest_fall_from_a_high(days: Folder, equity: list[float]) -> None:
    deepest = max((max(equity[: i + 1]) - value) / max(equity[: i + 1]) for i, value in enumerate(equity))
    assert isclose(days.summary["max_drawdown_pct"], deepest * 100, abs_tol=1e-6)
    assert isclose(max(float(row["drawdown_pct"]) for row in days.rows("equity")), deepest * 100, abs_tol=5e-5)


def test_sharpe_is_of_daily_returns_over_a_year_of_252(days: Folder) -> None:
    last_of_day = {row["at"][:10]: float(row["equity"]) for row in days.rows("equity")}
    line = [CASH, *last_of_day.values()]
    returns = [after / before - 1 for before, after in pairwise(line)]
    expected = statistics.fmean(returns) / statistics.stdev(returns) * sqrt(252)
    assert isclose(days.summary["sharpe"], expected, abs_tol=1e-5)


def test_exposure_is_the_mean_share_of_equity_that_is_not_cash(days: Folder) -> None:
    shares = [
        abs(float(row["equity"]) - float(row["cash"])) / float(row["equity"]) * 100 for row in days.rows("equity")
    ]
    assert isclose(days.summary["exposure_pct"], statistics.fmean(shares), abs_tol=1e-4)
    assert 0 < days.summary["exposure_pct"] < 15


def test_the_equity_line_ends_where_the_summary_does(days: Folder) -> None:
    last = days.rows("equity")[-1]
    assert Decimal(last["equity"]) == Decimal(last["cash"])
    assert float(last["equity"]) == days.summary["final_equity"]


def test_equity_is_cash_and_what_is_held_at_every_point(days: Folder) -> None:
    """Cash moves with the fills up to a point, the charges of each taken off at once."""
    fills = sorted(days.rows("fills"), key=lambda fill: fill["at"])
    moved = [
        (fill["at"], Decimal(fill["price"]) * Decimal(fill["quantity"]) * (1 if fill["side"] == "SELL" else -1)
         - Decimal(fill["charges"]))
        for fill in fills
    ]  # fmt: skip
    for row in days.rows("equity")[::50]:
        until_then = sum((money for at, money in moved if at < row["at"]), Decimal(0))
        assert Decimal(row["cash"]) == Decimal(1_000_000) + until_then


def test_a_run_without_a_trade_has_no_ratios(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [1], ["RELIANCE"])
    summary = backtest(tmp_path / "out", "--strategy", "confluence", "--set", "confirm_s=86400", "--data", data).summary
    assert (summary["trades"], summary["net_pnl"], summary["final_equity"]) == (0, 0, CASH)
    assert [summary[name] for name in ("win_rate", "profit_factor", "sharpe", "expectancy")] == [None] * 4
    assert summary["max_drawdown_pct"] == summary["exposure_pct"] == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "No trade was closed." in page
