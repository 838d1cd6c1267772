"""What `lockstep backtest --out` writes: the contract's files, columns and keys, and sums that tie."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from decimal import Decimal

from tests.cli.command import Folder

COLUMNS = {
    "signals": "signal_id,bot_id,symbol,at,type,score,price,outcome,reason",
    "orders": (
        "order_id,signal_id,bot_id,symbol,side,order_type,quantity,limit_price,state,filled_quantity,average_price,"
        "reason,at"
    ),
    "fills": "fill_id,order_id,bot_id,symbol,side,quantity,price,charges,at",
    "trades": (
        "trade_id,bot_id,symbol,side,quantity,entry_at,entry_price,exit_at,exit_price,gross_pnl,charges,net_pnl,"
        "exit_reason"
    ),
    "equity": "at,equity,cash,drawdown_pct",
}
SUMMARY_KEYS = """
seed engine_seconds load_seconds strategy parameters symbols from to bars ticks ticks_dropped signals orders fills
trades win_rate gross_pnl charges net_pnl return_pct max_drawdown_pct sharpe profit_factor exposure_pct final_equity
wall_seconds ticks_per_second decisions_digest
"""
CASH = Decimal(1_000_000)


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    """The sum of a column."""
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def test_the_folder_holds_the_contracts_files_and_nothing_else(folder: Folder) -> None:
    assert {path.name for path in folder.path.iterdir()} == {
        "summary.json", "report.html", *(f"{name}.csv" for name in COLUMNS)
    }  # fmt: skip
    assert {name: folder.header(name) for name in COLUMNS} == COLUMNS


def test_the_summary_has_every_key_of_the_contract(folder: Folder) -> None:
    assert folder.summary.keys() >= set(SUMMARY_KEYS.split())
    assert folder.summary["parameters"]["confirm_s"] == 120
    assert folder.summary["parameters"]["allow_short"] is False
    assert (folder.summary["strategy"], folder.summary["symbols"]) == ("confluence", ["RELIANCE", "TATAMOTORS"])
    assert folder.summary["from"] == folder.summary["to"] == "2026-01-07"


def test_the_stretch_is_worth_looking_at(folder: Folder) -> None:
    summary = folder.summary
    assert summary["trades"] >= 3
    assert {row["outcome"] for row in folder.rows("signals")} == {"ordered", "watch", "blocked"}
    assert {row["exit_reason"] for row in folder.rows("trades")} == {"signal", "end"}


def test_the_summary_counts_the_rows_of_the_files(folder: Folder) -> None:
    summary = folder.summary
    for name in ("signals", "orders", "fills", "trades"):
        assert summary[name] == len(folder.rows(name)), name
    nets = [Decimal(row["net_pnl"]) for row in folder.rows("trades")]
    assert (summary["wins"], summary["losses"]) == (sum(net > 0 for net in nets), sum(net < 0 for net in nets))


def test_the_trades_net_is_the_cash_that_the_fills_moved(folder: Folder) -> None:
    cash = Decimal(0)
    for fill in folder.rows("fills"):
        value = Decimal(fill["quantity"]) * Decimal(fill["price"])
        cash += (value if fill["side"] == "SELL" else -value) - Decimal(fill["charges"])
    assert cash == total(folder.rows("trades"), "net_pnl") != 0


def test_the_summarys_money_is_the_trades(folder: Folder) -> None:
    summary, trades = folder.summary, folder.rows("trades")
    gross, charges, net = (total(trades, column) for column in ("gross_pnl", "charges", "net_pnl"))
    assert gross - charges == net
    assert (summary["gross_pnl"], summary["charges"], summary["net_pnl"]) == (float(gross), float(charges), float(net))
    assert summary["final_equity"] == float(CASH + net)
    assert charges == total(folder.rows("fills"), "charges")


def test_every_trade_is_its_own_quantity_times_the_way_its_price_went(folder: Folder) -> None:
    for trade in folder.rows("trades"):
        assert trade["side"] == "LONG"
        went = Decimal(trade["exit_price"]) - Decimal(trade["entry_price"])
        quantity = Decimal(trade["quantity"])
        shown_to = quantity * Decimal("0.01")  # an average price is shown to the paisa
        assert abs(Decimal(trade["gross_pnl"]) - went * quantity) <= shown_to
        assert trade["entry_at"] < trade["exit_at"]


def test_every_fill_is_of_an_order_and_fills_it(folder: Folder) -> None:
    filled: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in folder.rows("fills"):
        filled[fill["order_id"]] += Decimal(fill["quantity"])
    orders = {row["order_id"]: row for row in folder.rows("orders")}
    assert len(orders) == len(folder.rows("orders"))
    for order_id, order in orders.items():
        assert Decimal(order["filled_quantity"]) == filled.pop(order_id, Decimal(0))
        assert re.fullmatch(r"[A-Z2-7]{15}", order_id)
    assert not filled


def test_an_ordered_signal_has_its_order_and_no_other_signal_has_one(folder: Folder) -> None:
    of_orders = Counter(order["signal_id"] for order in folder.rows("orders") if order["signal_id"])
    for signal in folder.rows("signals"):
        assert of_orders.pop(signal["signal_id"], 0) == (signal["outcome"] == "ordered"), signal
    assert not of_orders


def test_equity_is_a_point_a_market_minute_and_begins_with_the_cash(folder: Folder) -> None:
    points = folder.rows("equity")
    assert len(points) == 180, "179 whole minutes, and the moment the data ended"
    assert float(points[-1]["equity"]) == float(points[-1]["cash"]) == folder.summary["final_equity"]
    assert Decimal(points[0]["equity"]) == CASH
    assert [point["at"] for point in points] == sorted({point["at"] for point in points})
    high = CASH
    for point in points:
        high = max(high, Decimal(point["equity"]))
        fall = (high - Decimal(point["equity"])) * 100 / high
        assert abs(Decimal(point["drawdown_pct"]) - fall) <= Decimal("0.00005")


def test_dirty_ticks_are_counted_by_rule_and_the_rest_are_ticks(folder: Folder) -> None:
    dropped = folder.summary["ticks_dropped"]
    assert dropped == dict(sorted(dropped.items()))
    assert sum(dropped.values()) > 0
    assert folder.summary["ticks"] > 1000


def test_the_summary_is_plain_json(folder: Folder) -> None:
    text = (folder.path / "summary.json").read_text()
    assert json.loads(text, parse_constant=lambda word: word + "!") == folder.summary
    assert "NaN" not in text
    assert "Infinity" not in text
