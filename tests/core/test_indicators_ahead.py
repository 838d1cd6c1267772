"""Indicators that take a stretch of bars at once say after each what they say bar by bar, to the last bit."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.core.indicators import IndicatorKey, IndicatorSet
from engine.core.indicators.stretch import Stretch
from engine.domain.instant import MINUTE
from tests.core.test_indicator_sets import EVERY, numbers

LENGTH = 500


def shown(
    columns: dict[IndicatorKey, np.ndarray[tuple[int], np.dtype[np.float64]]], row: int
) -> dict[IndicatorKey, float | None]:
    values = {key: float(column[row]) for key, column in columns.items()}
    return {key: value if value == value else None for key, value in values.items()}


@pytest.mark.parametrize("seed", range(25))
def test_a_stretch_taken_at_once_gives_every_value_of_bars_taken_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    columns = [np.array(side) for side in numbers(seed, LENGTH)]
    keys = tuple(chance.sample(EVERY, chance.randrange(1, len(EVERY) + 1)))
    one_by_one, at_once = IndicatorSet(), IndicatorSet()
    one_by_one.keep(keys)
    at_once.keep(keys)
    start, opened_at = 0, 0
    while start < LENGTH:
        end = min(LENGTH, start + chance.choice((1, 2, 3, 5, 20, 100)))
        opened_at = chance.choice((opened_at, start * MINUTE))
        close_at = [(row + 1) * MINUTE for row in range(start, end)]
        high, low, close, volume = (side[start:end] for side in columns)
        bars = list(zip(high.tolist(), low.tolist(), close.tolist(), volume.tolist(), close_at, strict=True))
        expected = []
        for *prices, at in bars:
            one_by_one.update(*prices, opened_at, at)
            expected.append(dict(one_by_one.values))
        if chance.random() < 0.3:
            for *prices, at in bars:
                at_once.update(*prices, opened_at, at)
        else:
            found = dict(at_once.take_ahead(Stretch(high, low, close, volume, close_at, opened_at)))
            assert [shown(found, row) for row in range(len(bars))] == expected
            row = chance.randrange(len(bars))
            at_once.update(0.0, 0.0, 0.0, 0.0, opened_at, close_at[row])
            assert at_once.values == expected[row], "the clock has come to a bar that was taken"
            at_once.stand(close_at[-1])
        assert at_once.values == one_by_one.values
        start = end
