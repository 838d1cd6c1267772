"""Supertrend and the session's measures by formulas of their own, and sets of indicators that take over others."""

from __future__ import annotations

import random
from math import sqrt

import pytest

from engine.core.bars import Series
from engine.core.indicators import IndicatorKey, IndicatorSet
from engine.domain.errors import InvariantBroken
from engine.domain.instant import MINUTE
from engine.domain.market import Bar, TradingSession
from tests.builders.market import bar, walk
from tests.builders.times import TUESDAY, at, session
from tests.core import formulas

EVERY: tuple[IndicatorKey, ...] = (
    ("sma", 9), ("ema", 12), ("rsi", 14), ("atr", 10), ("macd_line", 12, 26, 9), ("macd_signal", 12, 26, 9),
    ("macd_histogram", 12, 26, 9), ("bollinger_middle", 20, 2), ("bollinger_upper", 20, 2), ("bollinger_lower", 20, 2),
    ("donchian_middle", 20), ("donchian_upper", 20), ("donchian_lower", 20), ("supertrend", 10, 3.0),
    ("supertrend_side", 10, 3.0), ("adx", 14), ("plus_di", 14), ("minus_di", 14), ("vwap",), ("vwap_deviation",),
    ("session_minutes",),
)  # fmt: skip


def numbers(seed: int, length: int = 900) -> tuple[list[float], list[float], list[float], list[float]]:
    """Highs, lows, closes and volumes."""
    chance = random.Random(seed)
    closes = [price / 100 for price in walk(seed, length)]
    return (
        [close + chance.random() for close in closes],
        [close - chance.random() for close in closes],
        closes,
        [float(chance.randrange(3)) for _ in closes],
    )


@pytest.mark.parametrize(("period", "multiplier"), [(10, 3.0), (7, 1.5), (14, 2)])
def test_supertrend_equals_its_text_at_every_bar(period: int, multiplier: float) -> None:
    highs, lows, closes, _ = numbers(period)
    kept = IndicatorSet()
    line, side = ("supertrend", period, multiplier), ("supertrend_side", period, multiplier)
    kept.keep((side, line))
    turns = 0
    for number, wanted in enumerate(formulas.supertrend(highs, lows, closes, period, multiplier)):
        before = kept.values[side]
        kept.update(highs[number], lows[number], closes[number])
        turns += before is not None and kept.values[side] != before
        if wanted is None:
            assert kept.values[line] is kept.values[side] is None
        else:
            assert kept.values[line] == pytest.approx(wanted[0], rel=0, abs=1e-9), f"bar {number}"
            assert kept.values[side] == wanted[1], f"bar {number}"
    assert turns >= 8


def test_vwap_begins_anew_with_each_session_and_knows_its_deviation() -> None:
    kept = IndicatorSet()
    kept.keep((("vwap",), ("vwap_deviation",), ("session_minutes",)))
    for opened_at in (at("09:15"), at("09:15", TUESDAY)):
        highs, lows, closes, volumes = numbers(opened_at % 89, 375)
        weights, typicals = [], []
        for number, volume in enumerate(volumes):
            high, low, close = highs[number], lows[number], closes[number]
            kept.update(high, low, close, volume, opened_at, opened_at + (number + 1) * MINUTE)
            weights.append(volume)
            typicals.append((high + low + close) / 3)
            assert kept.values["session_minutes",] == number + 1
            if sum(weights) == 0:
                assert kept.values["vwap",] is kept.values["vwap_deviation",] is None
                continue
            mean = sum(w * t for w, t in zip(weights, typicals, strict=True)) / sum(weights)
            spread = sqrt(sum(w * (t - mean) ** 2 for w, t in zip(weights, typicals, strict=True)) / sum(weights))
            assert kept.values["vwap",] == pytest.approx(mean, rel=0, abs=1e-9)
            assert kept.values["vwap_deviation",] == pytest.approx(spread, rel=0, abs=1e-9)


def test_outside_a_known_session_there_is_no_vwap() -> None:
    kept = IndicatorSet()
    kept.keep((("vwap",), ("session_minutes",)))
    kept.update(10, 9, 9.5, 5.0, at("09:15"), at("09:16"))
    assert kept.values["vwap",] == 9.5
    kept.update(10, 9, 9.5, 5.0, None, at("09:17"))
    assert kept.values == {("vwap",): None, ("session_minutes",): None}


def test_bars_tell_their_session_and_volume_to_the_indicators() -> None:
    series = Series("ACME", "5m", 100.0)
    series.indicators.keep((("vwap",), ("session_minutes",)))
    for number in range(5):
        series.add(minute_bar(number, session()), session())
    assert series.cut(at("09:20")) is not None
    assert series.indicators.values == {("vwap",): pytest.approx((104 + 99 + 103) / 3), ("session_minutes",): 5}
    early = bar("09:00", (100, 101, 99, 100))
    series.add(early, session())
    series.cut(at("09:05"))
    assert series.indicators.values["session_minutes",] is None, "before the session opens"


def minute_bar(number: int, trading: TradingSession) -> Bar:
    open_at = trading.open_at + number * MINUTE
    price = 10_000 + 100 * number
    return Bar("ACME", "1m", open_at, open_at + MINUTE, price, price, price - 100, min(price, 10_300), 3.0)


def test_a_set_that_takes_over_another_goes_on_as_one_that_kept_it_all_from_the_start() -> None:
    """Whatever each of the two keeps already, of sums that others are reckoned from above all."""
    for seed in range(30):
        chance = random.Random(seed)
        whole, first, second = IndicatorSet(), IndicatorSet(), IndicatorSet()
        whole.keep(EVERY)
        first.keep(tuple(chance.sample(EVERY, chance.randrange(len(EVERY)))))
        second.keep(tuple(chance.sample(EVERY, len(EVERY))))
        columns = list(zip(*numbers(seed, 160), strict=True))
        for number, (high, low, close, volume) in enumerate(columns):
            if number == 80:
                first.adopt(second)
            for kept in (whole, first) if number >= 80 else (whole, first, second):
                kept.update(high, low, close, volume, at("09:15"), at("09:15") + (number + 1) * MINUTE)
        assert first.values == whole.values


def test_a_part_is_kept_with_its_whole_once() -> None:
    kept = IndicatorSet()
    kept.keep((("bollinger_upper", 20, 2), ("bollinger_upper", 20, 2.0), ("bollinger_lower", 20, 2)))
    assert sorted(kept.values) == [("bollinger_lower", 20, 2), ("bollinger_middle", 20, 2), ("bollinger_upper", 20, 2)]


@pytest.mark.parametrize(
    "key", [("moon", 3), ("ema",), ("ema", 1.5), ("vwap", 3), ("bollinger_upper", 20), ("plus_di",)], ids=str
)
def test_a_key_that_means_nothing_is_refused(key: IndicatorKey) -> None:
    with pytest.raises(InvariantBroken, match="no indicator is called"):
        IndicatorSet().keep((key,))
