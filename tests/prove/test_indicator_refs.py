"""Indicators beside published values, and beside TA-Lib on real bars. Fed by the folder that LOCKSTEP_PROVE_DATA names.

Left out are the files that the data's README warns of (their means begin with the first value), and the published ATR,
whose first true range is the first bar's.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import talib

from engine.core.indicators import IndicatorKey, IndicatorSet
from engine.domain.instant import DAY, MINUTE, SECOND
from engine.market_data.readers import read_market_data
from tests.core import formulas
from tests.core.test_indicators_beside_talib import MACD_FORGETS, SAME, TOLERANCE

pytestmark = pytest.mark.prove

DATA = Path(os.environ.get("LOCKSTEP_PROVE_DATA", "."))
REFS = DATA / "indicator_refs"
IST = 19_800 * SECOND
SKENDER: tuple[tuple[str, str, IndicatorKey], ...] = (
    ("sma", "sma", ("sma", 20)),
    ("ema", "ema", ("ema", 20)),
    ("rsi", "rsi", ("rsi", 14)),
    ("atr", "atr", ("atr", 14)),
    ("macd", "macd", ("macd_line", 12, 26, 9)),
    ("macd", "signal", ("macd_signal", 12, 26, 9)),
    ("macd", "histogram", ("macd_histogram", 12, 26, 9)),
    ("bb", "sma", ("bollinger_middle", 20, 2)),
    ("bb", "upperBand", ("bollinger_upper", 20, 2)),
    ("bb", "lowerBand", ("bollinger_lower", 20, 2)),
)


def rows(name: str) -> list[dict[str, str]]:
    with (REFS / name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def values(key: IndicatorKey, bars: Sequence[Sequence[float]]) -> list[float | None]:
    """One indicator at each bar: high, low, close and, if there is one, volume, all of one session."""
    kept, out = IndicatorSet(), []
    kept.keep((key,))
    for number, (high, low, close, *volume) in enumerate(bars):
        kept.update(high, low, close, *(volume or (0.0,)), opened_at=MINUTE, close_at=(number + 2) * MINUTE)
        out.append(kept.values[key])
    return out


@pytest.mark.parametrize(("file", "column", "key"), SKENDER, ids=str)
def test_502_daily_bars_give_the_values_of_an_independent_library(file: str, column: str, key: IndicatorKey) -> None:
    bars = [[float(row[name]) for name in ("high", "low", "close")] for row in rows("skender/default.csv")]
    told = gzip.decompress((REFS / f"skender/{file}.standard.json.gz").read_bytes())
    wanted = [row[column] for row in json.loads(told)]
    assert len(bars) == len(wanted) == 502
    checked = 0
    for number, (found, value) in enumerate(zip(values(key, bars), wanted, strict=True)):
        assert (found is None) == (value is None), f"bar {number}"
        if value is not None:
            assert found == pytest.approx(value, rel=0, abs=TOLERANCE), f"bar {number}"
            checked += 1
    assert checked > 460


def test_the_published_rsi_comes_out_to_its_printed_digits() -> None:
    published = rows("stockcharts_rsi14_wilder.csv")
    closes = [float(row["Close"]) for row in published]
    found = values(("rsi", 14), [(close, close, close) for close in closes])
    printed = [row["RSI14_wilder"] for row in published]
    assert sum(1 for text in printed if text) == 19
    assert ["" if value is None else f"{value:.2f}" for value in found] == printed


@pytest.mark.parametrize(
    ("column", "key"),
    [("MiddleBand", ("sma", 20)), ("HighBand", ("bollinger_upper", 20, 2)), ("LowBand", ("bollinger_lower", 20, 2))],
)
def test_the_published_bollinger_bands_come_out_to_their_printed_digits(column: str, key: IndicatorKey) -> None:
    published = rows("stockcharts_via_ta/cs-bbands.csv")
    closes = [float(row["Close"]) for row in published]
    found = values(key, [(close, close, close) for close in closes])
    assert len([row for row in published if row[column]]) > 20
    for value, row in zip(found, published, strict=True):
        if row[column]:
            assert value == pytest.approx(float(row[column]), rel=0, abs=1.5e-6)


def test_the_published_vwap_comes_out() -> None:
    """Its first 14 rows: the source then leaves the oldest out, a session never does."""
    published = rows("stockcharts_via_ta/cs-vwap.csv")[:14]
    bars = [[float(row[name]) for name in ("High", "Low", "Close", "Volume")] for row in published]
    found = values(("vwap",), bars)
    assert found == [pytest.approx(float(row["vwap"]), rel=0, abs=TOLERANCE) for row in published]


def test_minutes_of_real_shares_give_ta_libs_values_at_every_bar() -> None:
    data = read_market_data([DATA / "nse_stocks_2021_1min" / f"{name}.csv.gz" for name in ("SBIN", "RELIANCE")])
    for part in data.bars:
        scale = 10**part.instrument.price_digits
        columns = tuple(np.asarray(column, float) / scale for column in (part.high, part.low, part.close))
        bars = list(zip(*(column.tolist() for column in columns), strict=True))
        assert len(bars) > 7_000
        for key, by_talib in SAME.items():
            found = np.array([np.nan if value is None else value for value in values(key, bars)])
            wanted = by_talib(columns)
            assert np.array_equal(np.isnan(found), np.isnan(wanted)), key
            assert np.nanmax(np.abs(found - wanted)) <= TOLERANCE, (part.instrument.symbol, key)
        by_text = formulas.supertrend(*(column.tolist() for column in columns), 10, 3.0)
        for value, text in zip(values(("supertrend", 10, 3.0), bars), by_text, strict=True):
            assert (value is None) == (text is None)
            assert value is None or text is None or value == pytest.approx(text[0], rel=0, abs=TOLERANCE)


def minutes(name: str) -> tuple[list[tuple[float, ...]], list[int], int]:
    """A share's bars of 2021 as high, low, close and volume in rupees; their opens; how many days they are of."""
    (part,) = read_market_data([DATA / "nse_stocks_2021_1min" / f"{name}.csv.gz"]).bars
    scale = 10**part.instrument.price_digits
    prices = [(np.asarray(column, float) / scale).tolist() for column in (part.high, part.low, part.close)]
    return list(zip(*prices, part.volume.tolist(), strict=True)), part.open_at.tolist(), len(part.days)


