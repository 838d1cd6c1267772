"""Every indicator that TA-Lib has equals it at every bar, and is warm at the same bar, where the conventions agree.

They agree in all but one: TA-Lib begins MACD's fast mean with the slow one, so that its first values differ from the
contract's (a mean of the first 12 closes); the difference halves every four bars.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import talib

from engine.core.indicators import IndicatorKey, IndicatorSet
from tests.builders.market import walk

LENGTH = 1_200  # beyond two purges of what talipp keeps
TOLERANCE = 1e-9
MACD_FORGETS = 200  # bars until TA-Lib's other beginning is below the tolerance

Columns = tuple[Any, Any, Any]
SAME: dict[IndicatorKey, Callable[[Columns], Any]] = {
    ("momentum", 10): lambda c: talib.MOM(c[2], 10),
    ("sma", 20): lambda c: talib.SMA(c[2], 20),
    ("sma", 200): lambda c: talib.SMA(c[2], 200),
    ("ema", 12): lambda c: talib.EMA(c[2], 12),
    ("rsi", 14): lambda c: talib.RSI(c[2], 14),
    ("rsi", 3): lambda c: talib.RSI(c[2], 3),
    ("atr", 14): lambda c: talib.ATR(*c, 14),
    ("bollinger_upper", 20, 2): lambda c: talib.BBANDS(c[2], 20, 2, 2)[0],
    ("bollinger_middle", 20, 2): lambda c: talib.BBANDS(c[2], 20, 2, 2)[1],
    ("bollinger_lower", 20, 2.5): lambda c: talib.BBANDS(c[2], 20, 2.5, 2.5)[2],
    ("donchian_upper", 20): lambda c: talib.MAX(c[0], 20),
    ("donchian_middle", 20): lambda c: (talib.MAX(c[0], 20) + talib.MIN(c[1], 20)) / 2,
    ("donchian_lower", 20): lambda c: talib.MIN(c[1], 20),
    ("adx", 14): lambda c: talib.ADX(*c, 14),
    ("adx", 5): lambda c: talib.ADX(*c, 5),
    ("plus_di", 14): lambda c: talib.PLUS_DI(*c, 14),
    ("minus_di", 14): lambda c: talib.MINUS_DI(*c, 14),
}


def columns(seed: int) -> Columns:
    """Highs, lows and closes of bars on a random walk, in rupees; now and then nothing moves for an hour."""
    chance = random.Random(seed)
    closes = [price / 100 for price in walk(seed, LENGTH)]
    highs = [close + chance.random() for close in closes]
    lows = [close - chance.random() for close in closes]
    still = LENGTH // 2
    for column in (highs, lows, closes):
        column[still : still + 60] = [closes[still]] * 60
    return np.array(highs), np.array(lows), np.array(closes)


def ours(keys: Sequence[IndicatorKey], bars: Columns) -> list[list[float | None]]:
    kept = IndicatorSet()
    kept.keep(tuple(keys))
    out: list[list[float | None]] = [[] for _ in keys]
    for high, low, close in zip(*(column.tolist() for column in bars), strict=True):
        kept.update(high, low, close)
        for line, key in zip(out, keys, strict=True):
            line.append(kept.values[key])
    return out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("key", SAME, ids=str)
def test_an_indicator_is_ta_libs_at_every_bar(key: IndicatorKey, seed: int) -> None:
    bars = columns(seed)
    found = np.array([np.nan if value is None else value for value in ours([key], bars)[0]])
    wanted = SAME[key](bars)
    assert np.array_equal(np.isnan(found), np.isnan(wanted)), "warm at another bar"
    assert np.nanmax(np.abs(found - wanted)) <= TOLERANCE


def test_macd_becomes_ta_libs() -> None:
    bars = columns(1)
    keys = [(f"macd_{part}", 12, 26, 9) for part in ("line", "signal", "histogram")]
    for found, wanted in zip(ours(keys, bars), talib.MACD(bars[2], 12, 26, 9), strict=True):
        apart = [abs(value - other) for value, other in zip(found[33:], wanted[33:], strict=True)]  # type: ignore[operator]
        assert max(apart[MACD_FORGETS:]) <= TOLERANCE < apart[0]
