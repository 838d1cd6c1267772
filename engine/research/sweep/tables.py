"""A sweep's folder: trials.csv, best.json, sweep.json, sweep.html. Fed by pipeline; each file is whole or not there."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from engine.research.sweep.pipeline import Swept
from engine.research.sweep.plateau import Plateau
from engine.research.sweep.search import Scoring, Trial
from engine.research.sweep.space import Space, Value
from engine.research.sweep.trial import FIGURES, Plan
from engine.research.sweep.walk_forward import LINES, WalkForward
from engine.research.whole_file import whole_file

_SHOWN = tuple(name for name in FIGURES if name != "halted")


def write_trials(folder: Path, space: Space, scoring: Scoring, trials: Sequence[Trial]) -> None:
    """trials.csv: a row a trial in their order, its settings, score and figures, and why it has no score."""
    names = [each.name for each in space.dimensions]

    def write(file: TextIO) -> None:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("number", "origin", *names, "score", *_SHOWN, "why_no_score"))
        for trial in trials:
            figures = trial.outcome.figures
            table.writerow((
                trial.number, trial.origin, *(_cell(trial.settings[name]) for name in names), _cell(trial.score),
                *(_cell(figures.get(name)) for name in _SHOWN), why_no_score(trial, scoring),
            ))  # fmt: skip

    _whole(folder / "trials.csv", write)


def why_no_score(trial: Trial, scoring: Scoring) -> str:
    """Why a trial can't be compared; empty where it can."""
    if trial.score is not None:
        return ""
    outcome = trial.outcome
    if outcome.impossible:
        return outcome.impossible
    if outcome.figures["halted"]:
        return f"halted: {outcome.figures['halted']}"
    if outcome.figures["trades"] < scoring.least_trades:
        return f"{outcome.figures['trades']} trades, {scoring.least_trades} are needed"
    return f"no {scoring.kind} can be reckoned"


def write_best(folder: Path, plan: Plan, settings: dict[str, Value]) -> None:
    """best.json: the recommended set as a bots file, for `backtest --bots` and `make run BOTS=`."""
    content = json.dumps(plan.bots_file(settings), indent=2) + "\n"
    _whole(folder / "best.json", lambda file: file.write(content))


def write_figures(folder: Path, figures: dict[str, Any]) -> None:
    """sweep.json."""
    content = json.dumps(figures, indent=2) + "\n"
    _whole(folder / "sweep.json", lambda file: file.write(content))


def write_page(folder: Path, page: str) -> None:
    """sweep.html."""
    _whole(folder / "sweep.html", lambda file: file.write(page))


def figures_of(swept: Swept, quality: dict[str, Any]) -> dict[str, Any]:
    """Everything that was found, as sweep.json has it."""
    heights, options = swept.heights, swept.options
    return {
        "strategy": swept.plan.strategy,
        "symbols": list(swept.plan.symbols),
        "from": swept.days[0].isoformat(),
        "to": swept.days[-1].isoformat(),
        "days": len(swept.days),
        "fixed": dict(swept.plan.fixed),
        "space": {each.name: list(each.levels) for each in swept.space.dimensions},
        "points": swept.space.size,
        "search": options.kind,
        "seed": swept.plan.seed,
        "ahead": options.ahead,
        "score": options.scoring.kind,
        "least_trades": options.scoring.least_trades,
        "trials": swept.searched,
        "neighbours": len(swept.trials) - swept.searched,
        "without_score": sum(trial.score is None for trial in swept.trials),
        "data": quality,
        "recommended": _plateau(heights.recommended) if heights else None,
        "peak": _plateau(heights.peak) if heights else None,
        "differ": heights.differ if heights else None,
        "lone_peak": heights.lone_peak if heights else None,
        "loses": heights.loses if heights else None,
        "at_edge": list(heights.edges) if heights else [],
        "candidates": [_plateau(found) for found in heights.candidates] if heights else [],
        "luck": swept.luck.figures() if swept.luck else None,
        "peak_luck": swept.peak_luck.figures() if swept.peak_luck else None,
        "walk_forward": _walk(swept.walk) if swept.walk else None,
        "monte_carlo": swept.carlo.figures() if swept.carlo else None,
    }


def set_words(settings: dict[str, Value]) -> list[str]:
    """The settings as `sweep --set` takes them; dotted ones are the bot's, which `backtest` reads from best.json."""
    return [f"{name}={_cell(value)}" for name, value in settings.items()]


def _plateau(found: Plateau) -> dict[str, Any]:
    trial = found.trial
    return {
        "number": trial.number,
        "settings": trial.settings,
        "set": set_words(trial.settings),
        "score": trial.score,
        "worth": found.worth,
        "lowest": found.lowest,
        "neighbours": found.neighbours,
        **{name: trial.outcome.figures[name] for name in _SHOWN},
    }


def _walk(walk: WalkForward) -> dict[str, Any]:
    return {
        "train_days": walk.scheme.train,
        "test_days": walk.scheme.test,
        "anchored": walk.scheme.anchored,
        "warm_up_days": walk.scheme.warm_up,
        "unused_days": walk.unused_days,
        "efficiency": walk.efficiency,
        "winning_steps": walk.winning_steps,
        "final_equity": {line: walk.equity[line][-1] for line in LINES},
        "equity": {line: list(walk.equity[line]) for line in LINES},
        "steps": [
            {
                "train": str(step.fold.train),
                "test": str(step.fold.test),
                "settings": step.settings,
                "peak_settings": step.peak_settings,
                "train_score": step.train_score,
                "in_sample_daily_pct": _percent(step.in_sample_daily),
                "out_of_sample_daily_pct": _percent(step.out_of_sample_daily),
                "equity": {line: step.daily[line][-1] for line in LINES},
            }
            for step in walk.steps
        ],
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 6)


def _cell(value: Any) -> str:
    """A value as `--set` and CSV have it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _whole(path: Path, write: Callable[[TextIO], object]) -> None:
    with whole_file(path) as file:
        write(file)
