"""A broker's check as its tests look at it: lines by name. Fed by examinations; used by tests of doctors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.findings import Finding


@dataclass(frozen=True)
class Report:
    """The lines by name."""

    lines: dict[str, Finding]

    def __getitem__(self, name: str) -> Finding:
        return self.lines[name]

    def grades(self) -> dict[str, str]:
        return {name: finding.grade.value for name, finding in self.lines.items()}

    def not_green(self) -> dict[str, str]:
        return {name: grade for name, grade in self.grades().items() if grade != "green"}


def report(made: Iterable[Finding]) -> Report:
    """Each line has a name of its own, and what is not green says what to do."""
    findings = list(made)
    assert len({finding.name for finding in findings}) == len(findings)
    for finding in findings:
        assert bool(finding.do) == (finding.grade.value != "green"), finding
    return Report({finding.name: finding for finding in findings})
