"""Buy and hold, reckoned again from the data files: first price to last, equal parts, whole lots, charges both ways."""

from __future__ import annotations

import csv
from decimal import ROUND_DOWN, Decimal
from math import isclose
from pathlib import Path

import pytest

from engine.core.charges import charges_on, schedule
from engine.core.ledger import Mark
from engine.domain.account import AccountSpec
from engine.domain.order import Side
from engine.market_data.readers import read_market_data
from engine.research.benchmark import buy_and_hold
from engine.simulation.fill_model import FillModel
from tests.cli.command import Folder, backtest
from tests.cli.generated import SYMBOLS, tick_rows, write_bars, write_ticks

CASH = Decimal(1_000_000)
WORDS = ("--strategy", "confluence", "--set", "confirm_s=86400")


def held(first: Decimal, last: Decimal, share: Decimal, *, bps: int = 1) -> Decimal:
    """What one share of the cash gains, by the rules of docs/BACKTEST.md."""
    rates = schedule("nse_intraday").on("2026-01-05")
    bought = (first * (10_000 + bps) / 10_000).quantize(Decimal("0.01"))
    sold = (last * (10_000 - bps) / 10_000).quantize(Decimal("0.01"))
    quantity = (share / bought).to_integral_value(ROUND_DOWN)
    while quantity * bought + charges_on(rates, Side.BUY, quantity * bought).total > share:
        quantity -= 1
    paid = charges_on(rates, Side.BUY, quantity * bought).total + charges_on(rates, Side.SELL, quantity * sold).total
    return quantity * (sold - bought) - paid


def ends(path: Path, first: str, last: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Each symbol's first and last price in a file of ours."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for symbol in sorted({row["symbol"] for row in rows}):
        mine = [row for row in rows if row["symbol"] == symbol]
        found[symbol] = (Decimal(mine[0][first]), Decimal(mine[-1][last]))
    return found


def test_a_tick_of_nothing_prices_no_holding(tmp_path: Path) -> None:
    rows = ("10:00:00,INFY,0,1", "10:00:01,INFY,0,1", "10:00:02,INFY,-3,1", "10:00:03,INFY,100,1", "10:00:04,TCS,0,1")
    text = "".join(f"2021-04-28T{row}\n" for row in rows)
    (tmp_path / "t.csv").write_text(f"ts,symbol,price,quantity\n{text}")
    data, account = read_market_data([tmp_path / "t.csv"]), AccountSpec("paper-test", "demo", cash=CASH)
    made = buy_and_hold(data, account, FillModel.of(account), [])
    assert [(item.symbol, item.bought_price) for item in made.holdings] == [("INFY", Decimal("100.01"))]
    assert made.left_out == ("TCS",)


def net(folder: Folder) -> Decimal:
    """What the summary says of it."""
    return Decimal(str(folder.summary["benchmark_net_pnl"]))


@pytest.mark.parametrize("symbols", [("RELIANCE",), SYMBOLS])
def test_bars_are_held_from_the_first_open_to_the_last_close(tmp_path: Path, symbols: tuple[str, ...]) -> None:
    data = write_bars(tmp_path / "bars.csv", [0, 1], symbols)
    folder = backtest(tmp_path / "out", *WORDS, "--data", data)
    prices = ends(data, "open", "close")
    assert net(folder) == sum(held(*prices[symbol], CASH / len(symbols)) for symbol in symbols)
    assert isclose(folder.summary["benchmark_return_pct"], float(net(folder) / CASH * 100), abs_tol=5e-5)


def test_ticks_are_held_from_the_first_to_the_last(tmp_path: Path) -> None:
    data = write_ticks(tmp_path / "day.csv", tick_rows(minutes=60))
    folder = backtest(tmp_path / "out", *WORDS, "--data", data, "--slippage-bps", 5)
    prices = ends(data, "price", "price")
    assert net(folder) == sum(held(*prices[symbol], CASH / 2, bps=5) for symbol in SYMBOLS)


def test_dirty_ticks_price_nothing(tmp_path: Path) -> None:
    rows = tick_rows(["RELIANCE"], minutes=30)
    clean = backtest(tmp_path / "clean", *WORDS, "--data", write_ticks(tmp_path / "a" / "RELIANCE.csv", rows))
    early = ("2026-01-07T03:44:00Z", "RELIANCE", 1.0, 0.0)
    late = ("2026-01-07T10:30:00Z", "RELIANCE", 99_999.0, 0.0)
    dirty = write_ticks(tmp_path / "b" / "RELIANCE.csv", [early, *rows, late])
    assert net(backtest(tmp_path / "dirty", *WORDS, "--data", dirty)) == net(clean)


def test_a_symbol_that_cannot_be_traded_is_left_out(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [0], ["RELIANCE"])
    alone = backtest(tmp_path / "alone", *WORDS, "--data", data)
    index = tmp_path / "index.csv"
    index.write_text(data.read_text().replace("RELIANCE", "NIFTY50"))
    both = backtest(tmp_path / "both", *WORDS, "--data", data, index)
    assert net(both) == net(alone)
    watched = backtest(tmp_path / "watched", *WORDS, "--data", index)
    assert watched.summary["benchmark_return_pct"] is None
    assert "No benchmark" in (watched.path / "report.html").read_text()


def test_money_that_buys_no_lot_stays_cash(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [0], ["RELIANCE"])
    folder = backtest(tmp_path / "out", *WORDS, "--data", data, "--cash", 600)
    assert folder.summary["benchmark_return_pct"] is None


def test_the_run_is_measured_against_it(tmp_path: Path) -> None:
    folder = backtest(tmp_path / "out", *WORDS, "--data", write_bars(tmp_path / "bars.csv", [0, 1]))
    summary = folder.summary
    assert summary["return_pct"] == 0
    assert summary["excess_return_pct"] == -summary["benchmark_return_pct"] != 0
    assert summary["benchmark_max_drawdown_pct"] > 0
    assert summary["benchmark_sharpe"] is not None


def test_its_line_is_cash_left_and_what_is_held_at_every_mark(tmp_path: Path) -> None:
    data = read_market_data([write_bars(tmp_path / "bars.csv", [0], ["RELIANCE"])])
    (bars,) = data.bars
    marks = [Mark(int(at), CASH, CASH, CASH) for at in (bars.open_at[0] - 1, *bars.close_at)]
    found = buy_and_hold(data, AccountSpec("paper-test", "user"), FillModel(), marks)
    (held,) = found.holdings
    paid = charges_on(schedule("nse_intraday").on("2026-01-05"), Side.BUY, held.quantity * held.bought_price).total
    left = CASH - held.quantity * held.bought_price - paid
    worth = [
        CASH,
        *(left + held.quantity * Decimal(int(close)) / 100 for close in bars.close[:-1]),
        CASH + found.net_pnl,
    ]
    assert [round(value, 6) for value in found.equity] == [round(float(value), 6) for value in worth]
