"""Whether a strategy decides by its bars alone: no clock, no chance, no set's order, nothing of what is to come.

Its text is read for what has no place in it, and it is run in processes of its own (strategy_trial.py) on generated
days: twice, with other hash seeds and with clocks that are far apart, and on days that are cut off, where what comes
after does not exist. Wherever one says something else of a bar than the first, that bar is told. Feeds cli/strategy.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.domain.errors import InvalidValue, OperatingError
from engine.strategies.registry import checked_parameters, kind_of

CUTS = (0.3, 0.7)  # parts of the days that a trial sees
CLOCK_SHIFT_S = 400 * 86_400 + 18_503  # another year, another hour, another second
_CLOCKS = {"time", "datetime", "zoneinfo", "calendar", "sched"}
_CHANCE = {"random", "secrets", "uuid"}
_PEEPHOLES = {"gc", "inspect", "ctypes", "sys", "os", "io", "pathlib", "subprocess", "socket", "threading"}
_CALLS = {"open", "id", "hash", "eval", "exec", "input", "globals", "__import__"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: `rule` is `clock`, `chance`, `set_order`, `outside`, `look_ahead`, `varies` or `fails`."""

    rule: str
    detail: str


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
    hash_seed: str
    clock_shift_s: int
    part: float


_FIRST = _Trial("as it is", "varies", "0", 0, 1.0)
_TRIALS = (
    _Trial("run again", "chance", "0", 0, 1.0),
    _Trial("run with another hash seed", "set_order", "4242", 0, 1.0),
    _Trial("run with another clock", "clock", "0", CLOCK_SHIFT_S, 1.0),
    *(_Trial(f"run on the first {part:.0%} of the days", "look_ahead", "0", 0, part) for part in CUTS),
)


def check_strategy(
    what: str, parameters: Mapping[str, Any], progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Check a strategy of the registry, or that of a Python file. Raises InvalidValue for one that is not there."""
    source = source_of(what)
    if not what.endswith(".py"):
        parameters = checked_parameters(what, parameters)
    findings = list(read_source(source.read_text(), str(source)))
    run = partial(_run, what, parameters)
    first = run(_FIRST)
    if isinstance(first, str):
        return Checked(0, 0, (*findings, Finding("fails", first)))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (trial, again) in enumerate(zip(_TRIALS, pool.map(run, _TRIALS), strict=True)):
            difference = again if isinstance(again, str) else _difference(first, again)
            if difference is not None:
                findings.append(Finding(trial.rule, f"{trial.name}, {difference}"))
            if progress is not None:
                progress(number + 1, len(_TRIALS))
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


def read_source(text: str, name: str) -> Iterator[Finding]:
    """What has no place in a strategy's text. Raises InvalidValue where it is no Python."""
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise InvalidValue("strategy", f"{name} line {error.lineno}: {error.msg}") from error
    for node in ast.walk(module):
        for rule, words in _wrong(node):
            yield Finding(rule, f"line {getattr(node, 'lineno', 0)}: {words}")


def _wrong(node: ast.AST) -> Iterator[tuple[str, str]]:
    for imported in _imported(node):
        if imported in _CLOCKS:
            yield "clock", f"{imported} is imported; a strategy's time is its bars'"
        elif imported in _CHANCE:
            yield "chance", f"{imported} is imported; a strategy has no dice"
        elif imported in _PEEPHOLES:
            yield "outside", f"{imported} is imported; a strategy sees bars and indicators alone"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        yield "outside", f"{node.func.id}() has no place in a strategy"
    if isinstance(node, ast.For | ast.comprehension) and _is_set(node.iter):
        yield "set_order", "the order of a set differs from run to run; sort it"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return []


def _is_set(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"set", "frozenset"}
    return isinstance(node, ast.Set | ast.SetComp)


def _run(what: str, parameters: Mapping[str, Any], trial: _Trial) -> list[str] | str:
    """What it says of each bar, a line each; or, as one text, how it broke."""
    words = {"what": what, "parameters": dict(parameters), "clock_shift_s": trial.clock_shift_s, "part": trial.part}
    ran = subprocess.run(
        [sys.executable, "-m", "engine.research.strategy_trial", json.dumps(words)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": trial.hash_seed},
    )  # fmt: skip
    if ran.returncode == 3:
        raise InvalidValue("strategy", ran.stderr.strip())
    if ran.returncode == 1:
        return f"it fails: {ran.stderr.strip().splitlines()[-1]}"
    if ran.returncode:
        raise OperatingError(f"the trial ended with {ran.returncode}: {ran.stderr.strip()[-400:]}")
    return ran.stdout.splitlines()


def _difference(first: list[str], again: list[str]) -> str | None:
    """The first bar that is judged otherwise."""
    for before, after in zip(first, again, strict=False):
        if before != after:
            old, new = json.loads(before), json.loads(after)
            return f"it says {new[2]} {new[3]} of {new[0]}'s bar at {new[1]}, where it said {old[2]} {old[3]}"
    return None
