"""A live account in a loop trades as the backtest of its data does, with four strategies and more, id by id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.market_data.readers import read_market_data
from engine.research.backtest import run_backtest
from engine.simulation.fill_model import FillModel
from engine.strategies.bot_list import parse_bots
from engine.strategies.replay_account import replay_account
from tests.cli.generated import SYMBOLS, tick_rows, write_ticks
from tests.venue.beside_backtest import assert_live_is_the_backtest, live_recorder, replayed

EXITS = {"target_pct": 0.4}  # no stop: a live one rests at the venue as an order of its own, a backtest has none there
LIVELY: dict[str, dict[str, Any]] = {
    "accumulate": {"every_days": 1, "at_minutes": 20, "drop_pct": 0.3, "drop_bars": 30},
    "confluence": {"preset": "aggressive"},
    "opening_range": {"preset": "aggressive"},
    "trend": {"preset": "aggressive"},
    "vwap_reversion": {"preset": "aggressive", "enter_at": 1.0, "adx_max": 100},
}
BOTS = {
    "risk_policy": {"at_risk_max_pct": 60},
    "bots": [
        {"id": name, "strategy": name, "symbols": list(SYMBOLS), "parameters": given, "exits": EXITS}
        for name, given in LIVELY.items()
    ],
}


@pytest.mark.parametrize("latency_ms", [0, 1_500])
def test_a_generated_day_traded_live_is_the_backtest_id_by_id(latency_ms: int, tmp_path: Path) -> None:
    data = read_market_data([write_ticks(tmp_path / "day.csv", tick_rows(minutes=150))])
    bots = parse_bots(BOTS)
    model = FillModel(bots.seed, latency_ms=latency_ms)
    found = run_backtest(replay_account(bots, "same"), bots.bots, data, model=model)
    assert {signal.strategy for signal in found.signals} == set(LIVELY)
    assert len(found.fills) > 30
    assert len(found.trades) > 10
    recorder = live_recorder(tmp_path / "recordings", found.account)
    assert_live_is_the_backtest(found, bots, data, "--latency-ms", str(latency_ms), taps=[recorder.tap])
    again = replayed(recorder, tmp_path / "recordings")
    assert again.differing == 0
    assert again.decisions > 1_000