@pytest.mark.parametrize("name", ["SBIN", "RELIANCE"])
def test_macd_on_minutes_of_real_shares_becomes_ta_libs(name: str) -> None:
    """TA-Lib begins the fast mean with the slow one; what that changes halves every four bars and is gone after 200."""
    bars, _, _ = minutes(name)
    closes = np.array([close for _, _, close, _ in bars])
    keys = [(f"macd_{part}", 12, 26, 9) for part in ("line", "signal", "histogram")]
    for key, wanted in zip(keys, talib.MACD(closes, 12, 26, 9), strict=True):
        found = values(key, bars)
        assert [value is None for value in found[:50]] == [
            number < (25 if "line" in key[0] else 33) for number in range(50)
        ]
        apart = np.abs(np.array(found[33:], float) - wanted[33:])
        assert len(apart) > 7_000
        assert apart[MACD_FORGETS:].max() <= TOLERANCE


@pytest.mark.parametrize("name", ["SBIN", "RELIANCE"])
def test_vwap_on_minutes_of_real_shares_begins_anew_each_session(name: str) -> None:
    """Sums of typical price times volume over sums of volume, reckoned for each day by itself, exactly."""
    bars, opens, days = minutes(name)
    kept = IndicatorSet()
    kept.keep((("vwap",),))
    sums: dict[int, tuple[Fraction, Fraction]] = {}
    for (high, low, close, volume), open_at in zip(bars, opens, strict=True):
        day = (open_at + IST) // DAY
        session_open = day * DAY - IST + 555 * MINUTE
        kept.update(high, low, close, volume, opened_at=session_open, close_at=open_at + MINUTE)
        money, shares = sums.get(day, (Fraction(0), Fraction(0)))
        money += (Fraction(high) + Fraction(low) + Fraction(close)) / 3 * Fraction(volume)
        shares += Fraction(volume)
        sums[day] = money, shares
        if shares:
            assert kept.values[("vwap",)] == pytest.approx(float(money / shares), rel=0, abs=TOLERANCE)
    assert len(sums) == days >= 22
