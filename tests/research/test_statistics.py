"""Every statistic of a summary, reckoned again from its CSV files by formulas of this file's own, over unlike runs."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise
from math import isclose, sqrt
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Folder, Row, backtest
from tests.cli.generated import BUSY, tick_rows, write_bars, write_bots, write_ticks

QUIET = ("confirm_s=86400",)
ONCE = ("buy_at=70", "sell_at=90", "confirm_s=600", "cooldown_s=86400")
MONTHS_APART = (0, 1, 2, 30, 31, 32, 66, 67)


def _no_trade(place: Path) -> Folder:
    data = write_bars(place / "bars.csv", [1], ["RELIANCE"])
    return backtest(place / "out", "--strategy", "confluence", "--set", *QUIET, "--data", data)


def _one_trade(place: Path) -> Folder:
    data = write_bars(place / "bars.csv", [3], ["RELIANCE"])
    return backtest(place / "out", "--strategy", "confluence", "--set", *ONCE, "--data", data)


def _one_day(place: Path) -> Folder:
    data = write_ticks(place / "day.csv", tick_rows(minutes=375))
    return backtest(place / "out", "--strategy", "confluence", "--set", *BUSY, "--data", data, "--partial-pct", 50)


def _several_bots(place: Path) -> Folder:
    data = write_bars(place / "bars.csv", range(6))
    return backtest(place / "out", "--bots", write_bots(place / "bots.json"), "--data", data)


def _several_months(place: Path) -> Folder:
    data = write_bars(place / "bars.csv", MONTHS_APART)
    return backtest(place / "out", "--strategy", "confluence", "--set", *BUSY, "--data", data, "--slippage-bps", 0)


def _short_sales(place: Path) -> Folder:
    data = write_bars(place / "bars.csv", range(2))
    words = ("--strategy", "confluence", "--set", *BUSY, "allow_short=true", "--fees", "none")
    return backtest(place / "out", *words, "--data", data)


# Each kind of run, and what makes it one.
RUNS: dict[str, tuple[Callable[[Path], Folder], Callable[[dict[str, Any]], bool]]] = {
    "no trade": (_no_trade, lambda said: said["trades"] == 0),
    "one trade": (_one_trade, lambda said: said["trades"] == 1),
    "one day": (_one_day, lambda said: said["from"] == said["to"] and said["trades"] > 2),
    "several bots": (_several_bots, lambda said: len(said["by_bot"]) == 2 and said["losing_row_max"] > 1),
    "several months": (_several_months, lambda said: len(said["months"]) > 2 and said["cagr_pct"] is not None),
    "short sales": (_short_sales, lambda said: said["wins"] > 0 and said["losses"] > 0),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Each kind of run, once."""
    make, is_one = RUNS[request.param]
    made = make(tmp_path_factory.mktemp("run"))
    assert is_one(made.summary), f"this is no longer a run of {request.param}"
    return made


@pytest.fixture(scope="module")
def said(run: Folder) -> dict[str, Any]:
    """What the summary says."""
    return run.summary


@pytest.fixture(scope="module")
def nets(run: Folder) -> list[Decimal]:
    """What each trade brought, in the order of trades.csv."""
    return [Decimal(row["net_pnl"]) for row in run.rows("trades")]


@pytest.fixture(scope="module")
def line(run: Folder) -> list[tuple[datetime, Decimal]]:
    """The equity line."""
    return [(moment(row["at"]), Decimal(row["equity"])) for row in run.rows("equity")]


@pytest.fixture(scope="module")
def daily(said: dict[str, Any], line: list[tuple[datetime, Decimal]]) -> list[float]:
    """Returns from day to day; the first from the starting cash."""
    ends = [list(points)[-1][1] for _, points in groupby(line, key=lambda point: point[0].date())]
    return [float(after / before) - 1 for before, after in pairwise([Decimal(str(said["cash"])), *ends])]


def moment(text: str) -> datetime:
    """A time of a file."""
    return datetime.fromisoformat(text)


