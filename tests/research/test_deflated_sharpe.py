"""Probabilistic and deflated Sharpe ratios: the papers' own worked examples, and the same by other means."""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
import pytest

from engine.research.deflated_sharpe import (
    Moments,
    deflated_sharpe,
    independent_trials,
    luckiest_sharpe,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    returns_of,
)

# Bailey and Lopez de Prado (2014), numerical example: an annual Sharpe ratio of 2.5 on five years of daily returns with
# skewness -3 and kurtosis 10, the best of trials whose annual Sharpe ratios have a variance of 1/2; 250 days a year.
DAYS, YEAR = 1_250, 250
BEST = Moments(2.5 / sqrt(YEAR), -3, 10, DAYS)
NORMAL_BEST = Moments(2.5 / sqrt(YEAR), 0, 3, DAYS)
DEVIATION = sqrt(0.5 / YEAR)


def test_the_published_example_of_a_hundred_trials() -> None:
    assert luckiest_sharpe(100, DEVIATION) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(BEST, 100, DEVIATION) == pytest.approx(0.9004, abs=5e-5)


def test_the_published_numbers_of_trials_that_are_just_believed() -> None:
    assert deflated_sharpe(BEST, 46, DEVIATION) == pytest.approx(0.9505, abs=5e-5)
    assert deflated_sharpe(NORMAL_BEST, 88, DEVIATION) == pytest.approx(0.9505, abs=5e-5)


def test_the_published_hedge_fund_of_two_years_of_months() -> None:
    # 2012, section 6: a monthly Sharpe ratio of 0.458 over 24 months, skewness -2.448, kurtosis 10.164.
    assert probabilistic_sharpe(Moments(0.458, -2.448, 10.164, 24)) == pytest.approx(0.913, abs=5e-4)
    assert probabilistic_sharpe(Moments(0.458, 0, 3, 24)) == pytest.approx(0.982, abs=5e-4)


@pytest.mark.parametrize(("periods", "years"), [(252, 2.73), (52, 2.83), (12, 3.24)])
def test_the_published_track_records_of_two_against_one(periods: int, years: float) -> None:
    # 2012, section 7: an annual Sharpe ratio of 2 against 1, normal returns, 95 %: daily, weekly, monthly.
    needed = minimum_track_record(Moments(2 / sqrt(periods), 0, 3, 0), 1 / sqrt(periods))
    assert needed / periods == pytest.approx(years, abs=5e-3)


def _normal_by_integration(upper: float) -> float:
    """Z by Simpson's rule, with no library of the code under test."""
    grid = np.linspace(-12, upper, 20_001)
    density = np.exp(-(grid**2) / 2) / sqrt(2 * pi)
    step = grid[1] - grid[0]
    return float(step / 3 * (density[0] + density[-1] + 4 * density[1:-1:2].sum() + 2 * density[2:-1:2].sum()))


def test_the_probability_is_that_of_an_integration_over_plain_sums() -> None:
    chance = np.random.default_rng(11)
    returns = (0.001 + 0.01 * chance.standard_t(5, size=300)).tolist()
    mean = sum(returns) / 300
    moment = [sum((value - mean) ** power for value in returns) / 300 for power in (2, 3, 4)]
    sharpe = mean / sqrt(moment[0] * 300 / 299)
    spread = 1 - moment[1] / moment[0] ** 1.5 * sharpe + (moment[2] / moment[0] ** 2 - 1) / 4 * sharpe**2
    for benchmark in (0.0, 0.03, 0.1):
        expected = _normal_by_integration((sharpe - benchmark) * sqrt(299) / sqrt(spread))
        assert probabilistic_sharpe(moments(returns), benchmark) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("trials", [10, 100, 1_000])
def test_the_luckiest_is_the_mean_highest_of_so_many_normal_draws(trials: int) -> None:
    # E[max] by its integral of x N phi(x) Phi(x)^(N - 1); the paper's formula is its approximation.
    grid = np.linspace(-8, 8, 40_001)
    cumulative = np.array([0.5 * (1 + erf(value / sqrt(2))) for value in grid])
    density = np.array([exp(-(value**2) / 2) / sqrt(2 * pi) for value in grid])
    exact = float(np.trapezoid(grid * trials * density * cumulative ** (trials - 1), grid))
    assert luckiest_sharpe(trials, 1.0) == pytest.approx(exact, rel=0.025)


def test_of_many_useless_searches_hardly_any_is_believed_after_deflation() -> None:
    chance = np.random.default_rng(5)
    plain = deflated = 0
    for _ in range(200):
        lines = chance.normal(0, 0.01, size=(50, 252))
        sharpes = lines.mean(axis=1) / lines.std(axis=1, ddof=1)
        best = moments(lines[int(sharpes.argmax())].tolist())
        plain += (probabilistic_sharpe(best) or 0) > 0.95
        deflated += (deflated_sharpe(best, 50, float(sharpes.std(ddof=1))) or 0) > 0.95
    assert plain > 150, "the best of fifty useless ones looks good nearly always"
    assert deflated <= 10, "at most one in twenty may pass"


def test_trials_that_are_copies_count_as_one() -> None:
    line = np.random.default_rng(1).normal(size=100).tolist()
    assert independent_trials([line] * 20) == pytest.approx(1.0)


def test_trials_that_have_nothing_in_common_count_each() -> None:
    lines = np.random.default_rng(2).normal(size=(20, 2_000)).tolist()
    assert independent_trials(lines) == pytest.approx(20, abs=0.5)


def test_a_line_that_never_moves_has_no_sharpe_ratio_and_breaks_nothing() -> None:
    still = moments(returns_of([100.0] * 30))
    assert still == Moments(0.0, 0.0, 3.0, 29)
    assert probabilistic_sharpe(still) == 0.5
    assert minimum_track_record(still) == float("inf")
    assert probabilistic_sharpe(moments([])) is None


def test_one_trial_has_no_luck_to_choose_from() -> None:
    assert luckiest_sharpe(1, 0.2) == 0.0
    assert deflated_sharpe(BEST, 1, 0.2) == probabilistic_sharpe(BEST)


def test_more_trials_are_never_believed_more() -> None:
    believed = [deflated_sharpe(BEST, trials, DEVIATION) or 0 for trials in (2, 10, 100, 1_000, 10_000)]
    assert believed == sorted(believed, reverse=True)
