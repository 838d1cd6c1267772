"""A space file and two generated days of a symbol for sweeps in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.generated import write_bars
from tests.research.sweep.swept import SPACE, engine_copied_to


@pytest.fixture(scope="session")
def space_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The space that is searched."""
    path = tmp_path_factory.mktemp("space") / "space.toml"
    path.write_text(SPACE)
    return path


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bars that it is searched on."""
    return write_bars(tmp_path_factory.mktemp("bars") / "bars.csv", (2, 3), ("RELIANCE",))


@pytest.fixture(scope="session")
def engine_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a copy of the engine lies."""
    return engine_copied_to(tmp_path_factory.mktemp("code"))
