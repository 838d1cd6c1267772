"""A store to fill, and a file that fills it with two symbols over the end of a year."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.market_data.written import BARS_HEADER, written


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    """Two symbols in one file, over the end of a year."""
    rows = [
        f"{day}T09:{minute}:00+05:30,{symbol},10,12,9,11,1"
        for day in ("2020-12-31", "2021-01-01")
        for minute in (15, 16)
        for symbol in ("M&M", "INFY")
    ]
    return written(tmp_path / "years.csv.gz", BARS_HEADER, *rows)
