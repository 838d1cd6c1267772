"""Every alert that the code raises is of a registered kind and its severity, and the operators' page lists them all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.alert_kinds import KINDS, SEVERITIES
from engine.domain.records.risk import TripKind
from local.places import ROOT

# Where the kind is a variable: what it can be.
TRIPS = tuple(kind for kind in TripKind if kind is not TripKind.NOT_RECONCILED)  # that one is held, it never trips
VARIABLE = {("engine/core/tripping.py", "record.kind"): TRIPS}
LITERAL_KIND = re.compile(r'^KIND = "(\w+)"$', re.MULTILINE)

NEEDED = {
    "kill": "kill", "day stop": "daily_stop", "week stop": "weekly_stop", "drawdown": "drawdown",
    "breaker": "reject_storm", "exception": "engine_failed", "data lost": "journal_damaged",
    "broker session": "broker_away", "truth red": "difference", "dead letter": "dead_letter", "disk": "held",
    "lease lost": "lease_lost", "heartbeat missing": "heartbeat_missing", "position without a stop": "unprotected",
}  # fmt: skip


def raised(name: str, source: str) -> Iterator[tuple[str, str]]:
    """Each (severity, kind) that a file raises; the severity is the registry's own where a desk looks it up."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "publish_alert":
            for kind in kinds_of(name, node.args[2]):
                yield text_of(name, node.args[1]), kind
        elif called == "AlertRecord" and len(node.args) > 2 and isinstance(node.args[2], ast.Constant):
            yield text_of(name, node.args[1]), str(node.args[2].value)
        elif called in ("tell", "_tell") and len(node.args) == 3 and isinstance(node.args[0], ast.Constant):
            kind = str(node.args[0].value)
            yield (KINDS[kind].severity if kind in KINDS else "none"), kind


def kinds_of(name: str, argument: ast.expr) -> tuple[str, ...]:
    if isinstance(argument, ast.Constant):
        return (str(argument.value),)
    return tuple(str(kind) for kind in VARIABLE[name, ast.unparse(argument)])


def text_of(name: str, argument: ast.expr) -> str:
    assert isinstance(argument, ast.Constant), f"{name}: the severity of an alert must be written out"
    return str(argument.value)


def all_raised() -> list[tuple[str, str, str]]:
    files = sorted(ROOT.glob("engine/**/*.py"))
    return [
        (path.relative_to(ROOT).as_posix(), *each)
        for path in files
        for each in raised(path.relative_to(ROOT).as_posix(), path.read_text())
    ]


def test_every_alert_that_is_raised_is_of_a_registered_kind_and_its_severity() -> None:
    found = all_raised()
    assert len(found) > 20
    registered = {(kind.severity, kind.kind) for kind in KINDS.values()}
    assert [(name, severity, kind) for name, severity, kind in found if (severity, kind) not in registered] == []


def test_a_kind_that_is_not_registered_and_a_severity_that_differs_are_found() -> None:
    source = 'publish_alert(state, "info", "kill", "s", "t")\npublish_alert(state, "info", "nonsense", "s", "t")'
    registered = {(kind.severity, kind.kind) for kind in KINDS.values()}
    assert not registered & set(raised("engine/core/kill.py", source))


def test_every_registered_kind_is_raised_somewhere() -> None:
    """But those of the test message, and of causes whose alert a function, the launcher or a failed start makes."""
    told = {kind for _, _, kind in all_raised()}
    for file in ("functions/heartbeat.py", "engine/runtime/heartbeat_watch.py", "engine/runtime/failed_start.py"):
        told |= set(LITERAL_KIND.findall((ROOT / file).read_text()))
    assert sorted(set(KINDS) - told - {"test"}) == []


def test_every_cause_that_a_person_must_hear_of_has_a_kind() -> None:
    for cause, kind in NEEDED.items():
        assert KINDS[kind].severity in ("warning", "critical"), cause


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_a_known_severity_and_words(kind: object) -> None:
    registered = KINDS[kind.kind]  # type: ignore[attr-defined]
    assert registered.severity in SEVERITIES
    assert registered.words
    assert not registered.words.endswith(".")


def test_the_page_for_operators_lists_every_kind_as_it_is_registered() -> None:
    page = (Path(ROOT) / "docs" / "OPERATIONS.md").read_text().partition("## Alerts")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    assert listed == [(kind.kind, kind.severity, kind.words) for kind in KINDS.values()]
