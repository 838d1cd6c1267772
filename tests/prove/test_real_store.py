"""Real files taken into a store decide what they decide by themselves, and are found out to be what they are.

Fed by the folder that LOCKSTEP_PROVE_DATA names; run by `make prove`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.command import lockstep

pytestmark = pytest.mark.prove

DATA = Path(os.environ.get("LOCKSTEP_PROVE_DATA", "."))


@pytest.mark.parametrize(
    ("folder", "rows"),
    [("nse_ticks_2021_raw", 1_050_650), ("nse_stocks_2021_1min", 79_323), ("nse_yesbank_2019_1min", 45_961)],
)
def test_a_store_of_real_files_gives_their_decisions(folder: str, rows: int, tmp_path: Path) -> None:
    store = tmp_path / "store"
    taken = json.loads(lockstep("data", "import", DATA / folder, "--store", store, "--json").out)
    assert sum(series["rows_added"] for series in taken["series"]) == rows
    found = [
        json.loads(lockstep("backtest", "--strategy", "confluence", "--data", data, "--json").out)
        for data in (DATA / folder, store)
    ]
    assert found[0]["fills"] > 40
    for name in ("decisions_digest", "account_id", "ticks", "bars", "ticks_dropped", "final_equity"):
        assert found[0][name] == found[1][name], name


def test_files_in_other_forms_are_taken_by_naming_their_columns(tmp_path: Path) -> None:
    ftx, binance = (
        DATA / "crypto_ftx_btcperp_1min" / "BTC-PERP_2022-01a.csv.gz",
        DATA / "crypto_trades" / "binance_XRPETH_2019-10-11_12.csv.gz",
    )
    words = ("--columns", "volume=volume_usd", "--stamped", "close")
    assert lockstep("data", "import", ftx, "--store", tmp_path / "a", *words).code == 0
    (series,) = json.loads(lockstep("data", "inspect", "--store", tmp_path / "a", "--json").out)["series"]
    assert (series["rows"], series["from"]) == (28_859, "2021-12-31T23:00:00Z")
    assert [gap["bars"] for gap in series["gaps"]] == [1_380, 1], "before its first bar and after its last"
    assert lockstep("data", "import", binance, "--store", tmp_path / "b", "--columns", "quantity=amount").code == 0
    (series,) = json.loads(lockstep("data", "inspect", "--store", tmp_path / "b", "--json").out)["series"]
    assert (series["rows"], series["sessions"]) == (10_063, 2)


def test_the_fall_of_yes_bank_is_a_jump_and_no_split() -> None:
    ran = lockstep("data", "inspect", DATA / "nse_yesbank_2019_1min", "--json")
    (series,) = json.loads(ran.out)["series"]
    assert (series["rows"], series["sessions"], series["sessions_missing"]) == (45_961, 122, [])
    assert [jump for jump in series["jumps"] if jump["split"]] == []
