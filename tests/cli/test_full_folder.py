"""A disk that fills while a command writes: one sentence that names the file, and nothing half-written."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import backtest, lockstep
from tests.cli.generated import BUSY, MARKET, write_bars

CONFLUENCE = ("--strategy", "confluence", "--set", *BUSY)
DAY = MARKET.session(0).day


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full: no file of this process grows beyond."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bars(tmp_path_factory.mktemp("bars") / "bars.csv", [0], ["RELIANCE"])


@pytest.fixture(scope="module")
def run(bars: Path) -> Path:
    return backtest(bars.with_name("run"), *CONFLUENCE, "--data", bars).path


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("backtest", *CONFLUENCE, "--data", "BARS", "--out", "PLACE/run"), "run"),
        (("data", "practice", "PLACE/practice.csv", "--days", "1"), "practice.csv"),
        (("compare", "RUN", "RUN", "--out", "PLACE"), "compare.html"),
        (("strategy", "new", "idea", "--in", "PLACE"), "idea.py"),
        (("strategy", "picture", "trend", "--data", "BARS", "--symbol", "RELIANCE", "--day", DAY, "--out",
          "PLACE/day.svg"), "day.svg"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_a_full_disk_is_told_with_the_file_and_leaves_nothing(
    words: tuple[str, ...], named: str, bars: Path, run: Path, tmp_path: Path
) -> None:
    places = {"BARS": bars, "RUN": run, "PLACE": tmp_path}
    given = [str(places[word]) if word in places else word.replace("PLACE", str(tmp_path)) for word in words]
    with files_of_at_most(1_000):
        ran = lockstep(*given)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"lockstep: {tmp_path / named} can't be written: {os.strerror(errno.EFBIG)}\n"
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_its_successor_can_not_be_written(bars: Path, run: Path, tmp_path: Path) -> None:
    assert lockstep("compare", run, run, "--out", tmp_path).code == 0
    before = (tmp_path / "compare.html").read_bytes()
    with files_of_at_most(1_000):
        assert lockstep("compare", run, run, "--out", tmp_path).code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["compare.html"]
    assert (tmp_path / "compare.html").read_bytes() == before
