"""equity.csv: what each of its points is made of, and where it ends."""

from __future__ import annotations

from decimal import Decimal
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


def test_there_are_wins_and_losses_over_several_days(days: Folder) -> None:
    nets = [float(row["net_pnl"]) for row in days.rows("trades")]
    assert min(nets) < 0 < max(nets)
    assert len({row["at"][:10] for row in days.rows("equity")}) == 6
    assert (days.summary["from"], days.summary["to"]) == ("2026-01-05", "2026-01-12")


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


def test_its_drawdown_is_from_the_highest_point_before(days: Folder) -> None:
    high = Decimal(1_000_000)
    for row in days.rows("equity"):
        high = max(high, Decimal(row["equity"]))
        fall = (high - Decimal(row["equity"])) * 100 / high
        assert abs(Decimal(row["drawdown_pct"]) - fall) <= Decimal("0.00005")


def test_a_run_without_a_trade_has_no_ratios(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [1], ["RELIANCE"])
    summary = backtest(tmp_path / "out", "--strategy", "confluence", "--set", "confirm_s=86400", "--data", data).summary
    assert (summary["trades"], summary["net_pnl"], summary["final_equity"]) == (0, 0, CASH)
    assert [summary[name] for name in ("win_rate", "profit_factor", "sharpe", "expectancy")] == [None] * 4
    assert summary["max_drawdown_pct"] == summary["exposure_pct"] == 0