def equal(said: float | None, reckoned: float | None, within: float = 2e-6) -> bool:
    """Both absent, or as good as equal."""
    if said is None or reckoned is None:
        return said is reckoned
    return isclose(said, reckoned, rel_tol=within, abs_tol=within)


def total(rows: list[Row], column: str) -> Decimal:
    """The exact sum of a column."""
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def test_sums_of_trades_are_the_summarys(run: Folder, said: dict[str, Any]) -> None:
    trades = run.rows("trades")
    gross, charges, net = (total(trades, name) for name in ("gross_pnl", "charges", "net_pnl"))
    assert (Decimal(str(said["gross_pnl"])), Decimal(str(said["charges"]))) == (gross, charges)
    assert Decimal(str(said["net_pnl"])) == net == gross - charges
    assert Decimal(str(said["final_equity"])) == Decimal(str(said["cash"])) + net
    assert isclose(said["return_pct"], float(net / Decimal(str(said["cash"])) * 100), abs_tol=5.1e-5)


def test_what_counts_trades(said: dict[str, Any], nets: list[Decimal]) -> None:
    won, lost = [net for net in nets if net > 0], [net for net in nets if net < 0]
    assert (said["trades"], said["wins"], said["losses"]) == (len(nets), len(won), len(lost))
    assert equal(said["win_rate"], len(won) / (len(won) + len(lost)) if won or lost else None)
    assert equal(said["profit_factor"], float(sum(won) / -sum(lost)) if lost else None)
    assert equal(said["expectancy"], float(statistics.mean(nets)) if nets else None, 0.006)
    assert equal(said["average_win"], float(statistics.mean(won)) if won else None, 0.006)
    assert equal(said["average_loss"], float(statistics.mean(lost)) if lost else None, 0.006)
    assert (said["best_trade"], said["worst_trade"]) == ((float(max(nets)), float(min(nets))) if nets else (None, None))


def test_rows_of_losses_and_wins(said: dict[str, Any], nets: list[Decimal]) -> None:
    signs = "".join("l" if net < 0 else "w" if net > 0 else "e" for net in nets)
    rows = {sign: re.findall(f"{sign}+", signs) for sign in "lw"}
    assert said["losing_row_max"] == max(map(len, rows["l"]), default=0)
    assert said["winning_row_max"] == max(map(len, rows["w"]), default=0)


