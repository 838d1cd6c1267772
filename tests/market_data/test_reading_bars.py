"""Bar files in every format, and what is made of them."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from engine.domain.instant import DAY, MINUTE, instant_of
from engine.market_data.columns import BarColumns
from engine.market_data.readers import read_market_data
from tests.market_data.written import BARS_HEADER, parquet_file, written

OPEN = instant_of(datetime(2021, 4, 28, 3, 45, tzinfo=UTC))


def only(*paths: Path, **choice: object) -> BarColumns:
    data = read_market_data(paths, **choice)
    assert not data.ticks
    (part,) = data.bars
    return part


def two_bars(path: Path) -> Path:
    return written(
        path,
        BARS_HEADER,
        "2021-04-28T09:15:00+05:30,SBIN,350.1,351,350,350.85,1200",
        "2021-04-28T10:16:00+06:30,SBIN,350.85,350.9,349.05,349.1,900",
    )


@pytest.mark.parametrize("name", ["SBIN.csv", "SBIN.csv.gz"])
def test_bars_are_read_with_their_offsets_that_summer_time_may_change(tmp_path: Path, name: str) -> None:
    part = only(two_bars(tmp_path / name))
    assert part.instrument.symbol == "SBIN"
    assert part.timeframe == "1m"
    assert part.open_at.tolist() == [OPEN, OPEN + MINUTE]
    assert part.close_at.tolist() == [OPEN + MINUTE, OPEN + 2 * MINUTE]
    assert part.open.tolist() == [35010, 35085]
    assert part.high.tolist() == [35100, 35090]
    assert part.low.tolist() == [35000, 34905]
    assert part.close.tolist() == [35085, 34910]
    assert part.volume.tolist() == [1200.0, 900.0]


@pytest.mark.parametrize("stamp", [pa.timestamp("ns", "Asia/Kolkata"), pa.timestamp("ms", "UTC"), pa.timestamp("us")])
def test_parquet_timestamps_of_any_unit_and_zone_are_read(tmp_path: Path, stamp: pa.TimestampType) -> None:
    # A timestamp column without a zone holds what the venue's clock showed: 5.5 hours more than UTC.
    shown = OPEN if stamp.tz else OPEN + 330 * MINUTE
    instants = pa.array([shown, shown + MINUTE], pa.int64()).cast(pa.timestamp("us")).cast(pa.timestamp(stamp.unit))
    path = parquet_file(
        tmp_path / "bars.parquet",
        ts=instants.cast(stamp),
        symbol=pa.array(["SBIN", "SBIN"]).dictionary_encode(),
        open=[350.1, 350.85],
        high=[351.0, 350.9],
        low=[350.0, 349.05],
        close=[350.85, 349.1],
        volume=[1200, 900],
    )
    part = only(path)
    assert part.open_at.tolist() == [OPEN, OPEN + MINUTE]
    assert part.close.tolist() == [35085, 34910]


def test_a_time_without_offset_is_in_the_venues_zone_or_the_one_asked_for(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv", BARS_HEADER, "2021-04-28 09:15:00,SBIN,1,1,1,1,0", "2021-04-28 09:15,BTC-USD,1,1,1,1,0"
    )
    nse, coin = sorted(read_market_data([path]).bars, key=lambda part: part.instrument.venue, reverse=True)
    assert nse.open_at.tolist() == [OPEN]
    assert coin.open_at.tolist() == [instant_of(datetime(2021, 4, 28, 9, 15, tzinfo=UTC))]
    for part in read_market_data([path], zone="America/New_York").bars:
        assert part.open_at.tolist() == [instant_of(datetime(2021, 4, 28, 13, 15, tzinfo=UTC))]


def test_summer_time_is_applied_hour_by_hour(tmp_path: Path) -> None:
    path = written(
        tmp_path / "BTC-USD.csv",
        "ts,open,high,low,close,volume",
        "2021-03-14T01:00:00,1,1,1,1,0",
        "2021-03-14T03:00:00,1,1,1,1,0",
    )
    part = only(path, zone="America/New_York")
    assert np.diff(part.open_at).tolist() == [60 * MINUTE]
    assert part.timeframe == "1h"


def test_symbols_in_one_file_become_parts_in_the_order_of_symbols(tmp_path: Path) -> None:
    rows = [
        f"2021-04-28T09:{15 + minute}:00+05:30,{symbol},9,9,9,9,1" for minute in range(3) for symbol in ("TCS", "INFY")
    ]
    data = read_market_data([written(tmp_path / "both.csv", BARS_HEADER, *rows)])
    assert data.symbols == ("INFY", "TCS")
    assert [part.open_at.tolist() for part in data.bars] == [[OPEN, OPEN + MINUTE, OPEN + 2 * MINUTE]] * 2
    assert data.bar_count == 6


def test_the_smallest_step_is_the_timeframe(tmp_path: Path) -> None:
    rows = [f"2021-04-28T{clock}:00+05:30,INFY,9,9,9,9,1" for clock in ("09:15", "09:30", "09:35")]
    assert only(written(tmp_path / "five.csv", BARS_HEADER, *rows)).timeframe == "5m"


def test_symbols_and_days_can_be_chosen_both_ends_included(tmp_path: Path) -> None:
    rows = [
        f"2021-04-{day}T{clock}:00+05:30,{symbol},9,9,9,9,1"
        for symbol in ("INFY", "TCS")
        for day in (27, 28, 29, 30)
        for clock in ("09:15", "09:16")
    ]
    path = written(tmp_path / "four.csv", BARS_HEADER, *rows)
    part = only(path, symbols=["TCS"], first_day=date(2021, 4, 28), last_day=date(2021, 4, 29))
    assert part.instrument.symbol == "TCS"
    assert part.open_at.tolist() == [
        OPEN,
        OPEN + MINUTE,
        OPEN + DAY,
        OPEN + DAY + MINUTE,
    ]


def test_a_busy_day_gets_a_session_though_the_calendar_is_closed_and_a_stray_bar_does_not(tmp_path: Path) -> None:
    def minutes(day: str, count: int) -> list[str]:
        return [f"{day}T{9 + (15 + m) // 60:02d}:{(15 + m) % 60:02d}:00+05:30,INFY,9,9,9,9,1" for m in range(count)]

    # 2021-04-21 was a holiday and 2021-04-24 a Saturday; 2021-04-26 an ordinary Monday with a feed that died.
    rows = minutes("2021-04-20", 40) + minutes("2021-04-21", 3) + minutes("2021-04-24", 4) + minutes("2021-04-26", 2)
    part = only(written(tmp_path / "INFY.csv", BARS_HEADER, *rows))
    assert [str(np.datetime64(int(day), "D")) for day in part.days] == ["2021-04-20", "2021-04-24", "2021-04-26"]
    assert len(part) == 49


def test_columns_that_are_not_needed_are_named_once(tmp_path: Path) -> None:
    for symbol in ("INFY", "TCS"):
        written(
            tmp_path / f"{symbol}.csv", f"{BARS_HEADER},n_ticks,oi", f"2021-04-28T09:15:00+05:30,{symbol},9,9,9,9,1,5,x"
        )
    assert read_market_data([tmp_path]).notes == ("columns not used: n_ticks, oi (2 files)",)


def test_two_files_of_a_symbol_follow_each_other_whatever_their_names(tmp_path: Path) -> None:
    header = BARS_HEADER
    written(tmp_path / "a.csv", header, *(f"2021-04-29T09:1{m}:00+05:30,INFY,9,9,9,9,1" for m in (5, 6)))
    written(tmp_path / "b.csv", header, *(f"2021-04-28T09:1{m}:00+05:30,INFY,9,9,9,9,1" for m in (5, 6)))
    data = read_market_data([tmp_path])
    assert [int(part.open_at[0]) for part in data.bars] == [OPEN, OPEN + DAY]


def test_prices_round_half_to_even_as_decimals_do(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", BARS_HEADER, "2021-04-28T09:15:00+05:30,INFY,1.015,1.025,1.005,1.02,1")
    part = only(path)
    assert (part.open.tolist(), part.high.tolist(), part.low.tolist()) == ([102], [102], [100])
