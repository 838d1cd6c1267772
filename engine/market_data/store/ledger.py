"""What of each series was downloaded already, and the calls that count against a venue's budget: `downloads.json`.

Kept in the store's folder by the downloader, written under the store's lock. A stretch counts as downloaded though the
venue had nothing in it: what was asked for is not asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.errors import DataError
from engine.domain.instant import Instant

NAME = "downloads.json"

Span = tuple[Instant, Instant]


@dataclass(slots=True)
class Ledger:
    """Spans by series, ascending and apart; wall times of calls (Unix seconds) by venue."""

    covered: dict[str, list[Span]] = field(default_factory=dict)
    calls: dict[str, list[float]] = field(default_factory=dict)

    def cover(self, series: str, span: Span) -> None:
        """Note a span; those that touch become one."""
        joined: list[Span] = []
        for begins, ends in sorted([*self.covered.get(series, []), span]):
            if joined and begins <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
            else:
                joined.append((begins, ends))
        self.covered[series] = joined

    def missing(self, series: str, span: Span) -> list[Span]:
        """What of a span is not covered."""
        begins, ends = span
        missing = []
        for since, until in self.covered.get(series, []):
            if since > begins:
                missing.append((begins, min(since, ends)))
            begins = max(begins, until)
            if begins >= ends:
                return missing
        return [*missing, (begins, ends)]


def read_ledger(root: Path) -> Ledger:
    """A store's ledger, empty where there is none. Raises DataError for one that somebody broke."""
    path = root / NAME
    if not path.exists():
        return Ledger()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        covered = {series: [(int(a), int(b)) for a, b in spans] for series, spans in said["covered"].items()}
        return Ledger(covered, {venue: [float(at) for at in times] for venue, times in said["calls"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise DataError(str(path), "can't be read; delete it, and downloads ask for everything again") from problem


def write_ledger(root: Path, ledger: Ledger) -> None:
    """Write it whole or not at all."""
    aside = root / f".{NAME}"
    spans: dict[str, Sequence[Span]] = dict(sorted(ledger.covered.items()))
    aside.write_text(json.dumps({"covered": spans, "calls": ledger.calls}) + "\n", encoding="utf-8")
    aside.replace(root / NAME)
