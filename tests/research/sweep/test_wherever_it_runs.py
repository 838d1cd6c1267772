"""One core, two cores, a Ray cluster of two nodes: the same trials, the same best. `make prove ONLY=sweep` runs 200."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import backtest
from tests.research.planted_strategies import planted
from tests.research.sweep.swept import Table, swept
from tests.research.sweep.two_nodes import two_nodes

TRIALS = ("--trials", 16, "--ahead", 6)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of two Ray nodes."""
    with two_nodes() as address:
        yield address


def test_a_sweep_is_the_same_on_one_core_and_on_two_nodes_of_ray(
    space_file: Path, bars: Path, engine_copy: Path, cluster: str, tmp_path: Path
) -> None:
    one = swept(space_file, bars, tmp_path / "one", *TRIALS, "--cores", 1, root=engine_copy)
    ray = swept(space_file, bars, tmp_path / "ray", *TRIALS, "--on", "ray", "--ray-address", cluster, root=engine_copy)
    assert len(one.rows) >= 16
    assert one.trials == ray.trials
    assert one.best == ray.best
    assert one.figures == ray.figures


def test_the_best_run_by_a_backtest_decides_what_its_trial_decided(
    space_file: Path, bars: Path, tmp_path: Path
) -> None:
    table = swept(space_file, bars, tmp_path / "sweep", "--trials", 8, "--cores", 1)
    found = table.figures["recommended"]
    by_file = backtest(tmp_path / "file", "--bots", table.folder / "best.json", "--data", bars)
    by_words = backtest(tmp_path / "words", "--strategy", "confluence", "--set", *found["set"], "--data", bars)
    assert by_file.summary["decisions_digest"] == by_words.summary["decisions_digest"] == found["decisions_digest"]
    for name in ("trades", "net_pnl", "sharpe", "max_drawdown_pct"):
        assert by_file.summary[name] == found[name], name


def test_a_persons_own_strategy_is_searched_in_processes_and_on_a_cluster_alike(
    bars: Path, engine_copy: Path, cluster: str, tmp_path: Path
) -> None:
    own, space = tmp_path / "own", tmp_path / "space.toml"
    own.mkdir()
    (own / "fifths.py").write_text(planted("sound"))
    space.write_text("every = { low = 2, high = 12 }\n")

    def table(name: str, *words: object) -> Table:
        given = ["--strategy", "fifths", "--strategies", own, "--data", bars, "--space", space, "--search", "grid",
                 "--least-trades", 1, "--out", tmp_path / name, *words]  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-m", "engine", "sweep", *map(str, given)],
            cwd=engine_copy,
            text=True,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return Table(tmp_path / name)

    processes, nodes = table("processes", "--cores", 2), table("nodes", "--on", "ray", "--ray-address", cluster)
    assert len({row["decisions_digest"] for row in processes.rows}) > 3
    assert processes.trials == nodes.trials
