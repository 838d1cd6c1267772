"""A sweep that was killed goes on where it was, and ends as one that never was; one that is interrupted leaves what it
has."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil

from tests.research.sweep.swept import Table, sweep_words, swept, wait_until_logged

WORDS = ("--trials", 16, "--cores", 2)
LONG = ("--trials", 400, "--cores", 2)  # cannot be over before it is interrupted
PATIENCE_S = 120


def begun(
    space_file: Path, bars: Path, out: Path, logged: int, root: Path, words: tuple[str | int, ...] = WORDS
) -> subprocess.Popen[str]:
    """A sweep that has logged so many trials, and as a rule goes on: a machine that is busy may look too late."""
    process = subprocess.Popen(
        sweep_words(space_file, bars, out, *words), cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until_logged(process, out, logged, PATIENCE_S)
    return process


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that a sweep has started; none where it is over."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def test_a_sweep_killed_in_the_middle_goes_on_to_the_same_table(
    space_file: Path, bars: Path, engine_copy: Path, tmp_path: Path
) -> None:
    whole = swept(space_file, bars, tmp_path / "whole", *WORDS, root=engine_copy)
    for attempt in range(10):
        out = tmp_path / f"killed-{attempt}"
        process = begun(space_file, bars, out, logged=4, root=engine_copy)
        workers = workers_of(process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        gone, alive = psutil.wait_procs(workers, timeout=PATIENCE_S)
        assert not alive, "workers must end with the sweep that started them"
        if gone and Table(out).logged < whole.logged:
            break
    assert 4 <= Table(out).logged < whole.logged, "not once was it killed in the middle"
    resumed = swept(space_file, bars, out, *WORDS, "--resume", root=engine_copy)
    assert resumed.trials == whole.trials
    assert resumed.best == whole.best
    assert resumed.figures == whole.figures
    assert resumed.logged == whole.logged, "no trial was run twice"


def test_a_sweep_that_is_interrupted_leaves_its_trials_and_goes_on(
    space_file: Path, bars: Path, engine_copy: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = begun(space_file, bars, out, logged=4, root=engine_copy, words=LONG)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "--resume goes on" in said
    assert "Traceback" not in said
    before = Table(out).rows
    assert before
    assert Table(out).best["bots"][0]["strategy"] == "confluence"
    goes_on = ("--trials", len(before) + 10, "--cores", 2)
    after = swept(space_file, bars, out, *goes_on, "--resume", root=engine_copy).rows
    assert after[: len(before)] == before


def test_a_longer_sweep_goes_on_from_a_shorter_one(
    space_file: Path, bars: Path, engine_copy: Path, tmp_path: Path
) -> None:
    short = swept(space_file, bars, tmp_path / "out", "--trials", 6, "--cores", 1, root=engine_copy)
    rows = [row for row in short.rows if row["origin"] == "search"]
    long = swept(space_file, bars, tmp_path / "out", "--trials", 12, "--cores", 1, "--resume", root=engine_copy)
    assert long.rows[:6] == rows
    assert len([row for row in long.rows if row["origin"] == "search"]) == 12
