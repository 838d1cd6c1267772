"""Tick files in every form, and the places of their dirt."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from engine.domain.instant import DAY, SECOND, instant_of
from engine.market_data.columns import TickColumns
from engine.market_data.readers import read_market_data
from tests.market_data.written import CUMULATIVE_HEADER, TICKS_HEADER, parquet_file, written

OPEN = instant_of(datetime(2021, 4, 16, 3, 45, tzinfo=UTC))


def only(path: Path, **choice: object) -> TickColumns:
    data = read_market_data([path], **choice)
    assert not data.bars
    (part,) = data.ticks
    return part


def test_ticks_are_read_in_the_files_order(tmp_path: Path) -> None:
    path = written(
        tmp_path / "t.csv",
        TICKS_HEADER,
        "2021-04-16T09:15:01+05:30,INFY,1350.5,10",
        "2021-04-16T09:15:00.250+05:30,INFY,1350.05,3",
        "2021-04-16T09:15:02+05:30,INFY,-1,0",
    )
    part = only(path)
    assert part.at.tolist() == [OPEN + SECOND, OPEN + SECOND // 4, OPEN + 2 * SECOND]
    assert part.price.tolist() == [135050, 135005, -100]
    assert part.quantity.tolist() == [10.0, 3.0, 0.0]
    assert part.place.tolist() == [OPEN + SECOND, OPEN + SECOND, OPEN + 2 * SECOND]


def test_a_tick_without_a_time_that_any_calendar_knows_is_dirt_like_other_wrong_days(tmp_path: Path) -> None:
    path = written(
        tmp_path / "t.csv",
        TICKS_HEADER,
        "0001-01-01T00:00:00,INFY,1350,10",
        "2021-04-16T09:15:00,INFY,1350,10",
        "9999-12-31T23:59:59,INFY,1350,10",
    )
    part = only(path)
    assert part.place.tolist() == [OPEN] * 3
    assert part.days.tolist() == [OPEN // DAY]
    assert part.at[0] < 0 < OPEN < part.at[2]


def test_trades_of_a_venue_are_ticks_named_by_their_file(tmp_path: Path) -> None:
    path = written(
        tmp_path / "BTCUSDT.csv.gz",
        "ts,trade_id,price,quantity,buyer_maker",
        "2021-01-08T00:00:00.278000Z,553287559,39432.48,0.000263,True",
        "2021-01-08T00:00:00.278000Z,553287560,39439.44,0.004376,False",
    )
    part = only(path)
    assert part.instrument.symbol == "BTCUSDT"
    assert part.price.tolist() == [3943248, 3943944]
    assert part.quantity.tolist() == [0.000263, 0.004376]


def test_cumulative_volume_becomes_rises_of_its_maximum_within_a_day(tmp_path: Path) -> None:
    path = written(
        tmp_path / "INFY.csv.gz",
        CUMULATIVE_HEADER,
        "2021-04-16 09:15:01,1350,500",
        "2021-04-16 09:15:02,1350,800",
        "2021-04-16 09:15:02,1350,700",
        "2021-04-16 09:15:03,1350,790",
        "2021-04-16 09:15:04,1350,950",
        "2021-04-19 09:15:01,1350,60",
        "2021-04-19 09:15:02,1350,75",
    )
    assert only(path).quantity.tolist() == [0, 300, 0, 0, 150, 0, 15]


def test_rows_of_a_wrong_day_keep_their_place_and_their_own_time(tmp_path: Path) -> None:
    good = [f"2021-04-16 09:15:{second:02d},1350,0" for second in range(30)]
    rows = [
        *good[:20],
        "1970-01-01 05:30:00,1350,0",
        *good[20:],
        "2021-04-19 09:15:00,1351,0",
        "2021-04-19 09:15:01,1351,0",
    ]
    part = only(written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, *rows))
    assert part.at[20] == 0
    assert part.place[20] == OPEN + 19 * SECOND
    assert part.place[31:].tolist() == [OPEN + 29 * SECOND] * 2
    assert part.at[31] == OPEN + 3 * 86_400 * SECOND
    assert len(part.days) == 1


def test_a_clock_at_its_zero_is_no_day_however_often_it_is_read(tmp_path: Path) -> None:
    zero = ["1970-01-01 05:30:00,1350,0"] * 30
    good = [f"2021-04-16 09:15:{second:02d},1350,0" for second in range(20)]
    part = only(written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, *zero, *good, *zero))
    assert part.days.tolist() == [(OPEN + 330 * 60 * SECOND) // (86_400 * SECOND)]
    assert part.place.tolist() == [OPEN] * 30 + part.at[30:50].tolist() + [OPEN + 19 * SECOND] * 30


def test_dirt_before_the_first_true_row_goes_with_that_row(tmp_path: Path) -> None:
    good = [f"2021-04-16 09:15:{second:02d},1350,0" for second in range(20)]
    part = only(written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, "1970-01-01 05:30:00,1350,0", *good))
    assert part.place[:2].tolist() == [OPEN, OPEN]


def test_a_day_with_a_tenth_of_the_busiest_ones_rows_counts(tmp_path: Path) -> None:
    def day(date_text: str, rows: int) -> list[str]:
        return [f"{date_text} 09:15:{second:02d},1350,0" for second in range(rows)]

    rows = day("2021-04-16", 50) + day("2021-04-19", 5) + day("2021-04-20", 4)
    assert len(only(written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, *rows)).days) == 2


def test_dirt_goes_with_the_day_that_it_lies_among_when_days_are_chosen(tmp_path: Path) -> None:
    friday = [f"2021-04-16 09:15:{second:02d},1350,0" for second in range(20)]
    monday = [f"2021-04-19 09:15:{second:02d},1350,0" for second in range(20)]
    path = written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, *friday, "1970-01-01 05:30:00,1,0", *monday)
    assert len(only(path, last_day=date(2021, 4, 16))) == 21
    assert len(only(path, first_day=date(2021, 4, 17))) == 20


def test_parquet_ticks_with_text_times_are_read(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path / "ticks.parquet",
        ts=["2021-04-16T09:15:01+05:30", "2021-04-16T09:15:02+0530"],
        symbol=["INFY", "INFY"],
        price=pa.array(["1350.05", "1350.10"]).cast(pa.decimal128(10, 2)),
        quantity=[10, 20],
    )
    part = only(path)
    assert part.at.tolist() == [OPEN + SECOND, OPEN + 2 * SECOND]
    assert part.price.tolist() == [135005, 135010]


def test_the_columns_can_not_be_written_to(tmp_path: Path) -> None:
    part = only(written(tmp_path / "t.csv", TICKS_HEADER, "2021-04-16T09:15:01+05:30,INFY,1350.5,10"))
    arrays = (part.at, part.price, part.quantity, part.place, part.days)
    assert not any(array.flags.writeable for array in arrays)


def test_a_recorder_left_on_until_the_next_opening_makes_no_second_day(tmp_path: Path) -> None:
    lines = [f"2021-04-16 10:{minute:02d}:00,1350,{minute}" for minute in range(60)]
    lines += [f"2021-04-19 0{6 + minute // 60}:{minute % 60:02d}:00,1350,60" for minute in range(150)]
    lines += ["2021-04-19 09:15:01,1350,60"]
    file = tmp_path / "NIFTY50.csv"
    file.write_text("\n".join(["timestamp,ltp,volume", *lines]) + "\n")
    (part,) = read_market_data([file]).ticks
    assert len(part) == 211
    assert [date.fromordinal(date(1970, 1, 1).toordinal() + day) for day in part.days.tolist()] == [date(2021, 4, 16)]
