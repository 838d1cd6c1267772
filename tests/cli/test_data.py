"""`lockstep data`: files taken into a store that decides what the files decide, and what is said about them."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path

import pytest

from engine.adapters.clock import SystemClock
from tests.cli.command import lockstep
from tests.cli.generated import BUSY, tick_rows, write_bars, write_cumulative, write_ticks
from tests.market_data.store.candle_venue import CandleVenue, listening

STRATEGY = ("--strategy", "confluence", "--set", *BUSY)


def decided(*words: object) -> tuple[str, int]:
    """The digest of a backtest's decisions, and how many fills there were."""
    ran = lockstep("backtest", *STRATEGY, *words, "--json")
    assert ran.code == 0, ran.err
    summary = json.loads(ran.out)
    return summary["decisions_digest"], summary["fills"]


@pytest.mark.parametrize("form", ["bars", "ticks", "cumulative ticks"])
def test_a_store_gives_the_very_decisions_of_the_files_it_was_made_from(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "bars":
        data = write_bars(tmp_path / "bars.csv.gz", [1, 2])
    elif form == "ticks":
        data = write_ticks(tmp_path / "ticks.parquet", tick_rows())
    else:
        data = write_cumulative(tmp_path / "day", tick_rows())
    monkeypatch.setenv("LOCKSTEP_STORE", str(tmp_path / "store"))
    assert lockstep("data", "import", data).code == 0
    expected = decided("--data", data)
    assert expected[1] > 4
    assert decided("--data", "store:NSE") == expected
    assert decided("--data", tmp_path / "store") == expected
    one = decided("--data", data, "--symbol", "RELIANCE")
    assert decided("--data", "store:", "--symbol", "RELIANCE") == one != expected


def test_an_import_says_what_it_took(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [1])
    ran = lockstep("data", "import", data, "--store", tmp_path / "store")
    assert (ran.code, ran.err) == (0, "")
    assert "NSE/RELIANCE/1m" in ran.out
    assert ran.out.endswith(f"750 rows of 1 file added to {tmp_path / 'store'}\n")
    again = json.loads(lockstep("data", "import", data, "--store", tmp_path / "store", "--json").out)
    assert [(one["symbol"], one["rows_added"], one["rows_same"]) for one in again["series"]] == [
        ("RELIANCE", 0, 375),
        ("TATAMOTORS", 0, 375),
    ]


def test_bars_of_another_form_are_taken_by_naming_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "BTC-PERP.csv"
    rows = ["2022-01-12T13:31:00Z,1,2,1,2,500", "2022-01-12T13:32:00Z,2,2,1,1,700"]
    file.write_text("\n".join(["time,open,high,low,close,volume_usd", *rows, ""]))
    words = ("--columns", "ts=time", "volume=volume_usd", "--stamped", "close")
    assert lockstep("data", "import", file, "--store", tmp_path / "store", *words).code == 0
    looked = json.loads(lockstep("data", "inspect", "--store", tmp_path / "store", "--json").out)
    (series,) = looked["series"]
    assert (series["from"], series["to"]) == ("2022-01-12T13:30:00Z", "2022-01-12T13:31:00Z")
    refused = lockstep("data", "import", file, "--store", tmp_path / "store")
    assert (refused.code, "bars need ts, volume; found time, open" in refused.err) == (1, True)


def test_inspect_tells_gaps_missing_days_and_splits(tmp_path: Path) -> None:
    lines = write_bars(tmp_path / "whole.csv", [1, 2, 5], ["RELIANCE"]).read_text().splitlines()
    header, bars = lines[0], lines[1:]
    halved = []
    for line in bars[750:]:  # the third day: a share has become two
        ts, symbol, *prices, volume = line.split(",")
        numbers = [f"{float(price) / 2:.2f}" for price in prices]
        halved.append(",".join([ts, symbol, *numbers, str(float(volume) * 2)]))
    kept = bars[:30] + bars[40:750] + halved
    file = tmp_path / "bars.csv"
    file.write_text("\n".join([header, *kept, ""]))
    ran = lockstep("data", "inspect", file)
    assert ran.code == 0, ran.err
    looked = json.loads(lockstep("data", "inspect", file, "--json").out)["series"][0]
    assert (looked["rows"], looked["sessions"]) == (len(kept), 3)
    assert [(gap["bars"], gap["seconds"]) for gap in looked["gaps"]] == [(10, 600.0)]
    assert len(looked["sessions_missing"]) >= 1
    (jump,) = looked["jumps"]
    assert jump["split"] == "2"
    assert f"a split is suspected; `data import --adjust` takes it as RELIANCE,{jump['day']},2" in ran.out
    assert "10 min from" in ran.out


def test_inspect_counts_the_ticks_that_a_backtest_leaves_out(ticks: Path) -> None:
    summary = json.loads(lockstep("backtest", *STRATEGY, "--data", ticks, "--json").out)
    looked = json.loads(lockstep("data", "inspect", ticks, "--json").out)
    assert looked["ticks_dropped"] == summary["ticks_dropped"] != {}
    assert len(looked["ticks_dropped_by_day"]) == 1


def test_every_deed_has_an_example() -> None:
    for words in (("data",), ("data", "import"), ("data", "inspect")):
        ran = lockstep(*words, "--help")
        assert (ran.code, "example:\n  lockstep data import" in ran.out) == (0, True)


def test_a_download_fills_the_store_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    venue = CandleVenue(SystemClock(), ((10, 1),))
    with listening(venue) as address:
        words = ("data", "download", "--venue", "COINBASE", "--symbol", "BTC-USD", "ETH-USD", "--from", "2021-06-01",
                 "--to", "2021-06-01", "--store", tmp_path / "store", "--address", address)  # fmt: skip
        ran = lockstep(*words)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == "BTC-USD: 1,440 bars added, 5 calls\nETH-USD: 1,440 bars added, 5 calls\n"
        again = json.loads(lockstep(*words, "--json").out)
        assert {symbol: done["calls"] for symbol, done in again.items()} == {"BTC-USD": 0, "ETH-USD": 0}
        venue.faults = deque(["404"])
        failed = lockstep(*words[:4], "--symbol", "SOL-USD", *words[7:])
    assert (failed.code, failed.err.count("\n")) == (1, 1)
    assert "Coinbase refused the bars of SOL-USD: NOT_FOUND no such product" in failed.err
    looked = json.loads(lockstep("data", "inspect", "--store", tmp_path / "store", "--json").out)
    assert [(series["symbol"], series["rows"], series["gaps"]) for series in looked["series"]] == [
        ("BTC-USD", 1_440, []),
        ("ETH-USD", 1_440, []),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--venue", "NYSE", "--symbol", "A", "--from", "2021-01-01"), "nothing can be downloaded from 'NYSE'"),
        (("--venue", "COINBASE", "--symbol", "A", "--from", "2021-01-02", "--to", "2021-01-01"), "lies before --from"),
        (("--venue", "COINBASE", "--symbol", "BTC-USD", "--from", "today"), "'today' is not a date like 2021-04-28"),
        (("--venue", "COINBASE", "--symbol", "BTC-USD", "--from", "2021-01-01", "--timeframe", "3m"), "keeps no bars"),
    ],
)
def test_a_download_of_what_cannot_be_is_refused(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    ran = lockstep("data", "download", *words, "--store", tmp_path / "store")
    assert (ran.code, told in ran.err) == (2, True), ran.err
    assert not (tmp_path / "store").exists()