def test_holding_time_is_the_mean_of_whole_seconds(run: Folder, said: dict[str, Any]) -> None:
    held = [(moment(row["exit_at"]) - moment(row["entry_at"])).total_seconds() // 1 for row in run.rows("trades")]
    assert equal(said["avg_hold_s"], statistics.fmean(held) if held else None)


def test_sharpe_sortino_and_volatility_are_of_daily_returns(said: dict[str, Any], daily: list[float]) -> None:
    if len(daily) < 2 or statistics.pstdev(daily) == 0:
        assert said["sharpe"] is None
    else:
        assert equal(said["sharpe"], statistics.mean(daily) / statistics.stdev(daily) * sqrt(252))
    falls = sqrt(sum(value**2 for value in daily if value < 0) / len(daily))
    expected = statistics.mean(daily) / falls * sqrt(252) if len(daily) > 1 and falls else None
    assert equal(said["sortino"], expected)
    assert equal(said["volatility_pct"], statistics.stdev(daily) * sqrt(252) * 100 if len(daily) > 1 else None)


def _depths(said: dict[str, Any], line: list[tuple[datetime, Decimal]]) -> Iterator[tuple[Decimal, datetime, datetime]]:
    """At each point its depth below the highest before, with when that was last reached."""
    high, high_at = Decimal(str(said["cash"])), line[0][0]
    for at, equity in line:
        if equity >= high:
            high, high_at = equity, at
        yield (high - equity) / high * 100, high_at, at


def test_the_deepest_drawdown_and_how_long_it_lasted(
    said: dict[str, Any], line: list[tuple[datetime, Decimal]]
) -> None:
    depths = list(_depths(said, line))
    deepest, from_, low_at = max(depths, key=lambda point: point[0])
    assert equal(said["max_drawdown_pct"], float(deepest))
    if not deepest:
        assert (said["max_drawdown_s"], said["max_drawdown_from"], said["max_drawdown_to"]) == (0, None, None)
        return
    back = next((at for depth, _, at in depths if at > low_at and depth == 0), None)
    assert moment(said["max_drawdown_from"]) == from_
    assert said["max_drawdown_to"] is None if back is None else moment(said["max_drawdown_to"]) == back
    assert said["max_drawdown_s"] == ((back or line[-1][0]) - from_).total_seconds() // 1


def test_the_longest_time_below_a_high(said: dict[str, Any], line: list[tuple[datetime, Decimal]]) -> None:
    longest = 0.0
    under_from = None
    for depth, high_at, at in _depths(said, line):
        if depth and under_from is None:
            under_from = high_at
        if under_from is not None:
            longest = max(longest, (at - under_from).total_seconds())
        if not depth:
            under_from = None
    assert said["longest_drawdown_s"] == longest // 1


def test_exposure_and_turnover(run: Folder, said: dict[str, Any], line: list[tuple[datetime, Decimal]]) -> None:
    rows = run.rows("equity")
    shares = [abs(Decimal(row["equity"]) - Decimal(row["cash"])) / Decimal(row["equity"]) * 100 for row in rows]
    assert equal(said["exposure_pct"], float(statistics.mean(shares)), 1e-4)
    traded = sum((Decimal(fill["price"]) * Decimal(fill["quantity"]) for fill in run.rows("fills")), Decimal(0))
    assert equal(said["traded_value"], float(traded), 0.006)
    assert equal(said["turnover"], float(traded / statistics.mean(equity for _, equity in line)))


def test_months_and_yearly_growth(said: dict[str, Any], line: list[tuple[datetime, Decimal]]) -> None:
    start = before = Decimal(str(said["cash"]))
    expected = {}
    for month, points in groupby(line, key=lambda point: f"{point[0]:%Y-%m}"):
        last = list(points)[-1][1]
        expected[month], before = float(last / before - 1) * 100, last
    assert said["months"].keys() == expected.keys()
    assert all(equal(said["months"][month], value) for month, value in expected.items())
    days = (line[-1][0] - line[0][0]).total_seconds() / 86_400
    grown = (float(line[-1][1] / start) ** (365.25 / days) - 1) * 100 if days >= 90 else None
    assert equal(said["cagr_pct"], grown)


def test_the_charges_share(run: Folder, said: dict[str, Any]) -> None:
    trades = run.rows("trades")
    gross, charges = total(trades, "gross_pnl"), total(trades, "charges")
    assert equal(said["charges_share_pct"], float(charges / gross * 100) if gross > 0 else None)


@pytest.mark.parametrize(
    ("part", "column"), [("by_bot", "bot_id"), ("by_symbol", "symbol"), ("by_exit", "exit_reason")]
)
def test_the_parts_add_up_to_the_whole_to_the_paisa(run: Folder, said: dict[str, Any], part: str, column: str) -> None:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in run.rows("trades"):
        sums[row[column]] += Decimal(row["net_pnl"])
    parts = said[part]
    assert {name: Decimal(str(told["net_pnl"])) for name, told in parts.items() if told["trades"]} == dict(sums)
    for figure in ("net_pnl", "gross_pnl", "charges"):
        assert sum(Decimal(str(told[figure])) for told in parts.values()) == Decimal(str(said[figure]))
    assert sum(told["trades"] for told in parts.values()) == said["trades"]


def test_every_signal_that_became_no_order_is_counted_once(run: Folder, said: dict[str, Any]) -> None:
    without = [row for row in run.rows("signals") if row["outcome"] != "ordered"]
    assert sum(said["signals_without_order"].values()) == len(without)
    reasons = {f"{row['outcome']}: {row['reason']}" if row["reason"] else row["outcome"] for row in without}
    assert said["signals_without_order"].keys() == reasons
