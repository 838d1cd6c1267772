"""A failing schedule made short: what is not needed for its violation is left out, and what is left is its story.

Asked by cli/simulate. Greedy, after the delta debugging of Zeller and Hildebrandt: whole kinds of faults, then the time
after which nothing more has to go wrong, then single occurrences. Each attempt is a schedule of its own, run whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

from engine.proof.chance import Faults
from engine.proof.trims import WHOLE, Trims
from engine.proof.world import Outcome, run_seed

ATTEMPTS_MAX = 400
Told = Callable[[int, Trims], None]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The shortest schedule found that violates the same. `attempts` were run for it."""

    trims: Trims
    outcome: Outcome
    attempts: int


def shrink(seed: int, told: Told = lambda attempts, trims: None) -> Shrunk | None:
    """Shrink a seed's schedule; None where it violates nothing. `told` is called after each step that helped."""
    outcome = run_seed(seed)
    if not outcome.violations:
        return None
    search = _Search(seed, _invariant(outcome), told)
    search.simpler(replace(WHOLE, no_successors=True))
    search.simpler(replace(search.best, one_bot=True))
    search.simpler(replace(search.best, one_symbol=True))
    search.drop_kinds([one.name for one in fields(Faults)])
    search.calm_sooner()
    search.mute()
    return Shrunk(search.best, run_seed(seed, traced=True, trims=search.best), search.attempts)


def _invariant(outcome: Outcome) -> str:
    return outcome.violations[0].partition(":")[0]


class _Search:
    """The best so far; each attempt is kept where it still violates the same invariant."""

    def __init__(self, seed: int, invariant: str, told: Told) -> None:
        self._seed = seed
        self._invariant = invariant
        self._told = told
        self.best = WHOLE
        self.attempts = 0

    def simpler(self, trims: Trims) -> bool:
        """Keep these, if the schedule still fails so."""
        if self.attempts >= ATTEMPTS_MAX:
            return False
        self.attempts += 1
        outcome = run_seed(self._seed, trims=trims)
        if all(sentence.partition(":")[0] != self._invariant for sentence in outcome.violations):
            return False
        self.best = trims
        self._told(self.attempts, trims)
        return True

    def drop_kinds(self, names: Sequence[str]) -> None:
        """Leave out as many kinds of faults as can be: half of them at a time, then one by one."""
        half = len(names) // 2
        for part in (names[:half], names[half:]) if half else ():
            if not self.simpler(replace(self.best, without=self.best.without | set(part))):
                self.drop_kinds(part)
        if len(names) == 1:
            self.simpler(replace(self.best, without=self.best.without | set(names)))

    def calm_sooner(self) -> None:
        """Find the last second at which something has to go wrong, to half a second."""
        low, high = 0.0, 600.0
        while high - low > 0.5:
            middle = (low + high) / 2
            if self.simpler(replace(self.best, calm_after=round(middle, 1))):
                high = middle
            else:
                low = middle

    def mute(self) -> None:
        """Leave out single occurrences, the last ones first: what came after them changes least."""
        met = run_seed(self._seed, trims=self.best).met
        names = [one.name for one in fields(Faults) if met[one.name]]
        for name in names:
            for number in range(met[name], 0, -1):
                self.simpler(replace(self.best, muted=self.best.muted | {(name, number)}))
