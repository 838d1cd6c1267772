"""The lockstep command run in this process, as `python -m engine` runs it, and the folder it writes read back."""

from __future__ import annotations

import csv
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.__main__ import main

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of it."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What it said on stderr but for how far it had come, of which a machine that is busy hears more."""
        return "".join(line for line in self.err.splitlines(keepends=True) if " %, about " not in line)


def lockstep(*words: object) -> Ran:
    """Run the command with these words."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:  # argparse's way to say that the words are wrong, and of --help
            code = ended.code if isinstance(ended.code, int) else 1
    return Ran(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True, slots=True)
class Folder:
    """A backtest's folder as anybody would read it."""

    path: Path

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "summary.json").read_text())
        return found

    def header(self, name: str) -> str:
        """The first line of a CSV file."""
        with (self.path / f"{name}.csv").open() as file:
            return file.readline().rstrip("\n")

    def rows(self, name: str) -> list[Row]:
        """The rows of a CSV file by column."""
        with (self.path / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))


def backtest(out: Path, *words: object) -> Folder:
    """Run a backtest that must succeed."""
    ran = lockstep("backtest", *words, "--out", out)
    assert ran.code == 0, ran.err
    return Folder(out)
