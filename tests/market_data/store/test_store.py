"""A store gives back what readers made of its files, bit for bit, and lies by venue, symbol and timeframe."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from engine.domain.errors import DataError
from engine.market_data.adjustments import read_splits
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.market_data.store.layout import SeriesKey, folders_named, series_in
from engine.market_data.store.partition import read_partition
from tests.market_data.store.filled import AT, bars, contents, same, take
from tests.market_data.written import BARS_HEADER, CUMULATIVE_HEADER, TICKS_HEADER, written


def test_bars_lie_by_venue_symbol_timeframe_and_year(store: Path, two_years: Path) -> None:
    imported = take(store, two_years)
    assert {str(key): rows.added for key, rows in imported.rows.items()} == {"NSE/INFY/1m": 4, "NSE/M&M/1m": 4}
    assert list(contents(store)) == [
        f"NSE/{symbol}/1m/{year}.parquet" for symbol in ("INFY", "M&M") for year in (2020, 2021)
    ]
    assert [key for key, _ in series_in(store)] == [SeriesKey("NSE", symbol, "1m") for symbol in ("INFY", "M&M")]
    assert same(read_market_data([two_years]), read_market_data([store]))


def test_prices_are_whole_paise_and_a_partition_says_what_it_is(store: Path, two_years: Path) -> None:
    take(store, two_years)
    table = parquet.read_table(store / "NSE" / "INFY" / "1m" / "2021.parquet")
    assert [str(kind) for kind in table.schema.types] == ["timestamp[us, tz=UTC]", *["int64"] * 4, "double"]
    assert table.column("close").to_pylist() == [1100, 1100]
    said = json.loads(table.schema.metadata[b"lockstep"])
    assert (said["series"], said["price_digits"]) == (["NSE", "INFY", "1m"], 2)
    assert [name for name, _ in said["sources"]] == ["years.csv.gz"]
    assert AT not in str(said)


def test_dirty_ticks_come_back_as_they_were_and_where_they_were(store: Path, tmp_path: Path) -> None:
    day = [f"2021-04-16 09:{minute}:00,135{minute % 10},{minute}" for minute in range(15, 55)]
    stray = ["1970-01-01 05:30:00,1350,60", "2021-04-19 07:00:00,1351,60", "2021-04-16 09:20:00,1352,61"]
    late = ["2021-04-16 15:40:00,1352,50"]
    path = written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, *stray[:1], *day, *stray, *late)
    take(store, path)
    assert list(contents(store)) == ["NSE/INFY/ticks/2021-04-16.parquet"]
    read = read_market_data([store])
    assert same(read_market_data([path]), read)
    assert read.tick_count == len(day) + 5


def test_ticks_of_several_days_lie_by_the_day_they_lie_among(store: Path, tmp_path: Path) -> None:
    rows = [f"2021-04-{day}T09:{minute}:00+05:30,INFY,1350.05,{day}" for day in (15, 16) for minute in range(15, 55)]
    path = written(tmp_path / "t.csv", TICKS_HEADER, *rows[:40], "1970-01-01T05:30:00+05:30,INFY,1,1", *rows[40:])
    take(store, path)
    assert list(contents(store)) == [f"NSE/INFY/ticks/2021-04-{day}.parquet" for day in (15, 16)]
    assert same(read_market_data([path]), read_market_data([store]))


def test_a_store_has_the_digest_of_the_files_it_was_made_from(store: Path, tmp_path: Path) -> None:
    one = bars(tmp_path / "files" / "INFY.csv", (28, 15, "INFY", "11"))
    other = bars(tmp_path / "files" / "TCS.csv", (28, 15, "TCS", "11"))
    written(tmp_path / "files" / "COVERAGE.csv", "symbol,date", "TCS,2021-04-28")
    take(store, tmp_path / "files")
    assert data_digest([store]) == data_digest([tmp_path / "files"]) == data_digest([other, one])
    assert data_digest([store / "NSE" / "TCS"]) == data_digest([other]) != data_digest([one])
    assert data_digest([other], days="special") != data_digest([other])


def test_rows_read_otherwise_are_other_data(store: Path, tmp_path: Path) -> None:
    path = bars(tmp_path / "INFY.csv", (28, 15, "INFY", "11"), (28, 16, "INFY", "11"))
    take(store, path, stamped_at_close=True)
    (part,) = read_market_data([store]).bars
    (plain,) = read_market_data([path]).bars
    assert (plain.open_at - part.open_at).tolist() == [60_000_000] * 2
    assert data_digest([store]) != data_digest([path])


def test_days_and_symbols_are_chosen_as_of_files(store: Path, two_years: Path) -> None:
    take(store, two_years)
    for choice in ({"symbols": ["INFY"]}, {"first_day": np.datetime64("2021-01-01").item()},
                   {"last_day": np.datetime64("2020-12-31").item()}):  # fmt: skip
        assert same(read_market_data([two_years], **choice), read_market_data([store], **choice))
    with pytest.raises(DataError, match="no rows of TCS; there are INFY, M&M"):
        read_market_data([store], symbols=["TCS"])


def test_a_folder_that_is_somebodys_is_not_made_a_store(tmp_path: Path, two_years: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match=r"is no store and not empty \(letter.txt is there\)"):
        take(tmp_path / "mine", two_years)
    with pytest.raises(DataError, match="is a file; a store is a folder"):
        take(two_years, two_years)
    take(tmp_path / "store", two_years)
    with pytest.raises(DataError, match="lies in a store already"):
        take(tmp_path / "store", tmp_path / "store")


def test_symbols_of_another_venue_are_refused_where_one_is_named(store: Path, tmp_path: Path) -> None:
    path = bars(tmp_path / "b.csv", (28, 15, "BTC-USD", "11"))
    with pytest.raises(DataError, match="BTC-USD is traded at COINBASE, not at NSE"):
        take(store, path, venue="NSE")


def test_words_name_parts_of_a_store(store: Path, tmp_path: Path) -> None:
    take(store, bars(tmp_path / "b.csv", *((28, minute, name, "11") for minute in (15, 16)
                                            for name in ("INFY", "ITC", "BTC-USD"))))  # fmt: skip
    named = {word: [folder.relative_to(store).as_posix() for folder in folders_named(word, store)]
             for word in ("store:", "store:NSE", "store:NSE/I*/1m", "store:*/INFY")}  # fmt: skip
    assert named == {
        "store:": ["COINBASE/BTC-USD/1m", "NSE/INFY/1m", "NSE/ITC/1m"],
        "store:NSE": ["NSE/INFY/1m", "NSE/ITC/1m"],
        "store:NSE/I*/1m": ["NSE/INFY/1m", "NSE/ITC/1m"],
        "store:*/INFY": ["NSE/INFY/1m"],
    }


def test_a_symbol_with_any_character_has_a_folder_of_its_own(store: Path, tmp_path: Path) -> None:
    symbols = ("../UP", ".", "A/B", "A%2FB", "NIFTY 50", "ÉTAT")
    take(store, bars(tmp_path / "b.csv", *((28, minute, name, "11") for minute in (15, 16) for name in symbols)))
    assert [key.symbol for key, _ in series_in(store)] == sorted(symbols)
    assert read_market_data([store]).symbols == tuple(sorted(symbols))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.csv", "store"]


def test_splits_that_a_person_names_are_applied_to_what_came_before(store: Path, tmp_path: Path) -> None:
    after = [f"2021-04-28T09:{minute}:00+05:30,INFY,5,6,5,6,300" for minute in (15, 16)]
    before = "2021-04-27T09:15:00+05:30,INFY,10.01,10.05,9.99,10.03,100"
    prices = written(tmp_path / "b.csv", BARS_HEADER, before, *after)
    splits = written(tmp_path / "splits.csv", "symbol,day,ratio", "INFY,2021-04-28,2", "TCS,2021-04-28,3/2")
    take(store, prices, splits=read_splits(splits))
    (part,) = read_market_data([store]).bars
    # half to even: 500.5, 502.5, 499.5 and 501.5 paise
    assert [part.open[0], part.high[0], part.low[0], part.close[0]] == [500, 502, 500, 502]
    assert part.volume.tolist() == [200, 300, 300]
    assert part.open.tolist()[1:] == [500, 500]
    assert data_digest([store]) != data_digest([prices])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("INFY,tomorrow,2", "line 2: day 'tomorrow' is not a date like 2021-04-28"),
        ("INFY,2021-04-28,two", "line 2: ratio 'two' is not a number of new shares like 2 or 3/2"),
        ("INFY,2021-04-28,0", "line 2: ratio '0' is not between 1/1000 and 1000"),
        ("INFY,2021-04-28,1/0", "line 2: ratio '1/0' is not a number"),
        ("INFY,2021-04-28", "line 2: 3 columns expected, 2 found"),
    ],
)
def test_a_wrong_line_of_a_splits_file_is_told(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(DataError) as refused:
        read_splits(written(tmp_path / "s.csv", "symbol,day,ratio", row))
    assert reason in str(refused.value)


def test_what_is_no_part_of_a_store_or_a_broken_one_is_refused_by_its_name(store: Path, two_years: Path) -> None:
    take(store, two_years)
    part = store / "NSE" / "INFY" / "1m" / "2021.parquet"
    whole = part.read_bytes()
    table = parquet.read_table(part)
    label = json.loads(table.schema.metadata[b"lockstep"])
    for said, reason in (
        (None, "lies in a store, and is no part of it; `lockstep data import` takes files in"),
        ("{", "has a label that can't be read"),
        ("{}", "has a label that can't be read"),
        (json.dumps(label | {"form": 99}), "is of form 99; only 1 is known: import its sources again"),
        (json.dumps(label | {"price_digits": 4}), "keeps prices of NSE with 4 digits, INFY is now NSE's with 2"),
    ):
        parquet.write_table(table.replace_schema_metadata(None if said is None else {"lockstep": said}), part)
        with pytest.raises(DataError) as refused:
            read_market_data([store])
        assert (refused.value.path, refused.value.reason.startswith(reason)) == (str(part), True)
    for broken in (b"", whole[: len(whole) // 2], whole[:200] + bytes(400) + whole[600:]):
        part.write_bytes(broken)
        with pytest.raises(DataError, match="is not a readable part of the store"):
            read_market_data([store])


def test_a_bit_that_the_disk_turned_is_found_or_changes_nothing(store: Path, two_years: Path) -> None:
    take(store, two_years)
    part = store / "NSE" / "INFY" / "1m" / "2021.parquet"
    whole, (before, _) = part.read_bytes(), read_partition(part)
    rows_end = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    found = 0
    for at in range(4, rows_end):
        part.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            after, _ = read_partition(part)
        except DataError:
            found += 1
            continue
        for name in before.COLUMNS:
            assert getattr(after, name).tolist() == getattr(before, name).tolist(), at
    assert found > (rows_end - 4) / 2
