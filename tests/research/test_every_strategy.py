"""Every strategy in the engine: it decides something, alike in every process, and never by what is to come."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.domain.copying import COPY
from engine.market_data.readers import read_market_data
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.rows import signal_row
from engine.strategies.bot_list import parse_bots
from engine.strategies.registry import available
from engine.strategies.replay_account import replay_account
from tests.cli.generated import MARKET, SYMBOLS, Rows, tick_rows, write_bars, write_ticks

ROOT = Path(__file__).parents[2]
LIVELY: dict[str, dict[str, Any]] = {
    "accumulate": {"every_days": 1, "at_minutes": 20, "drop_pct": 0.3, "drop_bars": 30},
    "confluence": {"preset": "aggressive"},
    "opening_range": {"preset": "aggressive"},
    "rotation": {"momentum_bars": 15, "from_minutes": 10, "rank_minutes": 10, "hold": 1, "slack": 0},
    "trend": {"preset": "aggressive"},
    "vwap_reversion": {"preset": "aggressive", "enter_at": 1.0, "adx_max": 100},
}
"""Parameters with which two and a half hours bring signals."""
NAMES = tuple(name for name in available() if name != COPY)  # which has nothing to say without a leader


def bots(*names: str) -> dict[str, Any]:
    listed = [{"id": n, "strategy": n, "symbols": list(SYMBOLS), "parameters": LIVELY[n]} for n in names]
    return {"risk_policy": {"at_risk_max_pct": 60}, "bots": listed}


def trade(data: Path, *names: str) -> BacktestResult:
    listed = parse_bots(bots(*names))
    return run_backtest(replay_account(listed, "same"), listed.bots, read_market_data([data]))


@pytest.fixture(scope="module")
def rows() -> Rows:
    return tick_rows(minutes=150)


@pytest.fixture(scope="module")
def ticks(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ticks(tmp_path_factory.mktemp("ticks") / "day.csv", rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_strategy_trades_and_its_signals_give_reasons(name: str, ticks: Path) -> None:
    found = trade(ticks, name)
    assert found.signals
    assert found.fills
    assert all(signal.reasons and -100 <= signal.score <= 100 for signal in found.signals)


@pytest.mark.parametrize("minutes", [31, 75, 118])
def test_a_part_of_the_day_gives_the_first_part_of_the_days_signals(
    minutes: int, rows: Rows, ticks: Path, tmp_path: Path
) -> None:
    """Whatever the strategies do with the future, there is none here to do it with."""
    until = MARKET.session(2).open_at + minutes * 60_000_000
    whole = trade(ticks, *NAMES).signals
    part = trade(write_ticks(tmp_path / "part.csv", tick_rows(minutes=minutes)), *NAMES).signals
    assert {signal.strategy for signal in whole} == set(NAMES)
    assert [signal_row(signal) for signal in part] == [
        signal_row(signal) for signal in whole if signal.confirmed_at < until
    ]
    assert part
    assert len(part) < len(whole)


def test_bots_beside_each_other_signal_as_each_does_alone(ticks: Path) -> None:
    """They share indicators, and the account's limits; a signal depends on neither."""
    together = trade(ticks, *NAMES).signals
    for name in NAMES:
        beside = [signal for signal in together if signal.bot_id == name]
        alone = trade(ticks, name).signals
        assert [(s.symbol, s.confirmed_at, s.type, s.score, s.reasons) for s in beside] == [
            (s.symbol, s.confirmed_at, s.type, s.score, s.reasons) for s in alone
        ]


def test_three_days_of_bars_are_decided_alike_whatever_the_hash_seed(tmp_path: Path) -> None:
    data, file = write_bars(tmp_path / "bars.csv", (2, 3, 4)), tmp_path / "bots.json"
    file.write_text(json.dumps(bots(*NAMES)))
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "engine", "backtest", "--bots", file, "--data", data, "--json"],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("0", "77")
    ]  # fmt: skip
    first, second = (json.loads(process.communicate(timeout=300)[0]) for process in running)
    assert first["signals"] > 20
    assert first["decisions_digest"] == second["decisions_digest"]
