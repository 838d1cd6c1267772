"""How much of a Sharpe ratio is luck: probabilistic and deflated Sharpe ratio, minimum track record length.

Sources, by equation: D. Bailey, M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012
(PSR, MinTRL), and "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014 (DSR, expected maximum).
Sharpe ratios here are those of a period (a day), not of a year, unless a name says so. Fed and told by sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import e, inf, sqrt
from statistics import NormalDist

import numpy as np

EULER_MASCHERONI = 0.5772156649015329
CONFIDENCE = 0.95  # the level at which a Sharpe ratio is usually believed
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Moments:
    """What the formulas need of a line of returns: its Sharpe ratio, skewness, kurtosis (3 for normal), and length."""

    sharpe: float
    skewness: float
    kurtosis: float
    count: int


def returns_of(equity: Sequence[float]) -> list[float]:
    """The returns between an equity line's points."""
    return [after / before - 1 for before, after in pairwise(equity) if before > 0]


def moments(returns: Sequence[float]) -> Moments:
    """Their moments. A line that never moves has a Sharpe ratio of 0 and a normal's shape.

    The Sharpe ratio divides by the deviation of n - 1, as the summary does; skewness and kurtosis are the moments' own.
    """
    count = len(returns)
    mean = sum(returns) / count if count else 0.0
    squares = sum((value - mean) ** 2 for value in returns)
    if count < 2 or squares <= (abs(mean) * 1e-12) ** 2 * count:
        return Moments(0.0, 0.0, 3.0, count)
    variance = squares / count
    third = sum((value - mean) ** 3 for value in returns) / count
    fourth = sum((value - mean) ** 4 for value in returns) / count
    return Moments(mean / sqrt(squares / (count - 1)), third / variance**1.5, fourth / variance**2, count)


def probabilistic_sharpe(found: Moments, benchmark: float = 0.0) -> float | None:
    """The probability that the true Sharpe ratio is above `benchmark` (2012, eq. 11); None for fewer than two returns.

    PSR = Z[(SR - SR*) sqrt(T - 1) / sqrt(1 - skew SR + (kurtosis - 1) / 4 SR^2)]
    """
    if found.count < 2:
        return None
    return _NORMAL.cdf((found.sharpe - benchmark) * sqrt(found.count - 1) / sqrt(_spread(found)))


def minimum_track_record(found: Moments, benchmark: float = 0.0, confidence: float = CONFIDENCE) -> float:
    """Returns needed until the Sharpe ratio is believed to be above `benchmark` (2012, eq. 13); infinite where it isn't
    above it.

    MinTRL = 1 + [1 - skew SR + (kurtosis - 1) / 4 SR^2] (Z^-1[confidence] / (SR - SR*))^2
    """
    if found.sharpe <= benchmark:
        return inf
    return 1 + _spread(found) * (_NORMAL.inv_cdf(confidence) / (found.sharpe - benchmark)) ** 2


def luckiest_sharpe(trials: float, deviation: float) -> float:
    """The Sharpe ratio that the best of so many trials has by luck alone (2014, eq. 1 with a mean of 0).

    SR0 = deviation x ((1 - g) Z^-1[1 - 1/N] + g Z^-1[1 - 1/(N e)]), g the Euler-Mascheroni constant, `deviation` the
    standard deviation of the trials' Sharpe ratios. One trial has no luck to choose from: 0.
    """
    if trials <= 1:
        return 0.0
    likely = (1 - EULER_MASCHERONI) * _NORMAL.inv_cdf(1 - 1 / trials)
    return deviation * (likely + EULER_MASCHERONI * _NORMAL.inv_cdf(1 - 1 / (trials * e)))


def deflated_sharpe(found: Moments, trials: float, deviation: float) -> float | None:
    """The probability that the best of so many trials is no luck: PSR against `luckiest_sharpe` (2014, eq. 2)."""
    return probabilistic_sharpe(found, luckiest_sharpe(trials, deviation))


def independent_trials(lines: Sequence[Sequence[float]]) -> float:
    """How many independent trials so many correlated ones are worth (2014, appendix 3): r + (1 - r) N.

    r is the mean correlation between the trials' returns, at least 0; lines that never move are left out.
    """
    moving = [line for line in lines if len(line) > 1 and max(line) > min(line)]
    if len(moving) < 2:
        return float(len(moving))
    correlations = np.corrcoef(np.array(moving))
    count = len(moving)
    mean = (float(correlations.sum()) - count) / (count * (count - 1))
    mean = min(max(mean, 0.0), 1.0)
    return mean + (1 - mean) * count


def _spread(found: Moments) -> float:
    """1 - skew SR + (kurtosis - 1) / 4 SR^2: how much wider than 1 / sqrt(T - 1) the estimate's error is."""
    return max(1 - found.skewness * found.sharpe + (found.kurtosis - 1) / 4 * found.sharpe**2, 1e-12)
