"""The sweep command in a process of its own, as a person runs it, and its folder read back. Feeds tests of sweeps."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SPACE = """
buy_at = { low = 30, high = 70, step = 5 }
confirm_s = [0, 60, 120, 300]
timeframe = ["1m", "3m"]
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A sweep's folder as anybody would read it."""

    folder: Path

    @property
    def rows(self) -> list[dict[str, str]]:
        with (self.folder / "trials.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    @property
    def trials(self) -> str:
        return (self.folder / "trials.csv").read_text()

    @property
    def best(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "best.json").read_text())
        return found

    @property
    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "sweep.json").read_text())
        return found

    @property
    def logged(self) -> int:
        """Whole lines of the log, the first left out."""
        path = self.folder / "trials.jsonl"
        return max(path.read_bytes().count(b"\n") - 1, 0) if path.exists() else 0


def sweep_words(space: Path, data: Path, out: Path, *words: object) -> list[str]:
    """The command of a sweep of confluence."""
    return [
        sys.executable, "-m", "engine", "sweep", "--strategy", "confluence", "--data", str(data), "--space", str(space),
        "--least-trades", "1", "--accept-data", "--out", str(out), *(str(word) for word in words),
    ]  # fmt: skip


def swept(space: Path, data: Path, out: Path, *words: object, root: Path = ROOT) -> Table:
    """Run a sweep that must succeed, with the engine that lies in `root`."""
    ran = subprocess.run(sweep_words(space, data, out, *words), cwd=root, text=True, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return Table(out)


def engine_copied_to(root: Path) -> Path:
    """A copy of the engine in a folder.

    A sweep is gone on with only by the code that began it; a file that is edited while tests run would be other code.
    """
    shutil.copytree(ROOT / "engine", root / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def wait_until_logged(process: subprocess.Popen[str], folder: Path, count: int, within_s: float) -> bool:
    """Wait until a running sweep has logged so many outcomes; whether it still runs then. It is ended, and the test
    with it, where it takes too long.
    """
    until = time.monotonic() + within_s
    while Table(folder).logged < count:
        if time.monotonic() > until:
            process.kill()
            raise AssertionError(f"{Table(folder).logged} of {count} trials in {within_s:.0f} s")
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        return False
    return process.poll() is None
