"""What worker processes are given, and what a sweep needs that the service does not carry."""

from __future__ import annotations

import signal
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil

from engine.market_data.readers import read_market_data
from engine.research.sweep.columns_on_disk import lay_out, mapped
from engine.research.sweep.trial import Job, outcome_of
from engine.research.sweep.workers import LocalProcesses, _end_with
from tests.cli.generated import tick_rows, write_bars, write_ticks
from tests.research.sweep.small_market import PLAN, market
from tests.research.sweep.swept import ROOT


def test_mapped_columns_are_the_columns_and_can_not_be_written(tmp_path: Path) -> None:
    files = write_ticks(tmp_path / "ticks.csv", tick_rows(minutes=5)), write_bars(tmp_path / "bars.csv", [2], ("SBIN",))
    data = read_market_data(files)
    folder = tmp_path / "columns"
    folder.mkdir()
    lay_out(data, folder)
    again = mapped(folder)
    assert again.symbols == data.symbols
    assert again.calendars is data.calendars
    for part, other in zip(data.parts, again.parts, strict=True):
        assert (other.instrument, other.file) == (part.instrument, part.file)
        for name in ("at", "price", "quantity", "place", "days", "open_at", "open", "high", "low", "close", "volume"):
            if hasattr(part, name):
                values = getattr(other, name)
                assert np.array_equal(values, getattr(part, name)), name
                assert not values.flags.writeable, name


def test_a_trial_on_mapped_columns_decides_the_same(tmp_path: Path) -> None:
    lay_out(market(), tmp_path)
    job = Job((("buy_at", 45), ("confirm_s", 0), ("timeframe", "1m")))
    outcome = outcome_of(PLAN, market(), job)
    assert outcome.figures["trades"] > 0
    assert outcome_of(PLAN, mapped(tmp_path), job) == outcome


def test_ctrl_c_ends_no_worker_not_even_one_that_is_just_starting() -> None:
    job = Job((("buy_at", 45), ("confirm_s", 0), ("timeframe", "1m")))
    with LocalProcesses(PLAN, market(), 1) as workers:
        before = set(psutil.Process().children())
        workers.submit(job)
        (worker,) = set(psutil.Process().children()) - before
        worker.send_signal(signal.SIGINT)  # a terminal sends it to all of them
        done, outcome = workers.next_done()
    assert done == job
    assert outcome.figures["trades"] > 0


def test_a_worker_whose_parent_is_gone_clears_the_columns_away(tmp_path: Path) -> None:
    columns = tmp_path / "columns"
    columns.mkdir()
    (columns / "bars-0-close.npy").write_bytes(b"columns")
    spawning = get_context("spawn")
    theirs, ours = spawning.Pipe(duplex=False)
    worker = spawning.Process(target=_end_with, args=(theirs, str(columns)))
    worker.start()
    ours.close()  # as the kernel does for a parent that was killed
    worker.join(60)
    assert worker.exitcode == 1
    assert not columns.exists()


def test_the_command_needs_neither_library_until_a_sweep_asks_for_it() -> None:
    words = "import sys, engine.__main__; sys.exit(bool({'optuna', 'ray'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == 0


def test_without_the_libraries_a_sweep_says_what_to_type_and_a_grid_works(
    bars: Path, space_file: Path, tmp_path: Path
) -> None:
    def ran(*words: str) -> subprocess.CompletedProcess[str]:
        """The command in a process in which neither library can be imported."""
        begin = "import sys; sys.modules['optuna'] = sys.modules['ray'] = None; from engine.__main__ import main; "
        given = [
            "sweep",
            "--strategy",
            "confluence",
            "--data",
            str(bars),
            "--space",
            str(space_file),
            "--cores",
            "1",
            *words,
        ]
        return subprocess.run(
            [sys.executable, "-c", f"{begin}sys.exit(main({given!r}))"],
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
        )

    by_tpe, on_ray = ran(), ran("--on", "ray")
    assert by_tpe.returncode == on_ray.returncode == 2
    assert "needs Optuna, which is not installed here; type: pip install -r requirements/research.txt" in by_tpe.stderr
    assert "needs Ray, which is not installed here; type: pip install -r requirements/research.txt" in on_ray.stderr
    assert "Traceback" not in by_tpe.stderr + on_ray.stderr
    few = tmp_path / "few.toml"
    few.write_text("buy_at = [30, 45]")
    grid = ran("--space", str(few), "--search", "grid", "--least-trades", "1")
    assert grid.returncode == 0, grid.stderr


def test_the_deployed_image_carries_neither() -> None:
    runtime = (ROOT / "requirements" / "runtime.txt").read_text()
    research = (ROOT / "requirements" / "research.txt").read_text()
    for name in ("\noptuna==", "\nray=="):
        assert name in research
        assert name not in runtime
    assert "research" not in (ROOT / "Dockerfile").read_text()
