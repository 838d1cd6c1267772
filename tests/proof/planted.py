"""A bug that the simulator must find: a change of the production code's text, made in a copy of it. Lists of them are
in bugs.py; looked for by test_planted.py and finds.py.

A bug whose text is no longer in the code fails its test: it is to be planted anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.places import ROOT

LONGEST_S = 7_200  # ten thousand schedules on a machine that has much else to do


@dataclass(frozen=True, slots=True)
class Bug:
    """What is put in place of what, in which file below engine/."""

    name: str
    file: str
    old: str
    new: str

    def planted_in(self, text: str) -> str:
        """The file's text with the bug in it.

        Raises ValueError where the text to change is not in it exactly once.
        """
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: its text is {text.count(self.old)} times in {self.file}: plant it anew")
        return text.replace(self.old, self.new)


def plant(bug: Bug, folder: Path) -> None:
    """Make a copy of the engine with the bug in it. Raises as Bug.planted_in does."""
    shutil.copytree(ROOT / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "engine" / bug.file
    file.write_text(bug.planted_in(file.read_text()))


def simulated(folder: Path, *words: str) -> dict[str, Any]:
    """What `lockstep simulate` says of the copy in a folder."""
    command = [sys.executable, "-m", "engine", "simulate", *words, "--json"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=LONGEST_S)
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr[-600:])
    return dict(json.loads(done.stdout))


def found_by(bug: Bug, folder: Path, seeds: int, first: int = 1) -> tuple[int, str] | None:
    """The first seed that finds the bug in a copy of the engine, and what it says; None where none does."""
    plant(bug, folder)
    found = simulated(folder, "--from", str(first), "--seeds", str(seeds), "--first-only")["violations"]
    return next(((int(seed), said[0]) for seed, said in found.items()), None)
