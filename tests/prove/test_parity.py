"""A real day of ten symbols, replayed by the engine process and run by the backtest: the same decisions, id by id.

Fed by the folder that LOCKSTEP_PROVE_DATA names; run by `make prove ONLY=parity`.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.prove.replayed_day import replayed_day

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
    replayed_day(firestore_emulator, firestore_project, tmp_path, DAY, BOTS, LIVELY, record_property, speed=speed)
