"""`trend` beside its text on long walks, and on days made by hand."""

from __future__ import annotations

import pytest

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.trend import SESSION, Parameters, Trend
from tests.builders.market import walk
from tests.builders.times import MONDAY, TUESDAY, WEDNESDAY, session
from tests.core import formulas
from tests.strategies.days import follow, minutes

SIDE: IndicatorKey = ("supertrend_side", 10, 3.0)
ADX: IndicatorKey = ("adx", 14)


def say(strategy: Trend, minute: int, side: float | None, adx: float | None, day: str = MONDAY) -> Verdict:
    """What is said at the close so many minutes after the session's open."""
    close_at = session(day).open_at + minute * MINUTE
    bar = Bar("ACME", "1m", close_at - MINUTE, close_at, 1, 1, 1, 1, 1.0)
    return strategy.on_bar(bar, {SIDE: side, ADX: adx, SESSION: float(minute)})


def test_a_trend_is_bought_once_when_it_is_strong_enough_and_sold_at_its_turn_whatever_its_strength() -> None:
    strategy = Trend(Parameters())
    line = [(10, -1, 40), (11, 1, 24.9), (12, 1, 25), (13, 1, 60), (14, -1, 3), (15, -1, 50), (16, 1, 30)]
    signals = [say(strategy, *step).signal for step in line]
    assert signals == [None, None, SignalType.BUY, None, SignalType.SELL, None, SignalType.BUY]


def test_a_trend_that_goes_on_is_entered_anew_each_session_from_its_fifth_minute() -> None:
    strategy, once = Trend(Parameters()), Trend(Parameters(each_session=False))
    line = [(30, 1, 30, MONDAY), (1, 1, 30, TUESDAY), (4, 1, 30, TUESDAY), (5, 1, 30, TUESDAY), (6, 1, 30, TUESDAY)]
    assert [say(strategy, *step).signal is not None for step in line] == [True, False, False, True, False]
    assert [say(once, *step).signal is not None for step in line] == [True, False, False, False, False]


def test_with_shorts_a_turn_only_closes_and_its_entry_comes_at_a_later_close() -> None:
    strategy = Trend(Parameters(allow_short=True))
    line = [(10, 1, 30), (11, -1, 40), (12, -1, 24), (13, -1, 25), (14, -1, 60), (15, 1, 60), (16, 1, 60), (17, 1, 60)]
    said = [(verdict.signal, verdict.closes_only) for verdict in (say(strategy, *step) for step in line)]
    assert said == [
        (SignalType.BUY, False), (SignalType.SELL, True), (None, False), (SignalType.SELL, False), (None, False),
        (SignalType.BUY, True), (SignalType.BUY, False), (None, False),
    ]  # fmt: skip


def test_with_shorts_a_trend_down_that_goes_on_is_entered_anew_each_session() -> None:
    strategy = Trend(Parameters(allow_short=True))
    line = [(30, -1, 30, MONDAY), (4, -1, 30, TUESDAY), (5, -1, 30, TUESDAY), (6, -1, 30, TUESDAY)]
    assert [say(strategy, *step).signal for step in line] == [SignalType.SELL, None, SignalType.SELL, None]


def test_without_shorts_a_sell_only_closes_and_no_trend_down_is_entered() -> None:
    strategy = Trend(Parameters())
    said = [say(strategy, minute, side, 50) for minute, side in ((10, 1), (11, -1), (12, -1), (13, 1))]
    assert [verdict.signal for verdict in said] == [SignalType.BUY, SignalType.SELL, None, SignalType.BUY]
    assert [verdict.closes_only for verdict in said] == [False, True, False, False]


def test_the_score_is_60_where_adx_is_just_enough() -> None:
    strategy = Trend(Parameters())
    scores = [say(strategy, 30, side, adx).score for side, adx in ((1, 25), (1, 10), (-1, 25), (1, 80))]
    assert scores == [60.0, 24.0, -60.0, 100.0]
    assert say(Trend(Parameters(adx_min=0)), 30, 1, 10).score == 100.0


def test_there_is_no_score_before_both_are_warm() -> None:
    strategy = Trend(Parameters())
    assert [say(strategy, 30, *values).code for values in ((None, 30), (1, None))] == ["warming", "warming"]


def test_no_sell_without_a_trend_up_before_it() -> None:
    assert say(Trend(Parameters()), 30, -1, 50).signal is None


@pytest.mark.parametrize("seed", range(3))
def test_turns_on_a_long_walk_are_those_of_the_text(seed: int) -> None:
    bars = []
    for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY)):
        bars += minutes([price / 100 for price in walk(seed * 3 + number, 375, spread=20)], day)
    columns = [[getattr(bar, name) / 100 for bar, _ in bars] for name in ("high", "low", "close")]
    wanted, before = [], 0
    for number, found in enumerate(formulas.supertrend(*columns, 10, 3.0)):
        if found is not None and before > 0 > found[1] and number >= 27:
            wanted.append(bars[number][0].close_at)
        before = found[1] if found is not None and number >= 27 else 0
    seen = follow(Trend(Parameters()), bars)
    assert [bar.close_at for bar, verdict in seen if verdict.signal is SignalType.SELL] == wanted
    assert len(wanted) > 10


def test_a_signals_reasons_give_the_numbers() -> None:
    strategy = Trend(Parameters())
    assert strategy.explain(say(strategy, 30, 1, 31.26)) == (
        "Supertrend 10 x 3 is below the price: up",
        "ADX 14 is 31.3, entries need 25",
    )


@pytest.mark.parametrize("wrong", [{"period": 1}, {"multiplier": 0.4}, {"adx_min": 101}, {"from_minutes": -1}])
def test_impossible_parameters_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Parameters(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"parameters.{next(iter(wrong))}"
