"""docs/TUTORIAL.md, word by word: every command of it is typed in an empty folder, in its order, and does what it says.

Its last one, `make run`, is looked at for its words alone here; that a service trades a person's own strategies is
tests/integration's to show.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from engine.cli.bots_file import read_bots_file
from engine.research.strategy_files import outside_strategies
from engine.strategies.registry import also
from local.options import Options

PAGE = (Path(__file__).parents[2] / "docs" / "TUTORIAL.md").read_text()
BLOCKS = re.findall(r"```(sh|diff|json)\n(.*?)```", PAGE, re.DOTALL)
BIN = Path(sys.executable).parent


def typed(line: str, folder: Path) -> str:
    """Type a line as a person in that folder; what it printed. It must succeed."""
    words = [
        str(BIN / word.removeprefix(".venv/bin/")) if word.startswith(".venv/") else word for word in shlex.split(line)
    ]
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def changed(file: Path, diff: str) -> None:
    """Make the one change that a diff shows."""
    before, after = (next(line[1:] for line in diff.splitlines() if line[0] == sign) for sign in "-+")
    text = file.read_text()
    assert text.count(before) == 1, "the page shows a line that the strategy does not have"
    file.write_text(text.replace(before, after))


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    said: dict[str, str] = {}
    made = {}
    for kind, text in BLOCKS:
        if kind == "diff":
            changed(tmp_path / "ideas" / "my_idea.py", text)
        elif kind == "json":
            (tmp_path / "ideas" / "bots.json").write_text(text)
        else:
            for line in text.splitlines():
                if line.startswith("make run "):
                    made = dict(word.split("=") for word in line.removeprefix("make run ").split())
                else:
                    said[line] = typed(line, tmp_path)
    checks = [told for line, told in said.items() if "strategy check" in line]
    assert checks
    assert all("nothing found: it decides by its bars alone" in told for told in checks)
    trades = [
        json.loads((tmp_path / "results" / run / "summary.json").read_text())["trades"]
        for run in ("first", "sooner", "bot")
    ]
    assert trades[0] != trades[1], "the change of the page is one that changes something"
    assert min(trades) > 0
    assert (tmp_path / "results" / "first" / "report.html").stat().st_size > 10_000
    options = Options.read({name: str(tmp_path / word) if "ideas" in word else word for name, word in made.items()})
    with also(outside_strategies(Path(options.strategies), installed=False)):
        (bot,) = read_bots_file(Path(options.bots)).bots
    assert (bot.strategy, options.speed, options.reset) == ("my_idea", "60", True)
