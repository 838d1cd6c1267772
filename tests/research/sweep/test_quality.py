"""What makes data too bad to search on, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.domain.instant import MINUTE, iso
from engine.domain.market import Bar
from engine.market_data.readers import read_market_data
from engine.research.sweep.quality import Quality, quality_of
from tests.cli.generated import MARKET, tick_rows, write_csv, write_ticks

HEADER = ("ts", "symbol", "open", "high", "low", "close", "volume")
Rows = list[tuple[Any, ...]]


def looked_at(tmp_path: Path, change: Callable[[list[Bar]], list[Bar]], factor: int = 1, after: int = 99) -> Quality:
    """The quality of three days of a symbol after a change; prices are divided by `factor` from day `after` on."""
    rows: Rows = []
    for day in (2, 3, 4):
        by = 100 * (factor if day >= after else 1)
        for bar in change([bar for bar in MARKET.bars(day) if bar.symbol == "RELIANCE"]):
            prices = [round(price / by, 2) for price in (bar.open, bar.high, bar.low, bar.close)]
            rows.append((iso(bar.open_at), bar.symbol, *prices, bar.volume * by / 100))
    return quality_of(read_market_data([write_csv(tmp_path / "bars.csv", HEADER, rows)]))


def test_whole_days_are_good(tmp_path: Path) -> None:
    quality = looked_at(tmp_path, lambda bars: bars)
    assert quality.bad is None
    assert quality.series[0].covered == 1.0
    assert quality.lines() == ["data: 1 series, 1,125 rows; the least covered has 100.0 % of its sessions"]


def test_minutes_missing_all_day_long_make_an_illiquid_symbol_and_no_hole(tmp_path: Path) -> None:
    quality = looked_at(tmp_path, lambda bars: [bar for number, bar in enumerate(bars) if number % 10 < 2])
    assert quality.bad is None
    assert quality.series[0].holes == 0


def test_an_hour_missing_each_day_is_a_hole_that_is_told_and_too_much(tmp_path: Path) -> None:
    quality = looked_at(tmp_path, lambda bars: bars[:100] + bars[160:])
    assert quality.series[0].holes == 3
    assert quality.series[0].covered == pytest.approx(1 - 60 / 375)
    assert quality.bad == "NSE/RELIANCE/1m covers 84 % of its sessions, 90 % are needed"
    assert "holes of a quarter of an hour or more: 3, the longest 60 min" in quality.lines()[1]


def test_a_day_in_two_files_counts_once(tmp_path: Path) -> None:
    rows = [row for row in tick_rows(["RELIANCE"], minutes=375) if not "05:00" <= row[0][11:16] < "06:00"]
    cut = len(rows) // 4
    files = [
        write_ticks(tmp_path / name / "RELIANCE.csv", some) for name, some in (("a", rows[:cut]), ("b", rows[cut:]))
    ]
    (one,) = quality_of(read_market_data(files)).series
    assert (one.days, one.holes) == (1, 1)
    assert one.covered == pytest.approx(1 - 60 / 375, abs=0.002)


def test_a_split_that_nobody_adjusted_is_too_much(tmp_path: Path) -> None:
    quality = looked_at(tmp_path, lambda bars: bars, factor=2, after=4)
    assert quality.bad is not None
    assert quality.bad.startswith("NSE/RELIANCE/1m looks like an unadjusted split on ")


def test_bars_after_the_close_are_told_and_too_many_of_them_are_too_much(tmp_path: Path) -> None:
    def longer(minutes: int) -> Callable[[list[Bar]], list[Bar]]:
        def change(bars: list[Bar]) -> list[Bar]:
            last = bars[-1]
            later = [
                Bar(last.symbol, last.timeframe, last.open_at + number * MINUTE, last.close_at + number * MINUTE,
                    last.close, last.close, last.close, last.close, 1.0)
                for number in range(1, minutes + 1)
            ]  # fmt: skip
            return [*bars, *later]

        return change

    few, many = looked_at(tmp_path, longer(2)), looked_at(tmp_path, longer(30))
    assert few.bad is None
    assert "NSE/RELIANCE/1m: 6 bars outside the session" in few.lines()[-1]
    assert many.bad == "NSE/RELIANCE/1m has 90 of 1,215 bars outside its sessions"


def test_ticks_that_can_not_be_are_counted_by_rule_and_too_many_are_too_much(tmp_path: Path) -> None:
    rows = tick_rows(("RELIANCE",), minutes=375)
    clean = quality_of(read_market_data([write_ticks(tmp_path / "clean.csv", rows)]))
    assert clean.bad is None
    dirty = [row if number % 20 else (row[0], row[1], row[2] * 3, row[3]) for number, row in enumerate(rows)]
    found = quality_of(read_market_data([write_ticks(tmp_path / "dirty.csv", dirty)]))
    assert sum(found.dropped.values()) > 0.04 * found.ticks
    assert found.bad is not None
    assert "ticks have a price or a day that can't be" in found.bad
    assert "ticks left out: " in found.lines()[-1]


def test_repeats_and_ticks_a_second_late_are_told_and_harmless(tmp_path: Path) -> None:
    rows = tick_rows(("RELIANCE",), minutes=375)
    doubled = [(at, symbol, price, 0.0) for at, symbol, price, _ in rows for _ in range(2)]
    doubled[10:12], doubled[40:42] = doubled[40:42], doubled[10:12]
    found = quality_of(read_market_data([write_ticks(tmp_path / "doubled.csv", doubled)]))
    assert found.dropped["repeat"] > 0.3 * found.ticks
    assert found.bad is None
    assert "repeat" in found.lines()[-1]
