"""A file that can't be used is refused with its name, the line and the reason."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from engine.domain.errors import DataError, InvalidValue
from engine.market_data.readers import read_market_data
from tests.market_data.written import BARS_HEADER, CUMULATIVE_HEADER, TICKS_HEADER, parquet_file, written

GOOD = "2021-04-28T09:15:00+05:30,INFY,10,12,9,11,100"


def refusal(*paths: Path, **choice: object) -> DataError:
    with pytest.raises(DataError) as caught:
        read_market_data(paths, **choice)
    assert str(paths[0]) in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,eleven,100", "close 'eleven' is not a number"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,,100", "close '' is not a number"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,1_1,100", "close '1_1' is not a number"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,11", "7 columns expected, 6 found"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,11,100,7", "7 columns expected, 8 found"),
        ("yesterday,INFY,10,12,9,11,100", "ts 'yesterday' is not a time"),
        ("1619581560,INFY,10,12,9,11,100", "ts '1619581560' is not a time"),
        (",INFY,10,12,9,11,100", "ts '' is not a time"),
        ("2021-04-28T09:16:00+05:30,INFY,nan,12,9,11,100", "open nan is not a price above 0"),
        ("2021-04-28T09:16:00+05:30,INFY,10,inf,9,11,100", "high inf is not a price above 0"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,0,11,100", "low 0 is not a price above 0"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,-9,11,100", "low -9 is not a price above 0"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,11,-1", "volume -1 is not a volume"),
        ("2021-04-28T09:16:00+05:30,INFY,10,8,9,11,100", "high 8 is below low"),
        ("2021-04-28T09:16:00+05:30,INFY,8.5,12,9,11,100", "open 8.5 is outside low and high"),
        ("2021-04-28T09:16:00+05:30,INFY,10,12,9,12.05,100", "close 12.05 is outside low and high"),
        (
            "2021-04-28T09:15:00+05:30,INFY,10,12,9,11,100",
            "INFY at 2021-04-28T03:45:00Z is not after the bar before it",
        ),
        ("2021-04-28T09:14:00+05:30,INFY,10,12,9,11,100", "is not after the bar before it, 2021-04-28T03:45:00Z"),
        ("2021-04-28T09:16:00+05:30,INFY,0.003,0.003,0.003,0.003,1", "low rounds to 0"),
        ("2021-04-28T09:16:00+05:30,INFY,1e16,1e16,1e16,1e16,1", "too large to hold with 2 digits"),
        ("2021-04-28T09:16:00+05:30,,10,12,9,11,100", "is not a symbol"),
        ("0001-01-01T00:00:00+05:30,INFY,10,12,9,11,100", "ts lies in no year from 1900 to 2199"),
        ("9999-12-31T23:59:00+05:30,INFY,10,12,9,11,100", "ts lies in no year from 1900 to 2199"),
    ],
)
@pytest.mark.parametrize("name", ["b.csv", "b.csv.gz"])
def test_a_bad_bar_is_named_by_its_line(tmp_path: Path, name: str, row: str, reason: str) -> None:
    path = written(tmp_path / name, BARS_HEADER, GOOD, "", row, "2021-04-28T09:17:00+05:30,INFY,10,12,9,11,100")
    found = refusal(path)
    assert reason in found.reason
    assert found.line == 4
    assert str(found).startswith(f"{path}, line 4: ")


FIRST = "2021-04-28T09:15:00{},INFY,10,12,9,11,100"


@pytest.mark.parametrize(
    ("before", "time", "reason"),
    [
        ("+05:30", "2021-04-28T03:46:00Z", "has the offset Z, the first time has +05:30"),
        ("Z", "2021-04-28T14:46:00+05:30", "has the offset +05:30, the first time has Z"),
        ("+05:30", "2021-04-28T09:16:00", "has no offset, the first time has one"),
        ("", "2021-04-28T09:16:00+05:30", "has the offset +05:30, the first time has none"),
    ],
)
def test_times_in_mixed_zones_are_refused_by_their_line(tmp_path: Path, before: str, time: str, reason: str) -> None:
    row = f"{time},INFY,10,12,9,11,100"
    found = refusal(written(tmp_path / "b.csv", BARS_HEADER, FIRST.format(before), row))
    assert (found.line, found.reason) == (3, f"times in mixed zones: {time!r} {reason}; write all of them alike")
    pairs = zip(FIRST.format(before).split(","), row.split(","), strict=True)
    columns = dict(zip(BARS_HEADER.split(","), pairs, strict=True))
    numbers = {name: [float(text) for text in columns.pop(name)] for name in BARS_HEADER.split(",")[2:]}
    table = parquet_file(tmp_path / "b.parquet", **{name: list(texts) for name, texts in columns.items()}, **numbers)
    assert refusal(table).reason == f"row 2: {found.reason}"


def test_a_z_in_a_symbol_is_not_taken_for_a_times_zone(tmp_path: Path) -> None:
    rows = ["2021-04-28T03:45:00Z,ZEEL,10,12,9,11,100", "2021-04-28T09:16:00+05:30,ZEEL,10,12,9,11,100"]
    assert refusal(written(tmp_path / "b.csv", BARS_HEADER, *rows)).line == 3


def test_two_symbols_of_one_file_may_each_have_a_zone_of_their_own(tmp_path: Path) -> None:
    rows = [FIRST.format("+05:30"), "2021-04-28T03:46:00Z,BTC-USD,10,12,9,11,100"]
    assert read_market_data([written(tmp_path / "b.csv", BARS_HEADER, *rows)]).bar_count == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2021-04-28T09:16:00+05:30,INFY,nan,1", "price nan is not a number"),
        ("2021-04-28T09:16:00+05:30,INFY,10,-1", "quantity -1 is not a quantity"),
        ("2021-04-28T09:16:00+05:30,INFY,10,many", "quantity 'many' is not a number"),
        ("2021-04-28T09:16:00+05:30,INFY,-1e300,1", "too large"),
    ],
)
def test_a_tick_that_is_no_number_is_named_by_its_line(tmp_path: Path, row: str, reason: str) -> None:
    found = refusal(written(tmp_path / "t.csv", TICKS_HEADER, "2021-04-28T09:15:00+05:30,INFY,10,1", row))
    assert (found.line, reason in found.reason) == (3, True)


def test_the_first_of_several_bad_rows_is_named(tmp_path: Path) -> None:
    low_is_zero, high_below_low = "2021-04-28T09:17:00Z,INFY,1,1,0,1,1", "2021-04-28T09:16:00Z,INFY,9,8,9,9,1"
    found = refusal(written(tmp_path / "b.csv", BARS_HEADER, high_below_low, low_is_zero))
    assert (found.line, found.reason) == (2, "high 8 is below low")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("ts,symbol,open,high,low,close", "bars need volume; found ts, symbol, open"),
        ("ts,symbol,open,low,volume", "bars need high, close; found"),
        ("symbol,open,high,low,close,volume", "bars need ts; found"),
        ("ts,symbol,price", "ticks need quantity; found ts, symbol, price"),
        ("ltp,symbol", "cumulative ticks need timestamp, volume; found ltp, symbol"),
        ("ts,symbol,bid,ask", "no price columns"),
    ],
)
def test_missing_columns_are_named_with_those_found(tmp_path: Path, header: str, missing: str) -> None:
    assert missing in refusal(written(tmp_path / "b.csv", header, "1,2")).reason


def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", f"{BARS_HEADER},close", f"{GOOD},11")
    assert refusal(path).reason == "column close appears twice"


def test_empty_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    empty, header_only = written(tmp_path / "e.csv"), written(tmp_path / "h.csv", BARS_HEADER)
    assert refusal(empty).reason == "is empty"
    assert refusal(header_only).reason == "has a header and no rows"
    whole = gzip.compress(f"{BARS_HEADER}\n{GOOD}\n".encode())
    for name, content in {
        "cut.csv.gz": whole[:-12],
        "text.csv.gz": b"ts,open\n",
        "flipped.csv.gz": whole[:-8] + b"\0" * 8,
    }.items():
        (tmp_path / name).write_bytes(content)
        assert "is not a whole gzip file" in refusal(tmp_path / name).reason
    (tmp_path / "p.parquet").write_bytes(b"PAR1 not really")
    assert "is not a readable Parquet file" in refusal(tmp_path / "p.parquet").reason


def test_text_that_is_not_utf_8_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{BARS_HEADER}\n{GOOD}\n".encode() + b"2021-04-28T09:16:00+05:30,\xc9TAT,1,1,1,1,1\n")
    found = refusal(path)
    assert (found.line, found.reason) == (3, "is not UTF-8 text")


def test_parquet_rows_are_named_by_their_number(tmp_path: Path) -> None:
    columns = {"ts": ["2021-04-28T09:15:00Z", "2021-04-28T09:16:00Z"], "symbol": ["INFY"] * 2, "quantity": [1, 1]}
    assert (
        "row 2: price nan"
        in refusal(parquet_file(tmp_path / "nan.parquet", **columns, price=[1.0, float("nan")])).reason
    )
    assert (
        "row 2: price is empty" in refusal(parquet_file(tmp_path / "null.parquet", **columns, price=[1.0, None])).reason
    )
    assert "are not numbers" in refusal(parquet_file(tmp_path / "text.parquet", **columns, price=["1", "one"])).reason
    times = parquet_file(tmp_path / "times.parquet", **(columns | {"ts": [1, 2]}), price=[1, 1])
    assert "ts holds int64" in refusal(times).reason
    columns["ts"][1] = "noon"
    assert (
        "row 2: 'noon' is not a time" in refusal(parquet_file(tmp_path / "ts.parquet", **columns, price=[1, 1])).reason
    )


@pytest.mark.parametrize("symbol", [[1, 2], [True, False], [b"\xff", b"\xfe"], [["INFY"], ["INFY"]]])
def test_symbols_that_are_no_text_are_refused(tmp_path: Path, symbol: list[object]) -> None:
    times = ["2021-04-28T09:15:00Z", "2021-04-28T09:16:00Z"]
    path = parquet_file(tmp_path / "b.parquet", ts=times, symbol=symbol, price=[1.0, 1.0], quantity=[1, 1])
    assert "symbol holds" in (found := refusal(path).reason)
    assert "text is needed" in found


@pytest.mark.parametrize("seconds", ["30", "00.001"])
def test_bars_that_open_within_a_minute_are_refused(tmp_path: Path, seconds: str) -> None:
    """The engine judges bars as whole minutes end: these would be passed over in silence."""
    rows = [f"2021-04-28T09:{minute}:{seconds}+05:30,INFY,10,12,9,11,100" for minute in (15, 16)]
    found = refusal(written(tmp_path / "b.csv", BARS_HEADER, *rows))
    assert (found.line, "opens within a minute" in found.reason) == (2, True)


def test_bars_of_no_known_timeframe_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", BARS_HEADER, GOOD, "2021-04-28T09:15:30+05:30,INFY,10,12,9,11,100")
    assert refusal(path).reason == "bars are 30 s apart; there are timeframes of 1m, 3m, 5m, 15m, 30m, 1h"


def test_a_symbol_or_days_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", BARS_HEADER, GOOD)
    assert refusal(path, symbols=["TCS", "INFY"]).reason == "no rows of TCS; there are INFY"
    assert "no rows between 2021-05-01" in refusal(path, first_day=date(2021, 5, 1)).reason
    with pytest.raises(InvalidValue, match="Mars/Olympus"):
        read_market_data([path], zone="Mars/Olympus")


def test_a_symbol_can_not_be_given_twice(tmp_path: Path) -> None:
    bars, ticks = tmp_path / "bars.csv", tmp_path / "ticks.csv"
    written(bars, BARS_HEADER, GOOD, "2021-04-28T09:16:00+05:30,INFY,10,12,9,11,100")
    written(ticks, CUMULATIVE_HEADER.replace("timestamp", "timestamp,symbol"), "2021-04-28 09:15:01,INFY,10,0")
    assert "holds bars of INFY" in refusal(bars, ticks).reason
    again = written(tmp_path / "again.csv", BARS_HEADER, "2021-04-28T09:16:00+05:30,INFY,10,12,9,11,100")
    assert "has them too" in refusal(again, bars).reason
    wider = [f"2021-04-29T09:{minute}:00+05:30,INFY,10,12,9,11,100" for minute in (15, 20)]
    assert "holds 5m bars of INFY" in refusal(written(tmp_path / "five.csv", BARS_HEADER, *wider), bars).reason
