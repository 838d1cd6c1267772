"""At a venue that never closes skipping changes nothing either: what is held goes from one day into the next."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

import numpy as np

from engine.domain.events import MarketEnded, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.market import TradingSession
from engine.research.skip_bars import run_bars
from engine.research.skip_ticks import run_ticks
from tests.builders.times import MONDAY, TUESDAY, WEDNESDAY, at, session
from tests.research.test_skip_ahead import random_run
from tests.research.test_skip_bars import SYMBOLS, random_bars, standing, take_a_day, two_loops
from tests.research.test_skip_ticks import standing as standing_of_ticks

STREAMS, LASTS = 40, 130 * MINUTE


def day_of(number: int) -> TradingSession:
    """One of days that follow each other without a pause."""
    opens = at("00:00") + number * LASTS
    ends, day = opens + LASTS, (MONDAY, TUESDAY, WEDNESDAY)[number]
    return replace(
        session(day, flatten=None), open_at=opens, entry_from=opens, entry_until=ends, close_at=ends, closes=False
    )


def test_skipping_bars_over_days_that_only_turn_equals_stepping() -> None:
    fills = held = 0
    for seed in range(STREAMS):
        chance = random.Random(seed)
        stepped, expected, skipped, found = two_loops(chance, seed)
        prices = [chance.randrange(5_000, 300_000) for _ in SYMBOLS]
        last = 0
        for number in range(3):
            trading = day_of(number)
            run = random_bars(chance, trading, prices)
            run = run.part(0, int(np.searchsorted(run.place, trading.close_at, side="right")))
            last = int(run.place[-1])
            held += len(stepped.engine.state.portfolio)
            for loop in (stepped, skipped):
                loop.step(SessionOpened(trading, trading.open_at))
            take_a_day(chance, run, stepped, partial(run_bars, skipped))
            assert found == expected
        for loop in (stepped, skipped):
            loop.step(MarketEnded(last))
        assert found == expected
        assert standing(skipped) == standing(stepped)
        fills += sum(type(effect.record).__name__ == "FillRecord" for effect in found)
    assert held > 12
    assert fills > 40


def test_taking_whole_minutes_of_ticks_over_days_that_only_turn_equals_stepping() -> None:
    held = 0
    for seed in range(STREAMS // 2):
        chance = random.Random(seed)
        stepped, expected, skipped, found = two_loops(chance, seed)
        last = 0
        for number in range(2):
            trading = day_of(number)
            run = random_run(chance, trading.close_at - 60 * MINUTE, 60, whole=chance.random() < 0.7)
            run = run.part(0, int(np.searchsorted(run.place, trading.close_at, side="left")))
            last = int(run.place[-1])
            held += len(stepped.engine.state.portfolio)
            for loop in (stepped, skipped):
                loop.step(SessionOpened(trading, trading.open_at))
            take_a_day(chance, run, stepped, partial(run_ticks, skipped))
            assert found == expected
            assert standing_of_ticks(skipped) == standing_of_ticks(stepped)
        for loop in (stepped, skipped):
            loop.step(MarketEnded(last))
        assert found == expected
        assert standing_of_ticks(skipped) == standing_of_ticks(stepped)
    assert held > 3
