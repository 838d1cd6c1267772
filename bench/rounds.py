"""Contenders measured by turns, round by round, each in a process of its own. Fed by the figures of the engine beside
others; runs them through contender.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from bench import contender
from bench.figure import Terms, turned

Way: TypeAlias = tuple[Path, str, tuple[str, ...]]  # a Python, a module, and the words after the file
Answer: TypeAlias = dict[str, Any]


def in_rounds(
    terms: Terms, ways: Mapping[str, Way], file: Path, quantities: Callable[[Answer], dict[str, float]], shown: str
) -> tuple[list[dict[str, dict[str, float]]], dict[str, Answer]]:
    """What each measured in each round, and the last answer of each. `shown` is the quantity that progress tells.

    Raises NotMeasured.
    """
    rounds: list[dict[str, dict[str, float]]] = []
    answers: dict[str, Answer] = {}
    for number in range(terms.rounds):
        found = {}
        for name in turned(tuple(ways), number):
            python, module, words = ways[name]
            answers[name] = contender.run(python, module, str(file), *words)
            found[name] = quantities(answers[name])
            terms.say(f"round {number + 1}, {name}: {found[name][shown]:,.0f} {shown}")
        rounds.append({name: found[name] for name in ways})
    return rounds, answers


def per_second(answer: Mapping[str, Any], unit: str) -> dict[str, float]:
    """How many ticks or bars a second of wall time, and of the process's own CPU time."""
    count = answer[unit]
    return {f"{unit}_per_s": count / answer["seconds"], f"{unit}_per_cpu_s": count / answer["cpu_seconds"]}


def same_work(answers: Mapping[str, Mapping[str, Any]], ours: str) -> dict[str, Any]:
    """Counts of each side; raises NotMeasured where the signals are not the same ones."""
    for name, answer in answers.items():
        if answer["signals"] != answers[ours]["signals"]:
            raise contender.NotMeasured(
                f"{name} gave other signals ({len(answer['signals'])}) than {ours} ({len(answers[ours]['signals'])})"
            )
    counts = {
        name: {key: answer[key] for key in ("ticks", "bars", "fills") if answer.get(key)}
        for name, answer in answers.items()
    }
    return {"signals": len(answers[ours]["signals"]), "counts": {name: counts[name] for name in sorted(counts)}}
