"""Two hundred trials on this machine's cores and on a Ray cluster of two nodes: the same trials, the same best.

Then the same sweep, killed again and again until it is through. Fed by generated days; run by `make prove ONLY=sweep`.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.research.sweep.workers import usable_cores
from tests.cli.generated import write_bars
from tests.research.sweep.swept import SPACE, Table, engine_copied_to, sweep_words, swept, wait_until_logged
from tests.research.sweep.two_nodes import two_nodes

pytestmark = pytest.mark.prove

TRIALS = 200
WORDS = ("--trials", TRIALS, "--walk-forward", "3/2")
KILLS = 6
PATIENCE_S = 600


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four dimensions, an exit among them."""
    path = tmp_path_factory.mktemp("space") / "space.toml"
    path.write_text(SPACE + '"exits.stop_pct" = { low = 0.2, high = 2, log = true, levels = 9 }\n')
    return path


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight days of two symbols."""
    return write_bars(tmp_path_factory.mktemp("bars") / "bars.csv", range(2, 10))


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a copy of the engine lies: these minutes are long enough for somebody to edit it."""
    return engine_copied_to(tmp_path_factory.mktemp("code"))


@pytest.fixture(scope="module")
def local(space: Path, days: Path, code: Path, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """The sweep on all cores of this machine."""
    return swept(space, days, tmp_path_factory.mktemp("local"), *WORDS, root=code)


def test_two_hundred_trials_have_the_same_best_on_local_cores_and_on_two_nodes_of_ray(
    local: Table, space: Path, days: Path, code: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    with two_nodes() as address:
        ray = swept(space, days, tmp_path / "ray", *WORDS, "--on", "ray", "--ray-address", address, root=code)
    record_property("ray_seconds", round(time.monotonic() - began, 1))
    searched = [row for row in local.rows if row["origin"] == "search"]
    assert len(searched) == TRIALS
    assert len({row["score"] for row in searched}) > TRIALS / 4, "equal scores would prove little"
    assert ray.trials == local.trials
    assert ray.best == local.best
    assert ray.figures == local.figures
    record_property("cores", usable_cores())
    record_property("trials", len(local.rows))
    record_property("best", " ".join(local.figures["recommended"]["set"]))
    record_property("peak_sharpe", local.figures["peak"]["score"])


def test_a_sweep_that_is_killed_again_and_again_ends_with_the_table_of_one_that_never_was(
    local: Table, space: Path, days: Path, code: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    out, kills = tmp_path / "killed", 0
    for number in range(1, KILLS + 1):
        words = sweep_words(space, days, out, *WORDS, *(["--resume"] if Table(out).logged else []))
        process = subprocess.Popen(words, cwd=code, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until_logged(process, out, number * local.logged // (KILLS + 1), PATIENCE_S)
        process.kill()
        process.wait()
        kills += 1
    resumed = swept(space, days, out, *WORDS, "--resume", root=code)
    assert resumed.trials == local.trials
    assert resumed.figures == local.figures
    assert resumed.logged == local.logged, "no trial was run twice"
    record_property("kills", kills)
