"""What a published figure is: its words, its targets, the function that measures it. Feeds record and page."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Quantities = Mapping[str, float]  # what one contender did in one round, by name and unit: "ticks_per_s"
Spread = list[float]  # median, lowest, highest


@dataclass(frozen=True, slots=True)
class Terms:
    """How to measure: rounds, the folder with real data if there is one, where progress goes."""

    rounds: int
    data: Path | None
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio must be at least, or at most."""

    ratio: str
    must: float
    at_most: bool = False

    def met_by(self, value: float) -> bool:
        """Whether a measured ratio is good enough."""
        return value <= self.must if self.at_most else value >= self.must

    def __str__(self) -> str:
        return f"{'at most' if self.at_most else 'at least'} {self.must:g}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out: per contender and quantity, per ratio, and facts that show that equal work was done."""

    rounds: int
    ways: Mapping[str, Mapping[str, Spread]]
    ratios: Mapping[str, Spread]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` is its file of results; the first target's ratio is the one that is told first. Words are Markdown."""

    name: str
    title: str
    method: str
    limits: Sequence[str]
    targets: Sequence[Target]
    measure: Callable[[Terms], Measured]


def spread(values: Sequence[float], digits: int) -> Spread:
    """Median, lowest and highest, rounded."""
    return [round(value, digits) for value in (statistics.median(values), min(values), max(values))]


def turned(names: Sequence[str], number: int) -> list[str]:
    """The contenders in the order of round `number` (from 0): each round another one begins."""
    first = number % len(names)
    return [*names[first:], *names[:first]]


def spreads(rounds: Sequence[Mapping[str, Quantities]]) -> dict[str, dict[str, Spread]]:
    """Each contender's quantities over the rounds."""
    return {way: {name: spread([one[way][name] for one in rounds], 1) for name in rounds[0][way]} for way in rounds[0]}


def ratio(rounds: Sequence[Mapping[str, Quantities]], quantity: str, ours: str, theirs: str) -> Spread:
    """Ours over theirs, taken within each round."""
    return spread([one[ours][quantity] / one[theirs][quantity] for one in rounds], 3)
