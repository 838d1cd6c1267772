"""What the pre-open check found: a line an item, with what to do. Made by doctors; shown by cli, api and screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Green: as it should be. Amber: look at it, trading can begin. Red: don't trade before this is mended."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


_WORST_LAST = (Grade.GREEN, Grade.AMBER, Grade.RED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One item. `name` is its stable word, `says` what was found, `do` what a person should do ("" where nothing)."""

    name: str
    grade: Grade
    says: str
    do: str = ""


def green(name: str, says: str) -> Finding:
    """All is well."""
    return Finding(name, Grade.GREEN, says)


def amber(name: str, says: str, do: str) -> Finding:
    """Worth a look."""
    return Finding(name, Grade.AMBER, says, do)


def red(name: str, says: str, do: str) -> Finding:
    """Not before this is mended."""
    return Finding(name, Grade.RED, says, do)


def worst(findings: Iterable[Finding]) -> Grade:
    """The grade of the whole; green where there is none."""
    return max((finding.grade for finding in findings), key=_WORST_LAST.index, default=Grade.GREEN)
