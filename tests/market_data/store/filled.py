"""Stores filled from files written for a test, and what they hold. Feeds the tests beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.market_data.columns import MarketData
from engine.market_data.store.filing import Imported
from engine.market_data.store.importing import Reading, import_files
from tests.market_data.written import BARS_HEADER, written

AT = "2026-11-21T12:00:00+00:00"
BAR = "2021-04-{:02}T09:{:02}:00+05:30,{},10,12,9,{},100"


def bars(path: Path, *rows: tuple[int, int, str, str]) -> Path:
    """Bars of (day of April 2021, minute after nine, symbol, close)."""
    return written(path, BARS_HEADER, *(BAR.format(*row) for row in rows))


def take(store: Path, *paths: Path, **how: object) -> Imported:
    return import_files(paths, store, Reading(**how), at=AT)  # type: ignore[arg-type]


def same(one: MarketData, other: MarketData) -> bool:
    """Whether two readings have the same columns, symbol by symbol, however many files they came from."""
    for symbol in {*one.symbols, *other.symbols}:
        for left, right in zip(columns_of(one, symbol), columns_of(other, symbol), strict=True):
            if not np.array_equal(left, right):
                return False
    return one.instruments == other.instruments


def columns_of(data: MarketData, symbol: str) -> list[np.ndarray]:
    parts = [part for part in data.parts if part.instrument.symbol == symbol]
    return [np.concatenate([getattr(part, name) for part in parts]) for name in (*parts[0].COLUMNS, "days")]


def contents(store: Path) -> dict[str, bytes]:
    """Every partition's bytes by its place."""
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in sorted(store.rglob("*.parquet"))}
