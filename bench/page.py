"""BENCHMARKS.md, made from the kept results. Fed by figures and record; written by __main__."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.figure import Figure, Spread, Target
from bench.page_schedules import planted_of, section_of

HEAD = """\
# Benchmarks

Made by `make bench` from `bench/results/`; do not edit. Every figure is a ratio to something well known that ran beside
Lockstep in the same minutes on the same machine: absolute figures drift from machine to machine and from hour to hour,
ratios much less. In each round every contender runs once, another one first each time; a ratio is taken within a round.
Shown are medians over the rounds, and in brackets the lowest and the highest. A target that was missed says so.

| figure | ratio | target | |
|---|---|---|---|
"""

REPEAT = """\
## Repeat it

```
make bench                                 # every figure; installs the peers into bench/venv*
make bench ONLY=engine_ticks ROUNDS=5      # one of them, more rounds
make bench DATA=folder                     # on real data where a figure can use it; generated without
```

`DATA` is a folder of tick files, of minute-bar files, or one that holds `nse_ticks_2021_raw/2021-04-28` and
`nse_stocks_2021_1min`. Let the machine be otherwise idle: the load average in a figure's last line should be below its
number of cores.
"""


def page_of(
    figures: Sequence[Figure],
    results: Mapping[str, Mapping[str, Any]],
    schedules: Sequence[Mapping[str, Any]] = (),
    planted: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The whole page; a figure without a result is named as not measured yet. `schedules` are the long run's ranges,
    `planted` what became of each planted bug.
    """
    summary = "".join(line for figure in figures for line in _summary(figure, results.get(figure.name)))
    sections = "\n".join(_section(figure, results[figure.name]) for figure in figures if figure.name in results)
    return f"{HEAD}{summary}\n{sections}\n{section_of(schedules)}{planted_of(planted)}\n{REPEAT}"


def _summary(figure: Figure, result: Mapping[str, Any] | None) -> list[str]:
    if result is None:
        return [f"| {figure.title} | not measured yet | | |\n"]
    return [
        f"| {figure.title}: {_words(target.ratio)} | {_spread(result['ratios'][target.ratio])} | {target} "
        f"| {_verdict(target, result)} |\n"
        if target.ratio in result["ratios"]
        else f"| {figure.title}: {_words(target.ratio)} | not measured yet | {target} | |\n"
        for target in figure.targets
    ]


def _verdict(target: Target, result: Mapping[str, Any]) -> str:
    return "met" if target.met_by(result["ratios"][target.ratio][0]) else "**missed**"


def _section(figure: Figure, result: Mapping[str, Any]) -> str:
    units = sorted({unit for quantities in result["ways"].values() for unit in quantities}, reverse=True)
    lines = [f"## {figure.title}", "", figure.method, ""]
    lines += [f"| | {' | '.join(_words(unit) for unit in units)} |", "|---|" + "---|" * len(units)]
    for way, quantities in result["ways"].items():
        cells = " | ".join(_spread(quantities[unit]) if unit in quantities else "" for unit in units)
        lines.append(f"| {_words(way)} | {cells} |")
    lines += ["", "| ratio | |", "|---|---|"]
    lines += [f"| {_words(name)} | {_spread(values)} |" for name, values in result["ratios"].items()]
    lines += ["", *(f"- {limit}" for limit in figure.limits), "", _origin(result), ""]
    return "\n".join(lines)


def _origin(result: Mapping[str, Any]) -> str:
    machine, facts = result["machine"], result["facts"]
    about = [f"{name}: {_fact(value)}" for name, value in facts.items()]
    return (
        f"`{result['command']}` · {result['rounds']} rounds · {'; '.join(about)} · commit {result['commit']} · "
        f"{result['date']} · {machine['cores']} cores, {machine['processor']}, {machine['system']}, "
        f"Python {machine['python']}, load average {machine['load']} before"
    )


def _fact(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)} {_fact(inner)}" for name, inner in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _words(name: str) -> str:
    return name.replace("_per_", " / ").replace("_", " ")


def _spread(values: Spread) -> str:
    median, low, high = (_number(value) for value in values)
    return f"{median} ({low}-{high})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
