"""A whole sweep: search, plateaus, walk-forward, luck, Monte Carlo. Fed by cli/sweep; feeds tables and page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from engine.domain.errors import InvalidValue
from engine.market_data.columns import MarketData
from engine.market_data.span import traded_days
from engine.research.backtest import check_bots
from engine.research.monte_carlo import RUNS, MonteCarlo, monte_carlo
from engine.research.sweep.askers import Asker, asker_of
from engine.research.sweep.luck import Luck, luck_of
from engine.research.sweep.plateau import WIDTH, Heights, find_heights
from engine.research.sweep.search import AHEAD, Scoring, Search, Trial
from engine.research.sweep.space import Space
from engine.research.sweep.trial import Job, Plan, run_job
from engine.research.sweep.trial_log import TrialLog
from engine.research.sweep.walk_forward import Scheme, WalkForward, folds_of, walk_forward
from engine.research.sweep.workers import Workers

TRIALS = 100
GRID_MAX = 20_000  # points; a grid of more is a search that nobody meant


@dataclass(frozen=True, slots=True)
class Options:
    """How to search and what to do with what is found."""

    kind: str = "tpe"
    trials: int | None = None
    ahead: int = AHEAD
    scoring: Scoring = field(default_factory=Scoring)
    width: float = WIDTH
    scheme: Scheme | None = None
    runs: int = RUNS
    method: str = "bootstrap"
    block: int = 1


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found. `heights` and what hangs on it are None where no trial has a score."""

    plan: Plan
    space: Space
    options: Options
    days: tuple[date, ...]
    trials: tuple[Trial, ...]
    heights: Heights | None = None
    luck: Luck | None = None
    peak_luck: Luck | None = None
    walk: WalkForward | None = None
    carlo: MonteCarlo | None = None
    currency: str = "INR"

    @property
    def searched(self) -> int:
        """Trials that the search asked for, neighbours left out."""
        return sum(trial.origin == "search" for trial in self.trials)


Stage = Callable[[str], Callable[[int, int, Trial | None], None]]
"""Names the stage that begins; gives what is told of its trials."""


def check(plan: Plan, space: Space, data: MarketData, options: Options) -> None:
    """Refuse before anything runs what can't be run: a setting that isn't there, a level out of its bounds, data that
    does not serve the bot, a window longer than the data."""
    bots = plan.bots({})
    check_bots(bots.bots, data)
    for each in space.dimensions:
        if each.name in plan.fixed:
            raise InvalidValue(f"space.{each.name}", "is set by --set too; leave one of them out")
        ends = (each.levels[0], each.levels[-1]) if each.ordered else each.levels
        for value in ends:
            _check_level(plan, each.name, value)
    if options.scheme is not None:
        folds_of(traded_days(data), options.scheme)
    trials_of(space, options)


def _check_level(plan: Plan, name: str, value: object) -> None:
    """A value that is wrong on its own is refused; one that only excludes others, which the search varies, is not."""
    try:
        plan.bots({name: value})  # type: ignore[dict-item]
    except InvalidValue as error:
        if error.field.rpartition(".")[2] == name.rpartition(".")[2]:
            raise InvalidValue(f"space.{name}", f"{value!r} can't be tried: {error.message}") from error


def trials_of(space: Space, options: Options) -> int:
    """How many trials to ask for. Raises InvalidValue for a grid that is larger than what was asked for."""
    if options.kind != "grid":
        return options.trials or TRIALS
    most = options.trials or GRID_MAX
    if space.size > most:
        raise InvalidValue(
            "--search", f"a grid of this space has {space.size:,} points, more than {most:,}; give wider steps"
        )
    return space.size


def sweep(
    plan: Plan, data: MarketData, space: Space, options: Options, workers: Workers, log: TrialLog, stage: Stage,
    so_far: list[Trial],
) -> Swept:  # fmt: skip
    """Run it. `so_far` receives the search's trials as they are told, for a caller that is interrupted."""
    search = Search(space, options.scoring, workers, log, ahead=options.ahead)
    count, days = trials_of(space, options), tuple(traded_days(data))

    def new_asker() -> Asker:
        return asker_of(options.kind, space, plan.seed)

    tried = search.run(new_asker(), count, stage("Searching"), so_far=so_far)
    heights = find_heights(search, tried, stage("Looking around the best"), width=options.width)
    walk = None
    if options.scheme is not None:
        folds, unused = folds_of(days, options.scheme)
        walk = walk_forward(
            search, new_asker, count, folds, options.scheme, float(plan.cash),
            lambda number, of: stage(f"Walking forward, step {number + 1} of {of}"),
            width=options.width, unused_days=unused,
        )  # fmt: skip
    if heights is None:
        return Swept(plan, space, options, days, tuple(tried), walk=walk)
    recommended = heights.recommended.trial
    result = run_job(plan, data, Job(tuple(recommended.settings.items())))
    nets = [float(trade.net_pnl) for trade in result.trades]
    return Swept(
        plan, space, options, days, heights.trials, heights,
        luck=luck_of(recommended, heights.trials),
        peak_luck=luck_of(heights.peak.trial, heights.trials),
        walk=walk,
        carlo=monte_carlo(nets, float(plan.cash), runs=options.runs, method=options.method, block=options.block,
                          seed=plan.seed),
        currency=result.account.currency,
    )  # fmt: skip
