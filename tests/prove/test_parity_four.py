"""A real day of ten symbols with four strategies: the backtest, the paper replay and the live account in a loop decide
and fill alike, id by id and paisa by paisa; and the recording of the live day, decided again, is the same.

Fed by the folder that LOCKSTEP_PROVE_DATA names; run by `make prove ONLY=parity`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli.bots_file import read_bots_file
from engine.market_data.readers import read_market_data
from engine.recording.folder import parts_in
from engine.research.backtest import run_backtest
from engine.research.rows import fill_row
from engine.strategies.replay_account import replay_account
from local.firestore import FirestoreEmulator
from tests.prove.replayed_day import replayed_day
from tests.venue.beside_backtest import assert_live_is_the_backtest, live_recorder, replayed

pytestmark = pytest.mark.prove

DAY = Path(os.environ.get("LOCKSTEP_PROVE_DATA", ".")) / "nse_ticks_2021_raw" / "2021-04-15"
SHARES = ["HDFCBANK", "ICICIBANK", "INFY", "MARUTI", "RELIANCE", "SBIN", "TATAMOTORS", "TCS"]
BOTS: dict[str, Any] = {
    "cash": 1_000_000,
    "seed": 1,
    "risk_policy": {"at_risk_max_pct": 60},
    "bots": [
        {"id": "score", "strategy": "confluence", "symbols": [*SHARES, "NIFTY50", "BANKNIFTY"],
         "parameters": {"confirm_s": 60, "cooldown_s": 300, "buy_at": 45, "sell_at": 45},
         "exits": {"target_pct": 0.6}},
        {"id": "trend", "strategy": "trend", "symbols": SHARES, "parameters": {"preset": "aggressive"}},
        {"id": "range", "strategy": "opening_range", "symbols": SHARES, "parameters": {"preset": "aggressive"},
         "exits": {"target_pct": 0.6}},
        {"id": "mean", "strategy": "vwap_reversion", "symbols": SHARES, "timeframe": "3m",
         "parameters": {"preset": "aggressive", "enter_at": 1.0, "adx_max": 100}},
    ],
}  # fmt: skip
LIVELY = {"signals": 80, "fills": 40, "trades": 15}  # a day on which little happens would prove little


def test_backtest_paper_replay_and_live_loopback_are_one_with_four_strategies(
    firestore_emulator: FirestoreEmulator,
    firestore_project: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    expected = replayed_day(firestore_emulator, firestore_project, tmp_path, DAY, BOTS, LIVELY, record_property)
    bots = tmp_path / "bots.json"
    began, listed, data = time.monotonic(), read_bots_file(bots), read_market_data([DAY])
    account = replace(replay_account(listed, ""), account_id=expected.account_id)
    found = run_backtest(account, listed.bots, data)
    assert {signal.strategy for signal in found.signals} == {bot["strategy"] for bot in BOTS["bots"]}
    assert {fill_row(fill)[0] for fill in found.fills} == set(expected.fills)  # the command's backtest is this one
    recorder = live_recorder(tmp_path / "recordings", found.account)
    assert_live_is_the_backtest(found, listed, data, taps=[recorder.tap])
    record_property("live_seconds", round(time.monotonic() - began, 1))
    began, again = time.monotonic(), replayed(recorder, tmp_path / "recordings")
    assert again.differing == 0
    record_property("decisions_replayed", again.decisions)
    record_property("recorded_bytes", sum(part.path.stat().st_size for part in parts_in(tmp_path / "recordings")))
    record_property("recording_replay_seconds", round(time.monotonic() - began, 1))
