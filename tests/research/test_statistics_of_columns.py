"""The statistics as functions of columns: against the plainest way to reckon each, and where nothing can be said."""

from __future__ import annotations

import statistics
from decimal import Decimal
from itertools import groupby
from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.instant import DAY, MINUTE, SECOND
from engine.research.statistics import (
    cagr_pct,
    charges_share_pct,
    daily_equity,
    day_of,
    deviation_of,
    drawdown_of,
    longest_row,
    mean_of,
    monthly_returns,
    returns_of,
    sharpe_of,
    sortino_of,
    turnover,
)

LINES = st.lists(st.integers(1, 200), min_size=1, max_size=60)
START = 100


@given(LINES)
def test_the_drawdown_is_the_deepest_of_all_falls_and_lasts_until_its_high_is_back(line: list[int]) -> None:
    at = [number * MINUTE for number in range(len(line))]
    found = drawdown_of(at, line, START)
    falls = []
    for number, value in enumerate(line):
        high = max([START, *line[: number + 1]])
        falls.append((high - value) / high * 100)
    assert isclose(found.depth_pct, max(falls), abs_tol=1e-9)
    if found.depth_pct == 0:
        assert (found.high_at, found.low_at, found.length_s) == (None, None, 0)
        return
    low = falls.index(max(falls))
    high = max([START, *line[: low + 1]])
    assert found.low_at == low * MINUTE
    back = next((number for number in range(low + 1, len(line)) if line[number] >= high), None)
    assert found.recovered_at == (None if back is None else back * MINUTE)
    until = len(line) - 1 if back is None else back
    assert found.high_at is not None
    assert found.length_s == (until * MINUTE - found.high_at) // SECOND
    assert found.longest_s >= found.length_s


@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=60), st.booleans())
def test_the_longest_row_is_the_longest_group(nets: list[int], losing: bool) -> None:
    wanted = -1 if losing else 1
    rows = [len(list(group)) for sign, group in groupby(nets) if sign == wanted]
    assert longest_row(nets, losing=losing) == max(rows, default=0)


@given(st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=80))
def test_ratios_are_mean_over_spread(returns: list[float]) -> None:
    spread = statistics.stdev(returns)
    if spread > 1e-12:
        assert isclose(
            sharpe_of(returns) or 0, statistics.fmean(returns) / spread * sqrt(252), rel_tol=1e-9, abs_tol=1e-9
        )
        assert isclose(sharpe_of(returns, 1) or 0, statistics.fmean(returns) / spread, rel_tol=1e-9, abs_tol=1e-9)
    losses = [value for value in returns if value < -1e-9]
    if not [value for value in returns if value < 0]:
        assert sortino_of(returns) is None
    elif losses:
        assert (sortino_of(returns) or 0) * statistics.fmean(returns) >= 0


def test_sortino_counts_gains_as_nothing_and_divides_by_all() -> None:
    returns = [0.03, -0.01, 0.02, -0.02]
    assert isclose(sortino_of(returns, 1) or 0, 0.005 / sqrt((0.01**2 + 0.02**2) / 4))


def test_a_day_is_the_last_of_its_points_and_a_utc_day() -> None:
    at = [DAY - MINUTE, DAY + MINUTE, 2 * DAY - MINUTE, 3 * DAY + MINUTE]
    assert daily_equity(at, [Decimal(value) for value in (1, 2, 3, 4)]) == {
        "1970-01-01": Decimal(1), "1970-01-02": Decimal(3), "1970-01-04": Decimal(4),
    }  # fmt: skip


def test_a_point_at_midnight_is_of_the_day_that_ends_there() -> None:
    """A market that never closes has one: counted for the next day, every run would have a day too many."""
    at = [2 * DAY - MINUTE, 2 * DAY, 2 * DAY + MINUTE, 3 * DAY]
    daily = daily_equity(at, [Decimal(value) for value in (1, 2, 3, 4)])
    assert daily == {"1970-01-02": Decimal(2), "1970-01-03": Decimal(4)}
    assert [day_of(instant) for instant in at] == ["1970-01-02", "1970-01-02", "1970-01-03", "1970-01-03"]


def test_a_month_begins_with_the_equity_that_the_last_one_ended_with() -> None:
    daily = {
        "2026-01-30": Decimal(110),
        "2026-02-02": Decimal(99),
        "2026-02-27": Decimal(121),
        "2026-04-01": Decimal(121),
    }
    found = monthly_returns(daily, 100)
    assert {month: round(value, 9) for month, value in found.items()} == {
        "2026-01": 10.0,
        "2026-02": 10.0,
        "2026-04": 0.0,
    }


@pytest.mark.parametrize(("days", "expected"), [(89, None), (365.25, 21.0), (730.5, 10.0)])
def test_yearly_growth_needs_ninety_days(days: float, expected: float | None) -> None:
    found = cagr_pct(100, 121, 0, int(days * DAY))
    assert found is None if expected is None else isclose(found or 0, expected, rel_tol=1e-9)


def test_where_a_figure_has_no_meaning_it_is_none() -> None:
    assert returns_of([]) == returns_of([1]) == []
    assert sharpe_of([]) is sharpe_of([0.1]) is sharpe_of([0.1, 0.1]) is None
    assert sortino_of([]) is sortino_of([-0.1]) is None
    assert deviation_of([1.0]) is None
    assert mean_of([]) is turnover(5, []) is None
    assert charges_share_pct(0, 1) is charges_share_pct(-5, 1) is None
    assert drawdown_of([], [], 100).depth_pct == 0
    assert monthly_returns({}, 100) == {}


def test_charges_may_take_more_than_all() -> None:
    assert charges_share_pct(Decimal(200), Decimal(250)) == 125.0
    assert turnover(Decimal(3_000), [100, 200]) == 20.0
