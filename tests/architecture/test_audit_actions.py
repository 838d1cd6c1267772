"""Every action that core notes in the audit log is one of the contract page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from local.places import ROOT

PAGE = ROOT / "docs" / "contract" / "documents.md"


def noted(source: str) -> Iterator[str]:
    """The actions that a module hands to `note` as they stand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and len(node.args) >= 4:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            action = node.args[2]
            if name in ("note", "_note") and isinstance(action, ast.Constant) and isinstance(action.value, str):
                yield action.value


def undescribed(files: list[Path]) -> list[str]:
    """Actions that the page does not name."""
    words = set(re.findall(r"`(\w+)`", PAGE.read_text()))
    return sorted({f"{file.name}: {action}" for file in files for action in noted(file.read_text())
                   if action not in words})  # fmt: skip


def test_every_action_that_core_notes_is_on_the_contract_page() -> None:
    files = sorted((ROOT / "engine" / "core").rglob("*.py"))
    assert len({action for file in files for action in noted(file.read_text())}) > 5
    assert undescribed(files) == []


def test_an_action_that_no_page_names_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text('note(state, "engine", "sang_a_song", "x", None)\nnote(state, "engine", "halted", "x")\n')
    assert undescribed([planted]) == ["planted.py: sang_a_song"]
