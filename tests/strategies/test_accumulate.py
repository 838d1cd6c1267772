"""`accumulate` on days made by hand: what the calendar buys, what a drop buys, what a restart does not buy twice."""

from __future__ import annotations

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.market import Bar, TradingSession
from engine.strategies.accumulate import Accumulate, Parameters
from tests.builders.times import MONDAY
from tests.strategies.days import follow, minutes, said

CALENDAR = Parameters(every_days=7, at_minutes=10, drop_pct=0)
DROPS = Parameters(every_days=0, drop_pct=2, drop_bars=5)


def week(*days: int, length: int = 15) -> list[tuple[Bar, TradingSession]]:
    """Quiet days of March 2026, by number; the second is a Monday."""
    return [bar for day in days for bar in minutes([100.0] * length, f"2026-03-{day:02d}")]


def test_the_first_session_of_a_period_is_bought_once_at_its_minute() -> None:
    assert said(follow(Accumulate(CALENDAR), week(2, 3, 4, 5, 6, 9, 10))) == [("02 09:25", "BUY"), ("09 09:25", "BUY")]


def test_a_holiday_puts_the_purchase_off_to_the_periods_next_session() -> None:
    assert said(follow(Accumulate(CALENDAR), week(5, 6, 10, 11))) == [("10 09:25", "BUY")]


def test_a_session_that_ends_too_soon_puts_it_off_too() -> None:
    days = week(5, 6) + minutes([100.0] * 9, "2026-03-09") + week(10)
    assert said(follow(Accumulate(CALENDAR), days)) == [("10 09:25", "BUY")]


def test_a_hole_at_the_minute_puts_it_off_to_the_next_close() -> None:
    day = minutes([100.0] * 5) + minutes([100.0] * 3, skip=20)
    assert said(follow(Accumulate(CALENDAR), day)) == [("02 09:36", "BUY")]


def test_every_session_is_bought_with_one_day() -> None:
    daily = Parameters(every_days=1, at_minutes=1, drop_pct=0)
    assert [time for time, _ in said(follow(Accumulate(daily), week(2, 3, 4)))] == ["02 09:16", "03 09:16", "04 09:16"]


@pytest.mark.parametrize("first", [3, 4, 6])
def test_a_period_whose_beginning_was_not_seen_is_not_bought(first: int) -> None:
    """A restart warms a bot on the last days: a second purchase in the week must not come of it."""
    assert said(follow(Accumulate(CALENDAR), week(first, 7, 9))) == [("09 09:25", "BUY")]


def test_a_day_watched_from_after_its_minute_on_is_not_bought_nor_made_up_for() -> None:
    late = minutes([100.0] * 5, MONDAY, skip=30)
    assert said(follow(Accumulate(CALENDAR), late + week(3, 4))) == []


def test_each_deeper_drop_below_the_high_is_bought_once() -> None:
    flat = [100.0] * 5
    line = [*flat, 99, 97.9, 97.5, 95.9, 97.9, 95.9]
    assert said(follow(Accumulate(DROPS), minutes(line))) == [("02 09:22", "BUY"), ("02 09:24", "BUY")]


def test_a_drop_is_bought_again_after_the_price_was_near_its_high() -> None:
    line = [*[100.0] * 5, 97.9, 99.5, 97.4]
    assert said(follow(Accumulate(DROPS), minutes(line))) == [("02 09:21", "BUY"), ("02 09:23", "BUY")]


def test_a_fall_that_was_not_watched_is_not_bought() -> None:
    line = [100, 98, 96, 94, 92, 92]  # warm at the fifth bar, 8 % below
    assert said(follow(Accumulate(DROPS), minutes(line))) == []


def test_it_never_sells() -> None:
    both = Parameters(every_days=1, at_minutes=5, drop_pct=1, drop_bars=10)
    line = [100 + 5 * (number % 7) - number / 10 for number in range(100)]
    found = said(follow(Accumulate(both), minutes(line)))
    assert len(found) > 5
    assert {side for _, side in found} == {"BUY"}


def test_a_scheduled_purchase_scores_at_least_60_and_a_drop_60_a_step() -> None:
    both = Parameters(every_days=1, at_minutes=6, drop_pct=2, drop_bars=5)
    strategy = Accumulate(both)
    seen = follow(strategy, minutes([*[100.0] * 6, 99, 98, 96]))
    assert [verdict.score for _, verdict in seen[5:]] == [60.0, 30.0, 60.0, 100.0]
    assert strategy.explain(seen[5][1]) == (
        "Due once every session, 6 minutes after the open",
        "0.00 % below the high of 5 bars, one purchase each 2 %",
    )
    assert strategy.explain(seen[8][1]) == ("4.00 % below the high of 5 bars, one purchase each 2 %",)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"every_days": 0, "drop_pct": 0}, "every_days"),
        ({"every_days": 367}, "every_days"),
        ({"at_minutes": 0}, "at_minutes"),
        ({"drop_pct": 51}, "drop_pct"),
        ({"drop_bars": 1}, "drop_bars"),
    ],
)
def test_impossible_parameters_are_refused_by_name(wrong: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Parameters(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"parameters.{field}"
