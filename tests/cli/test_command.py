"""The command itself: help with examples, exit codes, and decisions that no hash seed moves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.__main__ import INTERRUPTED, READER_GONE
from tests.cli.command import lockstep
from tests.cli.generated import write_bots


def subcommands() -> list[str]:
    """The subcommands that the command's own help lists."""
    told = lockstep("--help").out
    return re.findall(r"^    (\w+) ", told, re.MULTILINE)


def test_the_help_lists_the_subcommands() -> None:
    assert {"backtest", "cost", "serve"} <= set(subcommands())
    assert lockstep("--help").code == 0


def test_the_help_of_every_subcommand_shows_an_example() -> None:
    for name in subcommands():
        ran = lockstep(name, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert re.search(rf"example:\n  .*lockstep {name}", ran.out), name


@pytest.mark.parametrize(
    ("words", "unbuffered"),
    [(("--help",), ""), (("simulate", "--seed", "42", "--trace"), "1")],
    ids=["at the end", "amid"],
)
def test_a_command_whose_reader_has_gone_ends_without_a_word(words: tuple[str, ...], unbuffered: str) -> None:
    ear, mouth = os.pipe()
    os.close(ear)
    try:
        command = [sys.executable, "-m", "engine", *words]
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        ended = subprocess.run(command, stdout=mouth, stderr=subprocess.PIPE, text=True, timeout=180, env=environment)
    finally:
        os.close(mouth)
    assert (ended.returncode, ended.stderr) == (READER_GONE, "")


_CTRL_C_WHILE_LOADING = """
import sys
from engine.__main__ import main

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "engine.cli.backtest":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
sys.exit(main(["backtest", "--help"]))
"""


def test_ctrl_c_while_libraries_are_loaded_is_told_in_a_line() -> None:
    ended = subprocess.run([sys.executable, "-c", _CTRL_C_WHILE_LOADING], capture_output=True, text=True, timeout=180)
    assert (ended.returncode, ended.stdout, ended.stderr) == (INTERRUPTED, "", "lockstep: interrupted\n")


@pytest.mark.parametrize(
    "words", [("explain", "a", "--at"), ("replay", "--day", "x", "--until"), ("audit", "export", "--from")]
)
def test_a_moment_that_no_calendar_knows_is_wrong_words(words: tuple[str, ...]) -> None:
    for time, says in (
        ("0001-01-01T00:00+05:30", "lies in no year from 1900 to 2199"),
        ("2026-03-02", "has no time zone"),
        ("soon", "for example 2026-03-02T10:05+05:30"),
    ):
        ran = lockstep(*words, time)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err


@pytest.mark.parametrize("words", [(), ("fly",)])
def test_no_subcommand_and_an_unknown_one_are_wrong_words(words: tuple[str, ...]) -> None:
    ran = lockstep(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "usage: lockstep" in ran.err


def run_apart(hash_seed: str, *words: object) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, under a Python hash seed."""
    return subprocess.run(
        [sys.executable, "-m", "engine", *map(str, words)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_decisions_are_the_same_under_every_hash_seed_and_in_every_process(ticks: Path, tmp_path: Path) -> None:
    bots = write_bots(tmp_path / "bots.json")
    words = ("backtest", "--bots", bots, "--data", ticks, "--partial-pct", 50, "--json")
    summaries = []
    for hash_seed in ("0", "1", "4242"):
        ran = run_apart(hash_seed, *words)
        assert (ran.returncode, ran.stderr) == (0, "")
        summaries.append(json.loads(ran.stdout))
    assert summaries[0]["trades"] > 0
    assert len({summary["decisions_digest"] for summary in summaries}) == 1
    timed = ("engine_seconds", "load_seconds", "wall_seconds", "ticks_per_second")
    same = [{key: value for key, value in summary.items() if key not in timed} for summary in summaries]
    assert same[0] == same[1] == same[2]


def test_a_process_ends_with_the_commands_exit_code_and_no_traceback(tmp_path: Path) -> None:
    wrong = run_apart("0", "backtest", "--strategy", "momentum", "--data", "x")
    failed = run_apart("0", "backtest", "--strategy", "confluence", "--data", tmp_path / "no.csv")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in wrong.stderr + failed.stderr
