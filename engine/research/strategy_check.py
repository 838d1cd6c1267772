"""Whether a strategy decides by its bars alone: no clock, no chance, no set's order, nothing of what is to come.

Its text is read for what has no place in it (strategy_text.py), and it is run in processes of its own
(strategy_trial.py) on generated days: again, with other hash seeds, with clocks that are far apart, on days cut off and
on bars that are made only when their turn has come, on each symbol alone, and at the bounds of its parameters. Wherever
one says something else of a bar than the first, that bar is told. Feeds cli/strategy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.domain.errors import InvalidValue, OperatingError
from engine.research.generated_days import SYMBOLS
from engine.research.strategy_text import Finding, read_source
from engine.strategies.registry import kind_of

CUTS = (0.3, 0.7)  # parts of the days that a trial sees
CLOCK_SHIFT_S = 400 * 86_400 + 18_503  # another year, another hour, another second
_RULES = {1: "fails", 4: "explain", 5: "writes"}  # by the trial's exit code


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it: the bars looked at, the signals given, what is wrong."""

    bars: int
    signals: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Trial:
    name: str
    rule: str  # what it means where this one differs from the first
    hash_seed: str = "0"
    clock_shift_s: int = 0
    part: float = 1.0
    feed: str = "whole"
    symbols: tuple[str, ...] = SYMBOLS


_TRIALS = (
    _Trial("as it is", "fails"),
    _Trial("run with another clock", "clock", clock_shift_s=CLOCK_SHIFT_S),
    _Trial("run on bars that are made only when their turn has come", "look_ahead", feed="streamed"),
    *(_Trial(f"run on the first {part:.0%} of the days", "look_ahead", part=part) for part in CUTS),
    *(_Trial(f"run on {symbol} alone", "shared_state", symbols=(symbol,)) for symbol in SYMBOLS),
    _Trial("at its parameters' bounds", "bounds", feed="bounds"),
    _Trial("run again", "chance"),
    _Trial("run with another hash seed", "set_order", hash_seed="4242"),
    _Trial("run with a third hash seed", "set_order", hash_seed="7"),
)
# Trials of one process are forks of it: they share its hash seed, and the state of its dice.
_TOGETHER = (_TRIALS[:-3], *((trial,) for trial in _TRIALS[-3:]))


def check_strategy(
    what: str,
    parameters: Mapping[str, Any],
    progress: Callable[[int, int], None] | None = None,
    *,
    folder: Path | None = None,
) -> Checked:
    """Check a strategy by its name, or that of a Python file. Raises InvalidValue for one that is not there.

    A name is the registry's here; the trials' processes load the strategies of `folder` themselves.
    """
    source = source_of(what)
    findings = read_source(_text_of(source), str(source))
    run = partial(_run, what, parameters, folder)
    ended: list[list[str] | Finding] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, some in enumerate(pool.map(run, _TOGETHER)):
            ended += some
            if progress is not None:
                progress(number + 1, len(_TOGETHER))
    first = ended[0]
    if isinstance(first, Finding):
        return Checked(0, 0, (*findings, first))
    told = {trial: _findings(trial, first, again) for trial, again in zip(_TRIALS[1:], ended[1:], strict=True)}
    dice = [finding for found in told.values() for finding in found if finding.rule == "chance"]
    findings += dice or [finding for found in told.values() for finding in found]  # with dice no comparison means much
    return Checked(len(first), sum('"signal"' in line for line in first), tuple(findings))


def source_of(what: str) -> Path:
    """The file a strategy is written in."""
    if what.endswith(".py"):
        if not Path(what).is_file():
            raise InvalidValue("strategy", f"there is no file {what}")
        return Path(what)
    found = sys.modules[kind_of(what).parameters.__module__].__file__
    assert found is not None
    return Path(found)


def _text_of(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue("strategy", f"{source} can't be read: {error}") from error


def _run(
    what: str, parameters: Mapping[str, Any], folder: Path | None, trials: Sequence[_Trial]
) -> list[list[str] | Finding]:
    """What it says of each bar in each of some trials, a line each; or how it broke."""
    words = [
        {
            "what": what,
            "parameters": dict(parameters),
            "folder": None if folder is None else str(folder),
            "symbols": trial.symbols,
            "clock_shift_s": trial.clock_shift_s,
            "part": trial.part,
            "feed": trial.feed,
        }
        for trial in trials
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "engine.research.strategy_trial", json.dumps(words)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": trials[0].hash_seed},
    )  # fmt: skip
    if ran.returncode:
        raise OperatingError(f"the trials ended with {ran.returncode}: {ran.stderr.strip()[-400:]}")
    return [_ended(**one) for one in json.loads(ran.stdout)]


def _ended(code: int, out: str, err: str) -> list[str] | Finding:
    """What came of one trial. Raises InvalidValue where there was no strategy to try."""
    if code == 3:
        raise InvalidValue("strategy", err.strip())
    if code:
        why = err.strip().splitlines()[-1] if err.strip() else f"its process ended with {code}"
        return Finding(_RULES.get(code, "fails"), why)
    return out.splitlines()


def _findings(trial: _Trial, first: list[str], again: list[str] | Finding) -> list[Finding]:
    """What a further trial shows."""
    if isinstance(again, Finding):  # it went well the first time
        return [Finding(trial.rule, f"{trial.name}, it fails: {again.detail}")]
    if trial.feed == "bounds":
        told = [json.loads(line) for line in again]
        return [Finding(trial.rule, f"with {name}={value} it fails: {why}") for name, value, why in told]
    same = [line for line in first if json.loads(line)[0] in trial.symbols] if trial.symbols != SYMBOLS else first
    difference = _difference(same, again)
    return [] if difference is None else [Finding(trial.rule, f"{trial.name}, {difference}")]


def _difference(first: list[str], again: list[str]) -> str | None:
    """The first bar that is judged otherwise."""
    for before, after in zip(first, again, strict=False):
        if before != after:
            old, new = json.loads(before), json.loads(after)
            return f"it says {_words(new)} of {old[0]}'s bar at {old[1]}, where it said {_words(old)}"
    return None


def _words(line: list[Any]) -> str:
    """A trial's line on a bar as people read it."""
    _, _, code, score, signal, inputs = line
    told = ", ".join(f"{name} {value}" for name, value in inputs.items())
    return f"{signal or code}, score {score}{f' ({told})' if told else ''}"
