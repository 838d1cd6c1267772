"""What paths stand for, and the digest that names them."""

import shutil
from pathlib import Path

import pytest

from engine.domain.errors import DataError
from engine.market_data.digest import data_digest
from engine.market_data.files import data_files
from engine.market_data.readers import read_market_data
from tests.market_data.written import BARS_HEADER, written

ROW = "2021-04-28T09:15:00+05:30,{},10,12,9,11,100"


def bars_of(folder: Path, symbol: str) -> Path:
    return written(folder / f"{symbol}.csv", BARS_HEADER, ROW.format(symbol))


def test_a_folder_stands_for_its_data_files_in_the_order_of_names(tmp_path: Path) -> None:
    for symbol in ("TCS", "INFY", "SBIN"):
        bars_of(tmp_path, symbol)
    (tmp_path / "README.md").write_text("not data")
    (tmp_path / ".hidden.csv").write_text("not data")
    bars_of(tmp_path / "2021-04-28", "ITC")
    assert [file.name for file in data_files([tmp_path])] == ["INFY.csv", "SBIN.csv", "TCS.csv"]


def test_a_folder_of_dated_folders_stands_for_theirs(tmp_path: Path) -> None:
    bars_of(tmp_path / "2021-04-29", "TCS")
    bars_of(tmp_path / "2021-04-28", "TCS")
    bars_of(tmp_path / "notes", "ITC")
    assert [file.name for file in data_files([tmp_path])] == ["2021-04-28/TCS.csv", "2021-04-29/TCS.csv"]


def test_a_file_meant_twice_is_read_once(tmp_path: Path) -> None:
    path = bars_of(tmp_path, "TCS")
    assert len(data_files([tmp_path, path])) == 1


@pytest.mark.parametrize("name", ["nothing_here", "prices.xlsx"])
def test_a_path_that_is_no_data_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "prices.xlsx").write_text("no")
    with pytest.raises(DataError, match=r"no such file|unknown extension; market data is \.csv, \.csv\.gz, \.parquet"):
        data_files([tmp_path / name])


def test_a_folder_without_data_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no data files; looked for \.csv, \.csv\.gz, \.parquet"):
        data_files([tmp_path])
    with pytest.raises(DataError, match="no file or folder was given"):
        data_files([])


def test_a_file_without_prices_is_left_out_of_a_folder_and_refused_by_name(tmp_path: Path) -> None:
    bars_of(tmp_path, "TCS")
    coverage = written(tmp_path / "COVERAGE.csv", "symbol,date,minutes,volume,close", "TCS,2021-04-28,1,100,11")
    quotes = written(tmp_path / "quotes.csv", "ts,symbol,bid_open,ask_open", "2021-04-28T09:15:00Z,TCS,1,2")
    data = read_market_data([tmp_path])
    assert data.symbols == ("TCS",)
    assert data.notes == ("COVERAGE.csv: holds no prices, left out", "quotes.csv: holds no prices, left out")
    for path in (coverage, quotes):
        with pytest.raises(DataError, match="found"):
            read_market_data([path])


def test_a_price_file_that_lacks_a_column_is_refused_in_a_folder_too(tmp_path: Path) -> None:
    bars_of(tmp_path, "TCS")
    written(tmp_path / "bad.csv", "ts,symbol,open,high,low,volume", "2021-04-28T09:15:00Z,INFY,1,1,1,1")
    with pytest.raises(DataError, match="bars need close"):
        read_market_data([tmp_path])


def test_a_folder_with_nothing_but_other_files_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "COVERAGE.csv", "symbol,date", "TCS,2021-04-28")
    with pytest.raises(DataError, match="no file holds prices"):
        read_market_data([tmp_path])


def test_the_digest_is_of_names_and_contents_wherever_they_lie(tmp_path: Path) -> None:
    for symbol in ("TCS", "INFY"):
        bars_of(tmp_path / "here", symbol)
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    digest = data_digest([tmp_path / "here"])
    assert digest == data_digest([tmp_path / "there"])
    assert digest == data_digest([tmp_path / "there" / "TCS.csv", tmp_path / "there" / "INFY.csv"])
    (tmp_path / "there" / "TCS.csv").rename(tmp_path / "there" / "ITC.csv")
    assert data_digest([tmp_path / "there"]) != digest
    written(tmp_path / "here" / "TCS.csv", BARS_HEADER, ROW.format("TCS").replace("100", "101"))
    assert data_digest([tmp_path / "here"]) != digest
