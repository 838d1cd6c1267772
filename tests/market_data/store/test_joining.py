"""What comes to a store and is there already: joined where it agrees, refused where it does not, never half taken."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.domain.errors import DataError
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.market_data.store.layout import SeriesKey
from engine.market_data.store.place import locked
from tests.market_data.store.filled import bars, contents, same, take
from tests.market_data.written import TICKS_HEADER, written


def test_the_same_import_again_changes_no_byte(store: Path, two_years: Path) -> None:
    take(store, two_years)
    before = contents(store)
    again = take(store, two_years)
    assert contents(store) == before
    assert [(rows.added, rows.same, rows.replaced) for rows in again.rows.values()] == [(0, 4, 0)] * 2


def test_the_order_of_imports_makes_no_difference(tmp_path: Path) -> None:
    first = bars(tmp_path / "one.csv", (27, 15, "INFY", "11"), (27, 16, "INFY", "11"), (28, 15, "INFY", "11"))
    then = bars(tmp_path / "two.csv", (28, 15, "INFY", "11"), (28, 16, "INFY", "10"))
    take(tmp_path / "a", first, then)
    take(tmp_path / "b", then)
    take(tmp_path / "b", first)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    (part,) = read_market_data([tmp_path / "a"]).bars
    assert part.close.tolist() == [1100, 1100, 1100, 1000]
    assert (np.diff(part.open_at) > 0).all()


def test_a_bar_that_differs_is_refused_by_its_line_and_the_store_left_alone(store: Path, tmp_path: Path) -> None:
    take(store, bars(tmp_path / "one.csv", (28, 15, "INFY", "11"), (28, 16, "TCS", "11")))
    before = contents(store)
    other = bars(tmp_path / "two.csv", (27, 15, "ITC", "11"), (28, 16, "INFY", "11"), (28, 15, "TCS", "9"),
                 (28, 16, "TCS", "10"))  # fmt: skip
    with pytest.raises(DataError) as refused:
        take(store, other)
    assert refused.value.line == 5
    told = "TCS at 2021-04-28T03:46:00Z has close 10.00, the store has 11.00; --prefer new takes the new one"
    assert refused.value.reason.startswith(told)
    assert contents(store) == before
    assert sorted(path.name for path in store.iterdir()) == [".lock", "NSE", "imports.jsonl", "lockstep-store.json"]


def test_new_rows_are_taken_instead_where_that_is_asked_for(store: Path, tmp_path: Path) -> None:
    one = bars(tmp_path / "one.csv", (28, 15, "INFY", "11"), (28, 16, "INFY", "11"))
    two = bars(tmp_path / "two.csv", (28, 16, "INFY", "10"), (28, 17, "INFY", "10"))
    take(store, one)
    rows = take(store, two, prefer_new=True).rows[SeriesKey("NSE", "INFY", "1m")]
    assert (rows.added, rows.same, rows.replaced) == (1, 0, 1)
    assert read_market_data([store]).bars[0].close.tolist() == [1100, 1000, 1000]
    turned = tmp_path / "turned"
    take(turned, two)
    take(turned, one, prefer_new=True)
    assert read_market_data([turned]).bars[0].close.tolist() == [1100, 1100, 1000]
    assert data_digest([turned]) != data_digest([store]), "which came later matters"


def test_a_recording_that_has_grown_takes_the_place_of_its_beginning(store: Path, tmp_path: Path) -> None:
    rows = [f"2021-04-28T09:15:{second:02}+05:30,INFY,1350.05,{second}" for second in range(20)]
    grown = written(tmp_path / "grown.csv", TICKS_HEADER, *rows)
    take(store, written(tmp_path / "begun.csv", TICKS_HEADER, *rows[:12]))
    counted = take(store, grown).rows[SeriesKey("NSE", "INFY", "ticks")]
    assert (counted.added, counted.same) == (8, 12)
    assert data_digest([store]) == data_digest([grown])
    assert take(store, tmp_path / "begun.csv").rows[SeriesKey("NSE", "INFY", "ticks")].same == 12
    assert same(read_market_data([store]), read_market_data([grown]))


def test_the_second_half_of_a_day_goes_on_from_the_first_whichever_comes_first(tmp_path: Path) -> None:
    rows = [f"2021-04-28T1{hour}:15:{second:02}+05:30,INFY,1350.05,1" for hour in (0, 1) for second in range(20)]
    halves = [written(tmp_path / f"{part}.csv", TICKS_HEADER, *rows[part * 20 :][:20]) for part in (0, 1)]
    whole = written(tmp_path / "whole.csv", TICKS_HEADER, *rows)
    for name, order in (("a", halves), ("b", halves[::-1])):
        for half in order:
            take(tmp_path / name, half)
        assert same(read_market_data([tmp_path / name]), read_market_data([whole]))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_another_recording_of_a_day_is_refused_or_taken_instead(store: Path, tmp_path: Path) -> None:
    rows = [f"2021-04-28T09:15:{second:02}+05:30,INFY,1350.05,1" for second in range(20)]
    take(store, written(tmp_path / "one.csv", TICKS_HEADER, *rows))
    other = written(tmp_path / "other.csv", TICKS_HEADER, *rows[:7], rows[7].replace(".05", ".10"), *rows[8:])
    with pytest.raises(DataError) as refused:
        take(store, other)
    assert refused.value.line == 9
    assert "has 2021-04-28T03:45:07Z 1350.10 where the store's recording of that day has" in refused.value.reason
    take(store, other, prefer_new=True)
    assert same(read_market_data([store]), read_market_data([other]))
    assert data_digest([store]) == data_digest([other])


def test_a_file_that_cannot_be_read_leaves_the_store_without_the_others_too(store: Path, tmp_path: Path) -> None:
    bars(tmp_path / "files" / "a.csv", (28, 15, "INFY", "11"))
    bars(tmp_path / "files" / "b.csv", (28, 15, "TCS", "1e9"))
    with pytest.raises(DataError, match="outside low and high"):
        take(store, tmp_path / "files")
    assert not store.exists()


def test_what_a_killed_import_left_aside_is_gone_after_the_next(store: Path, two_years: Path) -> None:
    take(store, two_years)
    left = store / ".importing-x" / "NSE" / "INFY" / "1m"
    left.mkdir(parents=True)
    (left / "2021.parquet").write_bytes(b"half")
    assert read_market_data([store]).symbols == ("INFY", "M&M")
    take(store, two_years)
    assert not (store / ".importing-x").exists()


def test_an_import_that_is_killed_leaves_the_store_as_it_was(store: Path, tmp_path: Path) -> None:
    bars(tmp_path / "files" / "a.csv", (28, 15, "INFY", "11"), (28, 16, "INFY", "11"))
    bars(tmp_path / "files" / "b.csv", (28, 15, "TCS", "11"), (28, 16, "TCS", "11"))
    take(store, tmp_path / "files" / "b.csv")
    before = contents(store)
    words = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from engine.market_data.store.importing import Reading, import_files\n"
        "def killed(done, total): os.kill(os.getpid(), signal.SIGKILL)\n"
        "import_files([sys.argv[1]], Path(sys.argv[2]), Reading(), at='', progress=killed)\n"
    )
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", words, tmp_path / "files", store], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert contents_in_place(store) == before
    assert [path.name for path in store.glob(".importing-*")] != [], "it was killed amid its work"
    take(store, tmp_path / "files")
    assert read_market_data([store]).symbols == ("INFY", "TCS")
    assert list(store.glob(".importing-*")) == []


def test_one_import_at_a_time(store: Path, two_years: Path) -> None:
    with locked(store), pytest.raises(DataError, match="is being written by another import"):
        take(store, two_years)
    take(store, two_years)


def contents_in_place(store: Path) -> dict[str, bytes]:
    return {name: content for name, content in contents(store).items() if not name.startswith(".")}
