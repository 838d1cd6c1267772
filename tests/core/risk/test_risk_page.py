"""docs/RISK.md says what the code does: every limit, its default and its unit, and every preset's numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.domain.risk import DEFAULT_POLICY
from engine.domain.risk_limits import LIMITS, Preset
from engine.domain.risk_presets import PRESETS

PAGE = (Path(__file__).parents[3] / "docs" / "RISK.md").read_text()


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the first table below a heading, by their first cell without its ticks."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def said(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "all or none"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def test_the_page_has_every_limit_with_its_default_and_unit() -> None:
    found = rows("Limits")
    assert list(found) == [limit.name for limit in LIMITS]
    for limit in LIMITS:
        default, unit = found[limit.name][:2]
        assert default in said(getattr(DEFAULT_POLICY, limit.name)), limit.name
        assert unit == limit.unit, limit.name


def test_the_page_has_every_number_of_every_preset() -> None:
    found = rows("Presets")
    assert found == {name: [said(PRESETS[preset][name]) for preset in Preset] for name in PRESETS[Preset.BALANCED]}


def test_the_pages_sentences_are_the_checks_own() -> None:
    """Each sentence quoted in the table is one that the table of cases expects."""
    cases = (Path(__file__).parent / "test_limits.py").read_text()
    quoted = [row[3].partition(": ")[2] for row in rows("Limits").values() if re.match("`[a-z_]+`: ", row[3])]
    assert len(quoted) == 20
    for sentence in quoted:
        assert sentence in cases or sentence == "Cooling down, 0:01 left", sentence
