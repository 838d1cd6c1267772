"""Broad heights instead of lone peaks: a point is worth what its neighbourhood is worth. Fed by search; feeds tables.

The best points of a search that lie apart are candidates. Each is surrounded: its neighbours along every dimension are
run where they were not. A candidate's worth is the lower quartile of the scores in the box around it, itself included,
so that a parameter a little off, or a market a little other, costs little. The best such candidate is recommended; the
highest point of all, the peak, is shown beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.research.sweep.search import Search, Told, Trial, best_of
from engine.research.sweep.space import Point, Space
from engine.research.sweep.trial import ALL_DAYS, Window

WIDTH = 0.1  # of each parameter's range: how far a neighbour is
CANDIDATES = 5
QUANTILE = 0.25
LOST_SHARE = 0.5  # a peak that loses more than half of its score in its neighbourhood is told as a lone one


@dataclass(frozen=True, slots=True)
class Plateau:
    """A trial and its neighbourhood: the trials in the box around it (itself included) and what they are worth.

    `worth` is the lower quartile of their scores; a neighbour without a score counts as the worst that was found.
    """

    trial: Trial
    neighbours: int
    worth: float
    lowest: float


@dataclass(frozen=True, slots=True)
class Heights:
    """What a search found: the recommended plateau, the peak with its own neighbourhood, and the candidates, best
    first. All trials, those of neighbours too, in their order. `edges`: parameters of the recommended set that are at
    an end of their range.
    """

    recommended: Plateau
    peak: Plateau
    candidates: tuple[Plateau, ...]
    trials: tuple[Trial, ...]
    edges: tuple[str, ...]

    @property
    def differ(self) -> bool:
        """Whether the peak is another point than the one recommended."""
        return self.peak.trial.point != self.recommended.trial.point

    @property
    def loses(self) -> bool:
        """Whether even the recommended set loses money on the days that it was chosen by."""
        return bool(self.recommended.trial.outcome.figures["net_pnl"] <= 0)

    @property
    def lone_peak(self) -> bool:
        """Whether the peak stands alone: its neighbourhood keeps less than half of its score."""
        score = self.peak.trial.score
        return score is not None and score > 0 and self.peak.worth < LOST_SHARE * score


def find_heights(
    search: Search,
    trials: Sequence[Trial],
    told: Told,
    *,
    width: float = WIDTH,
    window: Window = ALL_DAYS,
    cash: str | None = None,
) -> Heights | None:
    """Surround the candidates and choose among them; None where no trial has a score."""
    chosen = apart(search.space, trials, width)
    if not chosen:
        return None
    around: list[Point] = [near for trial in chosen for near in search.space.neighbours(trial.point, width)]
    every = [*trials, *search.around(around, told, window, cash, trials)]
    # A neighbour may be higher than what it surrounds; the peak is the highest of all that was run.
    peak = best_of(every)
    assert peak is not None
    candidates = {trial.point: trial for trial in (*chosen, peak)}.values()
    judged = sorted(
        (neighbourhood(search.space, every, trial, width) for trial in candidates),
        key=lambda found: (-found.worth, found.trial.number),
    )
    of_peak = next(found for found in judged if found.trial.point == peak.point)
    return Heights(judged[0], of_peak, tuple(judged), tuple(every), search.space.edges(judged[0].trial.point))


def apart(space: Space, trials: Sequence[Trial], width: float, count: int = CANDIDATES) -> list[Trial]:
    """The best trials none of which lies in another's box: a search that climbs one peak gives one candidate of it."""
    ranked = sorted(
        (trial for trial in trials if trial.score is not None), key=lambda trial: (-(trial.score or 0.0), trial.number)
    )
    chosen: list[Trial] = []
    for trial in ranked:
        if len(chosen) == count:
            break
        if all(space.distance(trial.point, other.point) > width for other in chosen):
            chosen.append(trial)
    return chosen


def neighbourhood(space: Space, trials: Sequence[Trial], centre: Trial, width: float) -> Plateau:
    """The box around a trial. A level apart counts as near even where a level is wider than the box."""
    near = {trial.point: trial.score for trial in trials if _near(space, trial.point, centre.point, width)}
    worst = min(trial.score for trial in trials if trial.score is not None)
    scores = [worst if score is None else score for score in near.values()]
    return Plateau(centre, len(scores), round(float(np.quantile(scores, QUANTILE)), 6), min(scores))


def _near(space: Space, one: Point, other: Point, width: float) -> bool:
    for each, a, b in zip(space.dimensions, one, other, strict=True):
        if each.distance(a, b) > width + 1e-9 and not (each.ordered and abs(a - b) <= 1):
            return False
    return True
