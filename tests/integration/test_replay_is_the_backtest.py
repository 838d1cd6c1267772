"""A replay with four strategies trades as the backtest of its files: engine process, journal, relay and emulator."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from engine.domain.instant import MINUTE, iso
from engine.simulation.demo_market import DemoMarket
from local.firestore import FirestoreEmulator
from tests.integration.replay import assert_same, backtest, replay

SYMBOLS = ("RELIANCE", "HDFCBANK", "TATAMOTORS", "NIFTY50")
BOTS: dict[str, Any] = {
    "cash": 500_000,
    "seed": 7,
    "risk_policy": {"at_risk_max_pct": 40},
    "bots": [
        {"id": "quick", "strategy": "confluence", "symbols": ["RELIANCE", "TATAMOTORS"],
         "parameters": {"confirm_s": 120, "cooldown_s": 300, "buy_at": 45, "sell_at": 45},
         "exits": {"stop_pct": 0.4, "target_pct": 0.8}},
        {"id": "slow", "strategy": "confluence", "symbols": ["HDFCBANK", "NIFTY50"], "timeframe": "3m",
         "parameters": {"confirm_s": 0, "buy_at": 40, "sell_at": 40}},
        {"id": "trend", "strategy": "trend", "symbols": ["RELIANCE", "HDFCBANK"],
         "parameters": {"preset": "aggressive"}, "exits": {"stop_pct": 0.4}},
        {"id": "range", "strategy": "opening_range", "symbols": ["RELIANCE", "TATAMOTORS"],
         "parameters": {"preset": "aggressive"}},
        {"id": "mean", "strategy": "vwap_reversion", "symbols": ["RELIANCE", "TATAMOTORS"],
         "parameters": {"preset": "aggressive", "enter_at": 1.0, "adx_max": 100}},
    ],
}  # fmt: skip


def write_stretch(folder: Path, minutes: int) -> None:
    """The first minutes of a generated day, a tick file a symbol."""
    market = DemoMarket(11)
    until = market.session(1).open_at + minutes * MINUTE
    folder.mkdir()
    for symbol in SYMBOLS:
        ticks = market.ticks(1, symbol)
        with (folder / f"{symbol}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["ts", "price", "quantity"])
            for at, price, quantity in zip(
                ticks.at.tolist(), ticks.price.tolist(), ticks.quantity.tolist(), strict=True
            ):
                if at < until:
                    writer.writerow([iso(at), price / 100, quantity])


def test_signals_and_fills_in_firestore_are_the_backtests_id_by_id(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    data, bots = tmp_path / "data", tmp_path / "bots.json"
    write_stretch(data, minutes=240)
    bots.write_text(json.dumps(BOTS))
    expected = backtest(data, bots, tmp_path / "out")
    assert {row["bot_id"] for row in expected.signals.values()} == {bot["id"] for bot in BOTS["bots"]}
    assert len(expected.trades) >= 10
    store = replay(
        firestore_emulator.host, firestore_project, tmp_path / "state", data, bots, expected.account_id,
        speed=0, within_s=60,
    )  # fmt: skip
    assert_same(store, expected)
