"""The lint and import rules catch what they are there to catch. Stands on pyproject.toml and .ci/, feeds nothing."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from local.places import ROOT

BIN = Path(sys.executable).parent
DETERMINISTIC = ("engine/core", "engine/domain", "engine/strategies", "engine/simulation")
ROOMS = ("domain", "core", "strategies", "ports", "market_data", "simulation", "outbox", "settings",
         "angelone_settings", "coinbase_settings", "broker_settings", "variables", "recording", "runtime", "research",
         "adapters", "api", "cli", "bootstrap", "proof", "__main__")  # fmt: skip


@pytest.fixture
def lint_tree(tmp_path: Path) -> Path:
    """A tree without code, under the project's own lint rules."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".ci").mkdir()
    for config in ROOT.glob(".ci/*.toml"):
        shutil.copy(config, tmp_path / ".ci")
    for room in DETERMINISTIC:
        (tmp_path / room).mkdir(parents=True)
        shutil.copy(ROOT / room / "ruff.toml", tmp_path / room)
    return tmp_path


@pytest.mark.parametrize("room", DETERMINISTIC)
@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from time import monotonic",
        "import uuid",
        "import threading",
        "import os",
        "import socket",
        "import logging",
        "import sqlite3",
        "import asyncio",
        "from secrets import token_hex",
        "from random import choice",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "from datetime import date\nx = date.today()",
        "from pathlib import Path",
    ],
)
def test_a_deterministic_room_reaches_for_no_clock_no_chance_and_no_outside(
    lint_tree: Path, room: str, line: str
) -> None:
    assert "TID251" in lint(lint_tree, f"{room}/planted.py", line)


@pytest.mark.parametrize("room", [*DETERMINISTIC, "engine/runtime", "tests", "local", "functions"])
def test_nobody_mocks(lint_tree: Path, room: str) -> None:
    assert "TID251" in lint(lint_tree, f"{room}/planted.py", "from unittest import mock")
    assert "TID251" in lint(lint_tree, f"{room}/planted.py", "from unittest.mock import patch")


def test_only_the_command_line_and_the_launcher_print(lint_tree: Path) -> None:
    assert "T201" in lint(lint_tree, "engine/runtime/planted.py", "print('here')")
    assert "T201" not in lint(lint_tree, "engine/cli/planted.py", "print('here')")
    assert "T201" not in lint(lint_tree, "local/planted.py", "print('here')")


def test_a_seeded_generator_may_be_made_in_the_simulation_only(lint_tree: Path) -> None:
    line = "from random import Random\nx = Random(7)"
    assert "TID251" not in lint(lint_tree, "engine/simulation/planted.py", line)
    assert "TID251" in lint(lint_tree, "engine/core/planted.py", line)


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Every room as an empty module, each stage of core too, under the project's own import rules."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    plant(tmp_path, "engine/__init__.py")
    for room in ROOMS:
        plant(tmp_path, f"engine/{room}/__init__.py" if room != "__main__" else "engine/__main__.py")
    for stage in stages():
        plant(tmp_path, f"engine/core/{stage}.py")
    for adapter in ("firestore", "brokers"):
        plant(tmp_path, f"engine/adapters/{adapter}/__init__.py")
    return tmp_path


def stages() -> list[str]:
    """Every file of core that the import rules know."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract.get("containers") == ["engine.core"])
    return [stage.strip(" ()") for layer in layers for stage in layer.split("|")]


def test_rooms_that_import_downwards_are_left_alone(rooms: Path) -> None:
    plant(rooms, "engine/bootstrap/__init__.py", "import engine.api, engine.adapters.firestore, engine.core.engine")
    plant(rooms, "engine/adapters/firestore/__init__.py", "import engine.ports, engine.domain, engine.market_data")
    plant(rooms, "engine/core/engine.py", "import engine.core.orders, engine.core.bars")
    assert "0 broken" in import_rules(rooms)


@pytest.mark.parametrize(
    ("importer", "imported", "rule"),
    [
        ("engine/domain/__init__.py", "engine.core", "Rooms import only what lies below them"),
        ("engine/core/__init__.py", "engine.strategies", "Rooms import only what lies below them"),
        ("engine/ports/__init__.py", "engine.market_data", "Rooms import only what lies below them"),
        ("engine/simulation/__init__.py", "engine.runtime", "Rooms import only what lies below them"),
        ("engine/runtime/__init__.py", "engine.adapters", "Rooms import only what lies below them"),
        ("engine/api/__init__.py", "engine.adapters", "Rooms import only what lies below them"),
        ("engine/api/__init__.py", "engine.cli", "Rooms import only what lies below them"),
        ("engine/cli/__init__.py", "engine.bootstrap", "Rooms import only what lies below them"),
        ("engine/bootstrap/__init__.py", "engine.__main__", "Rooms import only what lies below them"),
        ("engine/adapters/firestore/__init__.py", "engine.core", "Adapters see domain, ports and market_data only"),
        ("engine/adapters/firestore/__init__.py", "engine.runtime", "Adapters see domain, ports and market_data only"),
        ("engine/adapters/firestore/__init__.py", "engine.settings", "Adapters see domain, ports and market_data only"),
        ("engine/adapters/firestore/__init__.py", "engine.adapters.brokers", "Adapters know nothing of each other"),
        ("engine/core/orders.py", "engine.core.portfolio", "The stages of core meet only in the engine"),
        ("engine/core/sizing.py", "engine.core.risk", "The stages of core meet only in the engine"),
        ("engine/core/bars.py", "engine.core.engine", "The stages of core meet only in the engine"),
        ("engine/domain/__init__.py", "requests", "Decisions reach for nothing outside"),
        ("engine/core/bars.py", "google.cloud.firestore", "Decisions reach for nothing outside"),
    ],
)
def test_an_import_that_breaks_a_rule_is_named(rooms: Path, importer: str, imported: str, rule: str) -> None:
    plant(rooms, importer, f"import {imported}\n")
    assert f"{rule} BROKEN" in import_rules(rooms)


@pytest.mark.parametrize("name", ["engine/extras/__init__.py", "engine/core/extras.py"])
def test_a_room_or_a_stage_that_no_rule_knows_is_named(rooms: Path, name: str) -> None:
    plant(rooms, name)
    assert "1 broken" in import_rules(rooms)


def lint(tree: Path, name: str, text: str) -> str:
    """What ruff says of one planted file."""
    plant(tree, name, f'"""Planted, to be found by a rule."""\n\n{text}\n')
    return run(tree, "ruff", "check", "--no-cache", "--output-format", "concise", name)


def import_rules(tree: Path) -> str:
    """What import-linter says of a tree."""
    return run(tree, "lint-imports", "--no-cache")


def run(tree: Path, program: str, *arguments: str) -> str:
    """All that a program of our environment prints, run in a tree."""
    answer = subprocess.run([BIN / program, *arguments], cwd=tree, capture_output=True, text=True, check=False)
    return answer.stdout + answer.stderr


def plant(root: Path, name: str, text: str = "") -> None:
    """Write one file of a tree."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
