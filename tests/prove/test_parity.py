"""On the real day of 2021-04-28, ten symbols: the service's replay and the backtest decide the same. `make prove`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.integration.replay import assert_same, backtest, replay

DAY = "nse_ticks_2021_raw/2021-04-28"
SYMBOLS = ("BANKNIFTY", "HDFCBANK", "ICICIBANK", "INFY", "MARUTI", "NIFTY50", "RELIANCE", "SBIN", "TATAMOTORS", "TCS")


@pytest.mark.prove
def test_the_real_day_replays_as_it_was_backtested(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    data = Path(os.environ["LOCKSTEP_PROVE_DATA"]) / DAY
    bots = tmp_path / "bots.json"
    bots.write_text(
        json.dumps(
            {
                "bots": [
                    {"id": "all", "strategy": "confluence", "symbols": list(SYMBOLS)},
                    {"id": "banks-3m", "strategy": "confluence", "symbols": ["HDFCBANK", "ICICIBANK", "SBIN"],
                     "timeframe": "3m", "parameters": {"confirm_s": 180}, "exits": {"stop_pct": 0.5}},
                ]
            }
        )
    )  # fmt: skip
    expected = backtest(data, bots, tmp_path / "out")
    assert expected.summary["signals"] > 50
    store = replay(
        firestore_emulator.host, firestore_project, tmp_path / "state", data, bots, expected.account_id,
        speed=0, within_s=240,
    )  # fmt: skip
    assert_same(store, expected)
    print(f"signals {len(expected.signals)}, orders {len(expected.orders)}, fills {len(expected.fills)}: the same")
