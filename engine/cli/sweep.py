"""`lockstep sweep`: searches a strategy's parameters, and says what the best of them is worth."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from engine.cli.data_paths import located, told_days
from engine.cli.progress import Progress
from engine.cli.sweep_report import tell
from engine.cli.sweep_words import EXAMPLE, add_words, options_of, plan_of
from engine.domain.errors import DataError, InvalidValue
from engine.market_data.columns import MarketData
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.research.doubts import doubts_of
from engine.research.sweep import tables
from engine.research.sweep.cluster import RayCluster
from engine.research.sweep.page import sweep_html
from engine.research.sweep.pipeline import Options, Swept, check, sweep
from engine.research.sweep.quality import Quality, quality_of
from engine.research.sweep.search import Told, Trial, best_of
from engine.research.sweep.space import Space, read_space
from engine.research.sweep.trial import Plan
from engine.research.sweep.trial_log import TrialLog
from engine.research.sweep.workers import Workers, local_workers, usable_cores
from engine.strategies.registry import kind_of
from engine.strategies.replay_account import replay_account


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    parser = subcommands.add_parser(
        "sweep",
        help="search parameters on many cores or a cluster, and doubt the best",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_words(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 where something can be recommended, 1 where no trial has a score or the data is bad."""
    if arguments.ray_address and arguments.on != "ray":
        raise InvalidValue("--ray-address", "goes with --on ray")
    kind_of(arguments.strategy)  # refuse wrong words before any data is read
    space, options = read_space(arguments.space), options_of(arguments)
    paths, days = located(arguments.data), told_days()
    progress = Progress("Reading data")
    data = read_market_data(
        paths,
        symbols=arguments.symbol,
        first_day=arguments.first_day,
        last_day=arguments.last_day,
        zone=arguments.zone,
        calendars=days.calendar,
    )
    for note in data.notes:
        print(note, file=sys.stderr)
    plan = plan_of(arguments, data, data_digest(paths, days.digest))
    check(plan, space, data, options)
    bots = plan.bots({})
    for doubt in doubts_of(replay_account(bots, plan.data_digest), bots.bots, data):
        print(doubt, file=sys.stderr)
    progress.begin("Looking at the data")
    quality = _doubted(quality_of(data, progress.advance), arguments)
    with TrialLog(arguments.out, plan, resume=arguments.resume) as log:
        swept = _sweep(arguments, plan, data, space, options, log, progress)
    progress.end()
    figures = tables.figures_of(swept, quality.figures())
    if arguments.out:
        _write(arguments.out, swept, figures, quality)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        tell(swept, arguments.out)
    return 0 if swept.heights else 1


def _doubted(quality: Quality, arguments: argparse.Namespace) -> Quality:
    """Show what the data is like; refuse bad data unless that was accepted."""
    for line in quality.lines():
        print(line, file=sys.stderr if arguments.json else sys.stdout)
    if quality.bad and not arguments.accept_data:
        raise DataError(arguments.data[0], f"{quality.bad}; a search would learn the holes. Mend it, or --accept-data")
    return quality


def _sweep(
    arguments: argparse.Namespace, plan: Plan, data: MarketData, space: Space, options: Options, log: TrialLog,
    progress: Progress,
) -> Swept:  # fmt: skip
    def stage(what: str) -> Told:
        progress.begin(what)

        def told(done: int, total: int, best: Trial | None) -> None:
            note = f"best {best.score:g} at {', '.join(tables.set_words(best.settings))}" if best else ""
            progress.advance(done, total, note)

        return told

    so_far: list[Trial] = []
    try:
        with _workers(arguments, plan, data) as workers:
            return sweep(plan, data, space, options, workers, log, stage, so_far)
    except KeyboardInterrupt:
        best = best_of(so_far)
        progress.end()
        if arguments.out and so_far:
            tables.write_trials(arguments.out, space, options.scoring, so_far)
            if best is not None:
                tables.write_best(arguments.out, plan, best.settings)
            print(f"{len(so_far)} trials are in {arguments.out}/trials.csv, the best so far in best.json; "
                  f"--resume goes on", file=sys.stderr)  # fmt: skip
        raise


def _workers(arguments: argparse.Namespace, plan: Plan, data: MarketData) -> Workers:
    if arguments.on == "ray":
        return RayCluster(plan, data, arguments.ray_address, arguments.cores)
    return local_workers(plan, data, arguments.cores or usable_cores())


def _write(folder: Path, swept: Swept, figures: dict[str, Any], quality: Quality) -> None:
    tables.write_trials(folder, swept.space, swept.options.scoring, swept.trials)
    if swept.heights is not None:
        tables.write_best(folder, swept.plan, swept.heights.recommended.trial.settings)
    tables.write_figures(folder, figures)
    tables.write_page(folder, sweep_html(swept, quality))
