"""Asks for points, has them run, tells their scores. Fed by askers and workers; feeds plateau and walk_forward.

Trial n is asked for when the scores of the trials up to n - ahead are told, in the order of their numbers, whichever
finish first. So what is asked, and with it the whole table, is the same on one core, on many and on a cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.domain.errors import InvalidValue
from engine.research.sweep.askers import Asker
from engine.research.sweep.space import Point, Space, Value
from engine.research.sweep.trial import ALL_DAYS, Job, Outcome, Window
from engine.research.sweep.trial_log import TrialLog
from engine.research.sweep.workers import Workers

AHEAD = 16  # trials asked before the answers to earlier ones are known: part of the result, so not a matter of cores
SCORES = ("sharpe", "return_pct", "net_pnl", "profit_factor", "return_over_drawdown")


@dataclass(frozen=True, slots=True)
class Scoring:
    """What makes a trial good. One with fewer trades than `least_trades` has no score: it shows luck, not a rule."""

    kind: str = "sharpe"
    least_trades: int = 10

    def __post_init__(self) -> None:
        if self.kind not in SCORES:
            raise InvalidValue("--score", f"unknown score {self.kind!r}; there are {', '.join(SCORES)}")

    def score(self, outcome: Outcome) -> float | None:
        """The score, more is better; None for too few trades, a halt, or a point that can't be run."""
        figures = outcome.figures
        if outcome.impossible or figures["halted"] or figures["trades"] < self.least_trades:
            return None
        if self.kind == "return_over_drawdown":
            drawdown = figures["max_drawdown_pct"]
            return round(figures["return_pct"] / drawdown, 6) if drawdown else None
        found = figures[self.kind]
        return None if found is None else float(found)


@dataclass(frozen=True, slots=True)
class Trial:
    """A point and what came of it. `origin` is `search`, or `neighbour` where it was run to look around a good one."""

    number: int
    point: Point
    settings: dict[str, Value]
    outcome: Outcome
    score: float | None
    origin: str = "search"


Told = Callable[[int, int, Trial | None], None]
"""Called as trials become known: how many are, of how many, and the best of them so far."""


class Search:
    """Runs trials of one space by workers and log."""

    def __init__(self, space: Space, scoring: Scoring, workers: Workers, log: TrialLog, *, ahead: int = AHEAD) -> None:
        self.space, self.scoring = space, scoring
        self._workers, self._log, self._ahead = workers, log, ahead

    def run(
        self,
        asker: Asker,
        count: int,
        told: Told,
        window: Window = ALL_DAYS,
        cash: str | None = None,
        so_far: list[Trial] | None = None,
    ) -> list[Trial]:
        """So many trials, as the asker asks for them; fewer where it runs out of points.

        `so_far` receives each as it is told.
        """

        def ask() -> Iterator[Point]:
            for _ in range(count):
                point = asker.ask()
                if point is None:
                    return
                yield point

        trials = [] if so_far is None else so_far
        for trial in self._in_order(ask(), window, cash, "search", 0):
            asker.tell(trial.score)
            trials.append(trial)
            told(len(trials), count, best_of(trials))
        return trials

    def around(
        self, points: Sequence[Point], told: Told, window: Window, cash: str | None, before: Sequence[Trial]
    ) -> list[Trial]:
        """These points, as neighbours of others; those tried `before` are left out."""
        known = {trial.point for trial in before}
        wanted = [point for point in dict.fromkeys(points) if point not in known]
        trials: list[Trial] = []
        for trial in self._in_order(wanted, window, cash, "neighbour", len(before)):
            trials.append(trial)
            told(len(trials), len(wanted), None)
        return trials

    def outcome(self, settings: dict[str, Value], window: Window, cash: str | None = None) -> Outcome:
        """What comes of settings that need not lie in the space."""
        job = Job(tuple(settings.items()), window, cash)
        known: dict[str, Outcome] = {}
        self._begin(job, known, set())
        if job.key not in known:
            done, known[job.key] = self._workers.next_done()
            self._log.add(done, known[job.key])
        return known[job.key]

    def _in_order(
        self, points: Iterable[Point], window: Window, cash: str | None, origin: str, first: int
    ) -> Iterator[Trial]:
        """The trials of points, in the points' order, `ahead` of them asked for and running."""
        asked: list[tuple[Point, Job]] = []
        known: dict[str, Outcome] = {}
        running: set[str] = set()
        waiting = iter(points)
        number, exhausted = 0, False
        while True:
            while not exhausted and len(asked) - number < self._ahead:
                point = next(waiting, None)
                if point is None:
                    exhausted = True
                    break
                job = Job(tuple(self.space.settings(point).items()), window, cash)
                asked.append((point, job))
                self._begin(job, known, running)
            if number == len(asked):
                return
            point, job = asked[number]
            while job.key not in known:
                done, outcome = self._workers.next_done()
                self._log.add(done, outcome)
                known[done.key] = outcome
            outcome = known[job.key]
            yield Trial(first + number, point, self.space.settings(point), outcome, self.scoring.score(outcome), origin)
            number += 1

    def _begin(self, job: Job, known: dict[str, Outcome], running: set[str]) -> None:
        """Have a job run, unless that was done, or is being done."""
        if job.key in known or job.key in running:
            return
        before = self._log.get(job)
        if before is not None:
            known[job.key] = before
        else:
            running.add(job.key)
            self._workers.submit(job)


def best_of(trials: Iterable[Trial]) -> Trial | None:
    """The trial with the highest score, the earliest of equals; None where none has one."""
    best: Trial | None = None
    for trial in trials:
        if trial.score is not None and (best is None or best.score is None or trial.score > best.score):
            best = trial
    return best
