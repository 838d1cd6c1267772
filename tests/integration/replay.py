"""A replay by the service beside a backtest of the same files with the same bots. Used by make test and make prove."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.integration.engine_process import Store, await_that, engine_process

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Backtested:
    """What `lockstep backtest` wrote."""

    summary: dict[str, Any]
    signals: dict[str, Row]
    orders: dict[str, Row]
    fills: dict[str, Row]
    trades: dict[str, Row]

    @property
    def account_id(self) -> str:
        return str(self.summary["account_id"])


def backtest(data: Path, bots: Path, out: Path) -> Backtested:
    """Run the command as a person would."""
    words = [sys.executable, "-m", "engine", "backtest", "--bots", str(bots), "--data", str(data), "--out", str(out)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return Backtested(
        json.loads((out / "summary.json").read_text()),
        _rows(out / "signals.csv", "signal_id"),
        _rows(out / "orders.csv", "order_id"),
        _rows(out / "fills.csv", "fill_id"),
        _rows(out / "trades.csv", "trade_id"),
    )


def _rows(path: Path, key: str) -> dict[str, Row]:
    with path.open(newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def replay(
    host: str, project: str, state_dir: Path, data: Path, bots: Path, account_id: str, *, speed: float, within_s: float
) -> Store:
    """Let the engine process replay the data to its end, and let everything reach Firestore."""
    store = Store(host, project)
    settings = {
        "LOCKSTEP_FEED": "replay",
        "LOCKSTEP_DATA": str(data),
        "LOCKSTEP_BOTS": str(bots),
        "LOCKSTEP_SPEED": f"{speed:g}",
    }
    with engine_process(host, project, state_dir, **settings) as engine:
        await_that(lambda: _finished(store, account_id), within_s, engine, "the replay is finished in Firestore")
        assert engine.end() == 0, engine.told()[-3000:]
    return store


def _finished(store: Store, account_id: str) -> bool:
    account = store.get("accounts", account_id) or {}
    return bool(account.get("clock", {}).get("finished"))


def assert_same(store: Store, expected: Backtested) -> None:
    """Signals, orders, fills and trades in Firestore are the backtest's, id by id and figure by figure."""
    account_id = expected.account_id
    signals = store.all_of("trading_signals", account_id)
    assert signals.keys() == expected.signals.keys()
    for key, row in expected.signals.items():
        found = signals[key]
        assert (found["symbol"], found["type"], found["outcome"]) == (row["symbol"], row["type"], row["outcome"])
        assert (found["blocking_reason"] or "") == row["reason"]
        assert found["confirmed_at"] == _moment(row["at"])
        assert (found["score"], _money(found["price"])) == (float(row["score"]), Decimal(row["price"]))
    fills = store.all_of("fills", account_id)
    assert fills.keys() == expected.fills.keys()
    for key, row in expected.fills.items():
        found = fills[key]
        assert (found["order_id"], found["side"]) == (row["order_id"], row["side"])
        assert found["filled_at"] == _moment(row["at"])
        for name in ("quantity", "price", "charges"):
            assert _money(found[name]) == Decimal(row[name]), (key, name)
    orders = store.all_of("orders", account_id)
    assert {key: found["state"] for key, found in orders.items()} == {
        key: row["state"] for key, row in expected.orders.items()
    }
    trades = store.all_of("closed_trades", account_id)
    assert {key: _money(found["net_pnl"]) for key, found in trades.items()} == {
        key: Decimal(row["net_pnl"]) for key, row in expected.trades.items()
    }
    assert store.all_of("open_positions", account_id) == {}
    account = store.get("accounts", account_id) or {}
    assert _money(account["equity"]) == _money(expected.summary["final_equity"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _money(value: float) -> Decimal:
    return Decimal(str(value)).normalize()
