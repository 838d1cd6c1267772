"""`opening_range` on days made by hand: what the range is, what breaks it, and what is too late."""

from __future__ import annotations

import pytest

from engine.domain.errors import InvalidValue
from engine.strategies.opening_range import OpeningRange, Parameters
from tests.builders.times import TUESDAY, WEDNESDAY
from tests.strategies.days import follow, minutes, said

RANGE = [100, 101, 99, 100, 100]  # five minutes: 99 to 101
FIVE = Parameters(range_minutes=5, until_minutes=60)


def test_the_first_close_above_the_range_is_a_buy_and_the_first_below_a_sell_once_each() -> None:
    day = minutes([*RANGE, 100.5, 101, 101.05, 102, 100, 98.95, 98, 102])
    assert said(follow(OpeningRange(FIVE), day)) == [("02 09:23", "BUY"), ("02 09:26", "SELL")]


def test_a_close_on_the_edge_breaks_nothing_and_scores_60() -> None:
    seen = follow(OpeningRange(FIVE), minutes([*RANGE, 101, 99]))
    assert said(seen) == []
    assert [verdict.score for _, verdict in seen[-2:]] == [60.0, -60.0]


def test_the_score_goes_on_to_100_at_twice_the_way() -> None:
    seen = follow(OpeningRange(FIVE), minutes([*RANGE, 100.5, 101.5, 102, 104]))
    assert [verdict.score for _, verdict in seen[5:]] == [30.0, 80.0, 100.0, 100.0]


def test_a_buffer_widens_the_range() -> None:
    buffered = Parameters(range_minutes=5, until_minutes=60, buffer_bps=100)  # 101 x 1.01 = 102.01
    assert said(follow(OpeningRange(buffered), minutes([*RANGE, 102, 102.02]))) == [("02 09:22", "BUY")]


def test_nothing_is_said_while_the_range_forms() -> None:
    seen = follow(OpeningRange(FIVE), minutes([100, 110, 90, 120]))
    assert {verdict.code for _, verdict in seen} == {"warming"}


def test_late_breakouts_are_left_alone_and_late_reversals_are_not() -> None:
    quiet = [100.0] * 56  # until 10:16
    late = minutes([*RANGE, *quiet, 105, 95])
    assert said(follow(OpeningRange(FIVE), late)) == []
    held = minutes([*RANGE, 102, *quiet, 95])
    seen = follow(OpeningRange(FIVE), held)
    assert said(seen) == [("02 09:21", "BUY"), ("02 10:18", "SELL")]
    assert [verdict.closes_only for _, verdict in seen if verdict.signal] == [False, True], "late it opens nothing"


def test_each_session_has_its_own_range() -> None:
    days = minutes([*RANGE, 102]) + minutes([200, 202, 198, 200, 200, 201, 203], TUESDAY)
    assert said(follow(OpeningRange(FIVE), days)) == [("02 09:21", "BUY"), ("03 09:22", "BUY")]


def test_a_range_whose_beginning_was_not_seen_is_none() -> None:
    days = minutes([100, 105, 95], skip=2) + minutes([100, 105, 95], TUESDAY, skip=2)
    seen = follow(OpeningRange(Parameters(range_minutes=3, until_minutes=60)), days)
    assert [verdict.code for _, verdict in seen[:3]] == ["warming"] * 3
    assert said(seen) == [("03 09:19", "BUY"), ("03 09:20", "SELL")], "the next day's hole at the open was seen"


def test_a_session_without_a_trade_in_the_range_has_none() -> None:
    days = minutes([*RANGE]) + minutes([100, 120, 80], TUESDAY, skip=30) + minutes([*RANGE, 102], WEDNESDAY)
    assert said(follow(OpeningRange(FIVE), days)) == [("04 09:21", "BUY")]


def test_a_range_without_width_is_broken_by_any_move() -> None:
    seen = follow(OpeningRange(FIVE), minutes([100] * 6 + [100.05]))
    assert [verdict.score for _, verdict in seen[5:]] == [0.0, 100.0]
    assert said(seen) == [("02 09:22", "BUY")]


def test_a_signals_reasons_give_the_numbers() -> None:
    strategy = OpeningRange(FIVE)
    _, verdict = follow(strategy, minutes([*RANGE, 101.5]))[-1]
    assert strategy.explain(verdict) == (
        "Opening range of 5 minutes, 2.00 % wide",
        "Close 1.50 times the way from its middle to its upper edge",
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"range_minutes": 0}, "must be 1 to 240 minutes, is 0"),
        ({"until_minutes": 15}, "must be more than range_minutes (15), is 15"),
        ({"buffer_bps": -1}, "must be 0 to 500 basis points, is -1"),
    ],
)
def test_impossible_parameters_are_refused_by_name(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Parameters(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"parameters.{next(iter(wrong))}"
    assert refused.value.message == says
