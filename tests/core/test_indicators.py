"""Every indicator equals the contract's formula on plain lists, however long it runs."""

from __future__ import annotations

import random

import pytest

from engine.core.indicators import IndicatorKey, IndicatorSet
from tests.builders.market import walk
from tests.core import formulas

LENGTH = 1_400  # beyond two purges of what talipp keeps
KEYS: tuple[IndicatorKey, ...] = (("ema", 12), ("ema", 26), ("rsi", 14), ("macd_histogram", 12, 26, 9), ("atr", 14))


def series(seed: int) -> tuple[list[float], list[float], list[float]]:
    """Highs, lows and closes of bars on a random walk, in rupees."""
    chance = random.Random(seed)
    closes = [price / 100 for price in walk(seed, LENGTH)]
    highs = [close + chance.random() for close in closes]
    lows = [close - chance.random() for close in closes]
    return highs, lows, closes


def expected(key: IndicatorKey, highs: list[float], lows: list[float], closes: list[float]) -> list[float | None]:
    kind, *numbers = key
    if kind == "ema":
        return formulas.ema(closes, *numbers)
    if kind == "rsi":
        return formulas.rsi(closes, *numbers)
    if kind == "atr":
        return formulas.atr(highs, lows, closes, *numbers)
    return formulas.macd_histogram(closes, *numbers)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_an_indicator_equals_its_formula_at_every_bar(key: IndicatorKey, seed: int) -> None:
    highs, lows, closes = series(seed)
    kept = IndicatorSet()
    kept.keep((key,))
    for number, wanted in enumerate(expected(key, highs, lows, closes)):
        kept.update(highs[number], lows[number], closes[number])
        found = kept.values[key]
        assert (found is None) == (wanted is None), f"bar {number}: {found} against {wanted}"
        if found is not None and wanted is not None:
            assert found == pytest.approx(wanted, rel=0, abs=1e-9), f"bar {number}"


@pytest.mark.parametrize(
    ("key", "first_warm"),
    [(("ema", 12), 12), (("ema", 26), 26), (("rsi", 14), 15), (("macd_histogram", 12, 26, 9), 34), (("atr", 14), 15)],
    ids=str,
)
def test_an_indicator_is_warm_at_exactly_its_bar(key: IndicatorKey, first_warm: int) -> None:
    highs, lows, closes = series(9)
    kept = IndicatorSet()
    kept.keep((key,))
    warm_at = 0
    for number in range(60):
        kept.update(highs[number], lows[number], closes[number])
        if kept.values[key] is not None:
            warm_at = number + 1
            break
    assert warm_at == first_warm


def test_forgetting_old_values_changes_no_bit() -> None:
    """Past bar 512 the library's history is cut; the same indicator that keeps all of it says the same."""
    from talipp.indicators import EMA, RSI

    highs, lows, closes = series(3)
    kept = IndicatorSet()
    kept.keep((("ema", 26), ("rsi", 14)))
    mean, index = EMA(26), RSI(14)
    for number, close in enumerate(closes):
        kept.update(highs[number], lows[number], close)
        mean.add(close)
        index.add(close)
        assert (kept.values["ema", 26], kept.values["rsi", 14]) == (mean[-1], index[-1]), f"bar {number}"


def test_a_long_indicator_survives_forgetting() -> None:
    highs, lows, closes = series(5)
    kept = IndicatorSet()
    kept.keep((("ema", 200),))
    for number, wanted in enumerate(formulas.ema(closes, 200)):
        kept.update(highs[number], lows[number], closes[number])
        if wanted is not None:
            assert kept.values["ema", 200] == pytest.approx(wanted, rel=0, abs=1e-9), f"bar {number}"


def test_an_indicator_asked_for_twice_is_kept_once() -> None:
    kept, other = IndicatorSet(), IndicatorSet()
    kept.keep((("ema", 12),))
    other.keep((("ema", 12), ("atr", 14)))
    for number in range(20):
        kept.update(10.0 + number, 9.0 + number, 9.5 + number)
        other.update(20.0, 10.0, 15.0)
    before = kept.values["ema", 12]
    kept.adopt(other)
    assert kept.values["ema", 12] == before
    assert kept.values["atr", 14] == other.values["atr", 14]
