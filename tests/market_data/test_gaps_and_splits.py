"""Where data has nothing though the venue traded, and nights that look like a split: found by stated rules, no more."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.domain.instant import MINUTE
from engine.market_data.calendar import Sessions, calendar_for
from engine.market_data.gaps import expected_opens, gaps_of, missing_days
from engine.market_data.instruments import instrument_for
from engine.market_data.readers import read_market_data
from engine.market_data.splits import overnight_jumps
from tests.market_data.test_calendar import ist
from tests.market_data.written import BARS_HEADER, TICKS_HEADER, written

SESSIONS = Sessions(calendar_for)
FIRST = date(2021, 6, 1)


def days_of(path: Path, closes: list[float], volumes: list[float], symbol: str = "INFY", digits: int = 2) -> Path:
    """Two bars a trading day, at prices that stand still within a day."""
    lines, day = [], FIRST
    for close, volume in zip(closes, volumes, strict=True):
        price = f"{close:.{digits}f}"
        lines += [
            f"{day}T09:{minute}:00+05:30,{symbol},{price},{price},{price},{price},{volume}" for minute in (15, 16)
        ]
        day = calendar_for("NSE").next_day(day)
    return written(path, BARS_HEADER, *lines)


def jumps(path: Path) -> list[tuple[str, str | None]]:
    """Nights: the day after, and the split they look like."""
    found = overnight_jumps(read_market_data([path]).bars, SESSIONS)
    return [(jump.day, jump.ratio) for jump in found]


@pytest.mark.parametrize("ratio", ["3/2", "2", "5", "10", "1/10"])
def test_a_night_at_a_ratio_that_companies_use_with_as_much_money_is_suspected(tmp_path: Path, ratio: str) -> None:
    top, _, bottom = ratio.partition("/")
    times = float(top) / float(bottom or 1)
    path = days_of(tmp_path / "b.csv", [600.0] * 4 + [600 / times] * 4, [1_000.0] * 4 + [1_000 * times] * 4)
    assert jumps(path) == [("2021-06-07", ratio)]


def test_a_crash_is_a_jump_and_no_split_for_it_multiplies_turnover(tmp_path: Path) -> None:
    path = days_of(tmp_path / "b.csv", [600.0] * 4 + [302.0] * 4, [1_000.0] * 4 + [9_000.0] * 4)
    assert jumps(path) == [("2021-06-07", None)]


def test_a_fall_to_a_ratio_that_nobody_uses_is_a_jump(tmp_path: Path) -> None:
    assert jumps(days_of(tmp_path / "b.csv", [600.0] * 4 + [430.0] * 4, [1_000.0] * 8)) == [("2021-06-07", None)]


def test_of_an_index_the_price_alone_speaks(tmp_path: Path) -> None:
    assert jumps(days_of(tmp_path / "b.csv", [600.0] * 4 + [300.0] * 4, [0.0] * 8, symbol="NIFTY50")) == [
        ("2021-06-07", "2")
    ]


def test_ordinary_nights_are_not_told(tmp_path: Path) -> None:
    assert jumps(days_of(tmp_path / "b.csv", [600.0, 650.0, 580.0, 690.0, 600.0], [1_000.0] * 5)) == []


def gaps(*paths: Path) -> list[tuple[int, int, int]]:
    """From and to in minutes after nine, and bars."""
    parts = read_market_data(paths).parts
    days = parts[0].days
    found = gaps_of(parts, days, SESSIONS)
    nine = ist("2026-08-05T09:00")
    return [((gap.begins_at - nine) // MINUTE, (gap.ends_at - nine) // MINUTE, gap.bars) for gap in found]


def minutes(path: Path, symbol: str, *spans: tuple[int, int]) -> Path:
    rows = [
        f"2026-08-05T{9 + minute // 60:02}:{minute % 60:02}:00+05:30,{symbol},10,12,9,11,1"
        for begins, ends in spans
        for minute in range(begins, ends)
    ]
    return written(path, BARS_HEADER, *rows)


def test_missing_bars_are_gaps_until_the_symbol_leaves_continuous_trading(tmp_path: Path) -> None:
    share = minutes(tmp_path / "a.csv", "INFY", (15, 60), (63, 375))
    assert gaps(share) == [(60, 63, 3)], "its closing auction begins at 15:15"
    other = minutes(tmp_path / "b.csv", "SMALLCAP", (15, 60), (63, 375))
    assert gaps(other) == [(60, 63, 3), (375, 390, 15)]


def test_more_than_a_minute_without_a_tick_is_a_gap(tmp_path: Path) -> None:
    rows = [
        f"2026-08-05T{9 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+05:30,INFY,10,1"
        for second in [*range(900, 3_600, 30), 3_630, *range(3_691, 22_500, 30)]
    ]
    assert gaps(written(tmp_path / "t.csv", TICKS_HEADER, *rows)) == [(60, 61, 0)]


def test_trading_days_without_a_row_are_missing_and_holidays_are_not() -> None:
    nse = calendar_for("NSE")
    midnights = [nse.midnight(date(2021, 4, day)) for day in (12, 15, 19)]
    days = [(at + nse.utc_offset_s * 1_000_000) // (1_440 * MINUTE) for at in midnights]
    assert missing_days(nse, np.array(days)) == ("2021-04-13", "2021-04-16")


def test_bars_are_expected_in_sessions_alone() -> None:
    since = calendar_for("NSE").midnight(date(2021, 4, 13))
    opens = expected_opens(instrument_for("INFY"), "1m", since, since + timedelta(days=3) // timedelta(microseconds=1))
    assert len(opens) == 2 * 375, "the fourteenth is a holiday"
    assert (opens[0], opens[375]) == (ist("2021-04-13T09:15"), ist("2021-04-15T09:15"))
