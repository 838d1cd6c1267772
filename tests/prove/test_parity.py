"""A real day of ten symbols, replayed by the engine process and run by the backtest: the same decisions, id by id.

Fed by the folder that LOCKSTEP_PROVE_DATA names; run by `make prove ONLY=parity`.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.integration.replay import assert_same, backtest, replay

pytestmark = pytest.mark.prove

DAY = Path(os.environ.get("LOCKSTEP_PROVE_DATA", ".")) / "nse_ticks_2021_raw" / "2021-04-28"
SHARES = ["HDFCBANK", "ICICIBANK", "INFY", "MARUTI", "RELIANCE", "SBIN", "TATAMOTORS", "TCS"]
BOTS = {
    "cash": 1_000_000,
    "seed": 1,
    "bots": [
        {"id": "all", "strategy": "confluence", "symbols": [*SHARES, "NIFTY50", "BANKNIFTY"],
         "exits": {"stop_pct": 0.8, "target_pct": 1.6}},
        {"id": "quick", "strategy": "confluence", "symbols": SHARES[:4],
         "parameters": {"confirm_s": 60, "cooldown_s": 300, "buy_at": 45, "sell_at": 45}, "exits": {"stop_pct": 0.3}},
        {"id": "slow", "strategy": "confluence", "symbols": SHARES[4:], "timeframe": "3m",
         "parameters": {"confirm_s": 0, "buy_at": 40, "sell_at": 40}},
    ],
}  # fmt: skip
LIVELY = {"signals": 60, "fills": 30, "trades": 10}  # a day on which little happens would prove little


@pytest.mark.parametrize("speed", [0, 600], ids=["as fast as it goes", "at 600 times its pace"])
def test_a_real_day_in_firestore_is_the_backtests_id_by_id(
    speed: float,
    firestore_emulator: FirestoreEmulator,
    firestore_project: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    bots = tmp_path / "bots.json"
    bots.write_text(json.dumps(BOTS))
    expected = backtest(DAY, bots, tmp_path / "out")
    for name, least in LIVELY.items():
        assert expected.summary[name] >= least, name
        record_property(name, expected.summary[name])
    began = time.monotonic()
    store = replay(
        firestore_emulator.host, firestore_project, tmp_path / "state", DAY, bots, expected.account_id,
        speed=speed, within_s=600,
    )  # fmt: skip
    assert_same(store, expected)
    record_property("ticks", expected.summary["ticks"])
    record_property("decisions_digest", expected.summary["decisions_digest"])
    record_property("replay_seconds", round(time.monotonic() - began, 1))
