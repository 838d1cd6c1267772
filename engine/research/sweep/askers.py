"""Which point to try next: Optuna's TPE, at random, or every one. Asked by search, told each score in the order asked.

An asker is deterministic: equal seeds, asked and told in the same order, ask for the same points. Optuna is loaded when
one is made.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any, Protocol

from engine.domain.errors import CannotStart, InvalidValue
from engine.research.sweep.space import Point, Space

KINDS = ("tpe", "random", "grid")


class Asker(Protocol):
    """Asks for points one after the other."""

    def ask(self) -> Point | None:
        """The next point to try; None when there is none left."""

    def tell(self, score: float | None) -> None:
        """The score of the earliest point that was asked and not told; None where it has none."""


class Grid:
    """Every point of the space, the last dimension fastest."""

    def __init__(self, space: Space) -> None:
        self._points: Iterator[Point] = itertools.product(*(range(len(each.levels)) for each in space.dimensions))

    def ask(self) -> Point | None:
        return next(self._points, None)

    def tell(self, score: float | None) -> None:
        """A grid learns nothing."""


class OptunaSearch:
    """A sampler of Optuna's over the levels' numbers: ordered levels as whole numbers, others as categories.

    TPE is told that what is still running will be bad (`constant_liar`), so that trials asked ahead spread out.
    """

    def __init__(self, space: Space, kind: str, seed: int) -> None:
        optuna = _optuna()
        self._optuna, self._space = optuna, space
        sampler = optuna.samplers.RandomSampler(seed=seed)
        if kind == "tpe":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Optuna calls its long-standing options experimental
                sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._distributions: dict[str, Any] = {
            each.name: optuna.distributions.IntDistribution(0, len(each.levels) - 1)
            if each.ordered
            else optuna.distributions.CategoricalDistribution(tuple(range(len(each.levels))))
            for each in space.dimensions
        }
        self._open: list[Any] = []

    def ask(self) -> Point | None:
        trial = self._study.ask(self._distributions)
        self._open.append(trial)
        return tuple(int(trial.params[each.name]) for each in self._space.dimensions)

    def tell(self, score: float | None) -> None:
        trial = self._open.pop(0)
        if score is None:  # pruned at once: worse than anything with a score
            self._study.tell(trial, state=self._optuna.trial.TrialState.PRUNED)
        else:
            self._study.tell(trial, score)


def asker_of(kind: str, space: Space, seed: int) -> Asker:
    """The asker of that kind. Raises InvalidValue for an unknown one, CannotStart where Optuna is missing."""
    if kind not in KINDS:
        raise InvalidValue("--search", f"unknown search {kind!r}; there are {', '.join(KINDS)}")
    return Grid(space) if kind == "grid" else OptunaSearch(space, kind, seed)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise CannotStart(
            "a search by tpe or random needs Optuna, which is not installed here; type: "
            "pip install -r requirements/research.txt, or use --search grid"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
