"""`lockstep strategy new`: a strategy that works as it is, in a folder of one's own, and nothing written over."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import backtest, lockstep


def test_a_new_strategy_backtests_as_it_is(tmp_path: Path, ticks: Path) -> None:
    made = lockstep("strategy", "new", "my_idea", "--in", tmp_path / "ideas", "--json")
    assert made.code == 0, made.err
    written = json.loads(made.out)
    assert [Path(written[name]).name for name in ("strategy", "test")] == ["my_idea.py", "test_my_idea.py"]
    assert "class MyIdea:" in Path(written["strategy"]).read_text()
    words = ("--strategy", "my_idea", "--strategies", tmp_path / "ideas", "--data", ticks, "--set", "fast=8")
    folder = backtest(tmp_path / "out", *words)
    assert folder.summary["strategy"] == "my_idea"
    assert folder.summary["parameters"]["fast"] == 8
    assert folder.summary["trades"] > 0


def test_its_own_test_passes_and_checks_it(tmp_path: Path) -> None:
    assert lockstep("strategy", "new", "my_idea", "--in", tmp_path).code == 0
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout


@pytest.mark.parametrize("there", ["my_idea.py", "test_my_idea.py"])
def test_nothing_is_written_over_or_by_half(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("mine")
    ran = lockstep("strategy", "new", "my_idea", "--in", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"{there} is there already" in ran.err
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("MyIdea", "'MyIdea' is no strategy's name"), ("../idea", "is no strategy's name"), ("class", "a word of Python"),
     ("trend", "there is a strategy trend already"), ("x" * 41, "is no strategy's name")],
)  # fmt: skip
def test_a_name_that_can_not_be_is_refused(name: str, says: str, tmp_path: Path) -> None:
    ran = lockstep("strategy", "new", name, "--in", tmp_path)
    assert ran.code == 2
    assert says in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_broken_strategy_is_left_out_with_a_sentence_and_the_rest_goes_on(tmp_path: Path, ticks: Path) -> None:
    (tmp_path / "torn.py").write_text("def on_bar(:")
    words = ("--strategies", tmp_path, "--data", ticks, "--json")
    ran = lockstep("backtest", "--strategy", "trend", *words)
    assert ran.code == 0, ran.err
    assert f"strategy left out: {tmp_path}/torn.py, line 1: invalid syntax" in ran.err.splitlines()
    ran = lockstep("backtest", "--strategy", "torn", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "torn can't be loaded" in ran.err.splitlines()[-1]


def test_a_strategy_that_fails_in_a_backtest_is_one_sentence_with_its_line(tmp_path: Path, ticks: Path) -> None:
    assert lockstep("strategy", "new", "my_idea", "--in", tmp_path).code == 0
    file = tmp_path / "my_idea.py"
    text = file.read_text().replace("apart = (fast - slow) / atr\n", "apart = (fast - slow) / 0\n")
    file.write_text(text)
    ran = lockstep("backtest", "--strategy", "my_idea", "--strategies", tmp_path, "--data", ticks)
    assert (ran.code, ran.out) == (1, "")
    line = text.splitlines().index("        apart = (fast - slow) / 0") + 1
    assert f"ZeroDivisionError: float division by zero (my_idea.py line {line})" in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err
