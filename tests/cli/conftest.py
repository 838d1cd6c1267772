"""One backtest of three generated hours, written once for all tests that look at its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Folder, backtest
from tests.cli.generated import BUSY, tick_rows, write_ticks


@pytest.fixture(scope="session")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hours of two symbols in one CSV file."""
    return write_ticks(tmp_path_factory.mktemp("data") / "day.csv", tick_rows())


@pytest.fixture(scope="session")
def folder(ticks: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """What `--out` received for them."""
    out = tmp_path_factory.mktemp("results") / "run"
    return backtest(out, "--strategy", "confluence", "--set", *BUSY, "--data", ticks)
