"""What a sweep says of luck, from the daily lines of its trials, reckoned again with formulas of the test's own."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from engine.research.sweep.luck import Luck, luck_of
from engine.research.sweep.search import Trial
from engine.research.sweep.trial import Outcome
from tests.research.sweep.hills import outcome_worth

DAYS = 120


def trials(count: int, drift: float = 0.0, common: float = 0.0) -> list[Trial]:
    """Trials whose accounts move by chance; the last one with a drift, all with a part of their moves in common."""
    chance = np.random.default_rng(17)
    shared = chance.normal(0, 0.01, DAYS)
    made = []
    for number in range(count):
        returns = common * shared + (1 - common) * chance.normal(0, 0.01, DAYS) + (drift if number == count - 1 else 0)
        equity = 100_000 * np.cumprod(np.concatenate(([1.0], 1 + returns)))
        outcome = Outcome(outcome_worth(1.0).figures, tuple(equity.tolist()), tuple(f"d{day}" for day in range(DAYS)))
        made.append(Trial(number, (number,), {"x": number}, outcome, 1.0))
    return made


def sharpe_a_day(trial: Trial) -> float:
    """Mean over deviation of the daily returns."""
    returns = np.diff(trial.outcome.daily) / np.array(trial.outcome.daily[:-1])
    return float(returns.mean() / returns.std(ddof=1))


def test_the_figures_are_those_of_the_daily_lines() -> None:
    made = trials(40, drift=0.002)
    luck = luck_of(made[-1], made)
    sharpes = [sharpe_a_day(trial) for trial in made]
    returns = np.diff(made[-1].outcome.daily) / np.array(made[-1].outcome.daily[:-1])
    deviations = (returns - returns.mean()) / returns.std()
    skewness, kurtosis = float((deviations**3).mean()), float((deviations**4).mean())
    normal, g = NormalDist(), 0.5772156649
    by_luck = float(np.std(sharpes, ddof=1)) * (
        (1 - g) * normal.inv_cdf(1 - 1 / 40) + g * normal.inv_cdf(1 - 1 / (40 * 2.718281828459045))
    )
    spread = (1 - skewness * sharpes[-1] + (kurtosis - 1) / 4 * sharpes[-1] ** 2) ** 0.5
    assert luck.trials == 40
    assert luck.days == DAYS
    assert luck.sharpe == pytest.approx(sharpes[-1] * 252**0.5)
    assert luck.by_luck == pytest.approx(by_luck * 252**0.5, rel=1e-8)
    assert luck.probability == pytest.approx(normal.cdf(sharpes[-1] * (DAYS - 1) ** 0.5 / spread))
    assert luck.deflated == pytest.approx(normal.cdf((sharpes[-1] - by_luck) * (DAYS - 1) ** 0.5 / spread))


def test_a_point_that_was_asked_for_twice_counts_once() -> None:
    made = trials(20)
    twice = [*made, *(replace(trial, number=trial.number + 20) for trial in made)]
    assert luck_of(made[0], twice) == luck_of(made[0], made)


def test_points_that_could_not_be_run_count_for_nothing() -> None:
    made = trials(20)
    impossible = Trial(20, (20,), {"x": 20}, Outcome(impossible="periods exclude each other"), None)
    assert luck_of(made[0], [*made, impossible]) == luck_of(made[0], made)


def test_points_that_move_together_are_few_independent_ones() -> None:
    apart, together = luck_of(*_first(trials(30))), luck_of(*_first(trials(30, common=0.9)))
    assert apart.independent > 25
    assert together.independent < 5
    assert together.by_luck_independent < together.by_luck


def test_what_is_far_above_luck_is_believed_and_the_best_of_noise_is_not() -> None:
    made = trials(40, drift=0.006)
    best_of_noise = max(made[:-1], key=sharpe_a_day)
    assert luck_of(made[-1], made).believable
    assert not luck_of(best_of_noise, made[:-1]).believable


def test_the_sentence_says_how_many_were_tried_and_that_days_are_few() -> None:
    made = trials(40)
    said = luck_of(made[0], made).sentence()
    assert said.startswith("The best of 40 useless settings would show a Sharpe ratio of ")
    assert "days are few" not in said
    luck: Luck = replace(luck_of(made[0], made), days=22)
    assert "22 days are few for such figures" in luck.sentence()


def _first(made: list[Trial]) -> tuple[Trial, list[Trial]]:
    return made[0], made
