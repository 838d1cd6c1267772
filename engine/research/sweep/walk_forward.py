"""Choosing by the past, trading the time after it, over and over. Fed by search and plateau; feeds tables and the page.

Each fold searches its training days as a sweep does and trades what it recommends on the test days behind them, which
the search never saw. Before either, the bots watch the days before without trading (`warm_up`), so that indicators are
warm as a running bot's are. The test windows follow each other without a gap, and each begins with the money that the
one before ended with: one account that was tuned again every so often.

Beside the recommended set two others trade the same test days: the peak, which a careless search would have taken, and
the strategy as it is, untuned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from engine.domain.errors import InvalidValue
from engine.research.sweep.askers import Asker
from engine.research.sweep.plateau import WIDTH, Heights, find_heights
from engine.research.sweep.search import Search, Told
from engine.research.sweep.space import Value
from engine.research.sweep.trial import Outcome, Window

WARM_UP = 5  # days: on minute bars far more than any indicator here needs
LINES = ("recommended", "peak", "untuned")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the days are cut: trading days to train on, to test on, to warm up before either."""

    train: int
    test: int
    anchored: bool = False
    warm_up: int = WARM_UP


@dataclass(frozen=True, slots=True)
class Fold:
    """One step: days to search on, days to trade on."""

    train: Window
    test: Window


@dataclass(frozen=True, slots=True)
class Step:
    """A fold as it went. `daily` are the equities of each line at the ends of `days`, before them the one at its
    beginning.

    `in_sample_daily` and `out_of_sample_daily` are the recommended set's mean growth a day; None where no trial of the
    training days had a score, and nothing was traded on the test days.
    """

    fold: Fold
    settings: dict[str, Value] | None
    peak_settings: dict[str, Value] | None
    train_score: float | None
    outcomes: dict[str, Outcome | None]
    daily: dict[str, tuple[float, ...]]
    days: dict[str, tuple[str, ...]]
    in_sample_daily: float | None
    out_of_sample_daily: float | None


@dataclass(frozen=True, slots=True)
class WalkForward:
    """All steps; `equity` is each line's stitched equity, the starting cash first."""

    scheme: Scheme
    steps: tuple[Step, ...]
    equity: dict[str, tuple[float, ...]]
    efficiency: float | None
    unused_days: int

    @property
    def winning_steps(self) -> int:
        """Test windows that the recommended set ended higher than it began."""
        return sum(step.daily["recommended"][-1] > step.daily["recommended"][0] for step in self.steps)

    @property
    def chosen_steps(self) -> int:
        """Steps on whose training days something could be chosen."""
        return sum(step.settings is not None for step in self.steps)

    @property
    def why_no_efficiency(self) -> str:
        """Why there is none, where there is none."""
        if not self.chosen_steps:
            return "nothing was ever chosen: no trial of the training days has a score"
        return "the chosen sets lost on the days they were chosen by"


def parse_scheme(text: str, *, anchored: bool, warm_up: int) -> Scheme:
    """TRAIN/TEST in trading days, as in 60/20."""
    found = re.fullmatch(r"([1-9]\d{0,4})/([1-9]\d{0,4})", text)
    if found is None:
        raise InvalidValue("--walk-forward", f"must be TRAIN/TEST in trading days, like 60/20, is {text!r}")
    return Scheme(int(found[1]), int(found[2]), anchored, warm_up)


def folds_of(days: Sequence[date], scheme: Scheme) -> tuple[list[Fold], int]:
    """The folds, and the days left over at the end. Raises InvalidValue where there are too few days for one."""
    folds: list[Fold] = []
    begin = scheme.train
    while begin + scheme.test <= len(days):
        first = 0 if scheme.anchored else begin - scheme.train
        folds.append(Fold(_window(days, first, begin, scheme), _window(days, begin, begin + scheme.test, scheme)))
        begin += scheme.test
    if not folds:
        needed = scheme.train + scheme.test
        raise InvalidValue("--walk-forward", f"{scheme.train}/{scheme.test} needs {needed} days, there are {len(days)}")
    return folds, len(days) - begin


def walk_forward(
    search: Search,
    new_asker: Callable[[], Asker],
    trials: int,
    folds: Sequence[Fold],
    scheme: Scheme,
    cash: float,
    told: Callable[[int, int], Told],
    *,
    width: float = WIDTH,
    unused_days: int = 0,
) -> WalkForward:
    """Run every fold. `told(number, of)` gives what is told of a fold's trials."""
    steps: list[Step] = []
    money = dict.fromkeys(LINES, cash)
    for number, fold in enumerate(folds):
        tell = told(number, len(folds))
        tried = search.run(new_asker(), trials, tell, fold.train)
        heights = find_heights(search, tried, tell, width=width, window=fold.train)
        step = _step(search, fold, heights, money)
        steps.append(step)
        money = {line: step.daily[line][-1] for line in LINES}
    equity = {line: (cash, *(value for step in steps for value in step.daily[line][1:])) for line in LINES}
    return WalkForward(scheme, tuple(steps), equity, _efficiency(steps), unused_days)


def _window(days: Sequence[date], first: int, end: int, scheme: Scheme) -> Window:
    return Window(days[first], days[end - 1], days[max(0, first - scheme.warm_up)])


def _step(search: Search, fold: Fold, heights: Heights | None, money: dict[str, float]) -> Step:
    """Trade the test days with what the training days recommend, with their peak, and untuned."""
    settings: dict[str, dict[str, Value] | None] = {
        "recommended": heights.recommended.trial.settings if heights else None,
        "peak": heights.peak.trial.settings if heights else None,
        "untuned": {},
    }
    outcomes: dict[str, Outcome | None] = {}
    daily: dict[str, tuple[float, ...]] = {}
    days: dict[str, tuple[str, ...]] = {}
    for line, chosen in settings.items():
        outcome = None
        if chosen is not None and money[line] > 0:
            outcome = search.outcome(chosen, fold.test, cash=str(round(money[line], 2)))
        outcomes[line] = outcome if outcome is not None and outcome.days else None
        if outcome is not None and outcome.days:
            daily[line], days[line] = outcome.daily, outcome.days
        else:  # nothing to trade with, or nothing left: the money lies there
            daily[line], days[line] = (money[line], money[line]), (str(fold.test.last),)
    return Step(
        fold=fold,
        settings=settings["recommended"],
        peak_settings=settings["peak"],
        train_score=heights.recommended.trial.score if heights else None,
        outcomes=outcomes,
        daily=daily,
        days=days,
        in_sample_daily=_growth(heights.recommended.trial.outcome.daily) if heights else None,
        out_of_sample_daily=_growth(daily["recommended"]) if heights else None,
    )


def _growth(daily: Sequence[float]) -> float:
    """The mean growth a day of an equity line, compounded."""
    if len(daily) < 2 or daily[0] <= 0 or daily[-1] <= 0:
        return 0.0
    growth: float = (daily[-1] / daily[0]) ** (1 / (len(daily) - 1)) - 1
    return growth


def _efficiency(steps: Sequence[Step]) -> float | None:
    """Growth a day out of sample over growth a day in sample (Pardo's walk-forward efficiency); None where the chosen
    sets did not even earn on the days they were chosen by."""
    inside = [step.in_sample_daily for step in steps if step.in_sample_daily is not None]
    outside = [step.out_of_sample_daily for step in steps if step.out_of_sample_daily is not None]
    if not inside or sum(inside) <= 0:
        return None
    return round(sum(outside) / sum(inside), 4)
