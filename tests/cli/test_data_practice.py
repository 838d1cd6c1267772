"""`lockstep data practice`: invented days that a backtest reads, the same for a seed, and never over another file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import backtest, lockstep


def test_what_it_writes_a_backtest_reads(tmp_path: Path) -> None:
    file = tmp_path / "practice.csv"
    made = lockstep("data", "practice", file, "--days", "2", "--json")
    assert made.code == 0, made.err
    said = json.loads(made.out)
    assert (said["days"], said["bars"]) == (2, 2 * 375 * 6)
    summary = backtest(tmp_path / "out", "--strategy", "confluence", "--data", file).summary
    assert (summary["bars"], summary["symbols"]) == (said["bars"], said["symbols"])


def test_a_seed_is_one_history(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert lockstep("data", "practice", tmp_path / f"{name}.csv", "--days", "1", "--seed", seed).code == 0
    a, b, c = ((tmp_path / f"{name}.csv").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("words", "says"),
    [(("there.csv",), "is there already"), (("days.xlsx",), "must end in .csv"), (("a.csv", "--days", "0"), "1 to 500"),
     (("a.csv", "--days", "501"), "must be 1 to 500, is 501")],
)  # fmt: skip
def test_wrong_words_write_nothing(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("mine")
    ran = lockstep("data", "practice", tmp_path / words[0], *words[1:])
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
