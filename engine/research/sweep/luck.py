"""How much of a sweep's best is luck, in figures and a sentence. Fed by plateau's trials; feeds tables and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import stdev
from typing import Any

from engine.core.performance import TRADING_DAYS
from engine.research.deflated_sharpe import (
    CONFIDENCE,
    deflated_sharpe,
    independent_trials,
    luckiest_sharpe,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    returns_of,
)
from engine.research.sweep.search import Trial

DAYS_FEW = 60  # days of returns below which skewness and kurtosis, and so all of these figures, are guesses themselves


@dataclass(frozen=True, slots=True)
class Luck:
    """Sharpe ratios a year, probabilities 0 to 1; what it is about, among how many distinct points.

    by_luck        what the best of `trials` useless points would show; `by_luck_independent`: of `independent` ones,
                   the number that so many correlated ones are worth
    probability    that the true Sharpe ratio is above 0, had nothing been searched; `deflated` and
                   `deflated_independent`: that it is above `by_luck`, or above `by_luck_independent`
    days_needed    daily returns needed to believe, at 95 %, that it is above 0; infinite for one at or below 0
    """

    sharpe: float
    skewness: float
    kurtosis: float
    days: int
    trials: int
    independent: float
    by_luck: float
    by_luck_independent: float
    probability: float | None
    deflated: float | None
    deflated_independent: float | None
    days_needed: float

    @property
    def believable(self) -> bool:
        """Whether it stands at 95 % after all trials are counted."""
        return self.deflated is not None and self.deflated >= CONFIDENCE

    def sentence(self) -> str:
        """The verdict in words."""
        best = f"the best of {self.trials} useless settings would show a Sharpe ratio of {self.by_luck:.2f} by luck"
        if self.deflated is None:
            return f"Too few days to say whether it is luck: it takes two daily returns, there are {self.days}."
        said = f"{best}; this one shows {self.sharpe:.2f}. The probability that it is more than luck is"
        few = f" {self.days} days are few for such figures." if self.days < DAYS_FEW else ""
        return f"{said[0].upper()}{said[1:]} {self.deflated * 100:.0f} %.{few}"

    def figures(self) -> dict[str, Any]:
        """As sweep.json has it."""
        return {
            "sharpe": round(self.sharpe, 6),
            "skewness": round(self.skewness, 6),
            "kurtosis": round(self.kurtosis, 6),
            "days": self.days,
            "trials": self.trials,
            "independent_trials": round(self.independent, 2),
            "sharpe_by_luck": round(self.by_luck, 6),
            "sharpe_by_luck_independent": round(self.by_luck_independent, 6),
            "probabilistic_sharpe": _rounded(self.probability),
            "deflated_sharpe": _rounded(self.deflated),
            "deflated_sharpe_independent": _rounded(self.deflated_independent),
            "days_needed": None if self.days_needed == inf else round(self.days_needed, 1),
            "believable": self.believable,
        }


def luck_of(trial: Trial, trials: Sequence[Trial]) -> Luck:
    """How much of a trial's Sharpe ratio the number of trials explains. Each point counts once, however often asked."""
    lines = {each.point: returns_of(each.outcome.daily) for each in trials if not each.outcome.impossible}
    sharpes = [moments(line).sharpe for line in lines.values()]
    deviation = stdev(sharpes) if len(sharpes) > 1 else 0.0
    found = moments(lines[trial.point])
    independent = max(independent_trials(list(lines.values())), 1.0)
    year = sqrt(TRADING_DAYS)
    return Luck(
        sharpe=found.sharpe * year,
        skewness=found.skewness,
        kurtosis=found.kurtosis,
        days=found.count,
        trials=len(lines),
        independent=independent,
        by_luck=luckiest_sharpe(len(lines), deviation) * year,
        by_luck_independent=luckiest_sharpe(independent, deviation) * year,
        probability=probabilistic_sharpe(found),
        deflated=deflated_sharpe(found, len(lines), deviation),
        deflated_independent=deflated_sharpe(found, independent, deviation),
        days_needed=minimum_track_record(found),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
