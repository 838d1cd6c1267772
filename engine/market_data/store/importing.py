"""Takes files into a store: all of them or, where one can't be taken, none. Fed by `data import`.

A file is read and joined to what the store has, a symbol and a year (of ticks: a day) at a time. What changes is
written aside first and moved into place at the end, one partition after the other, each whole: a kill leaves every
partition as it was or as it should be, and the same import again does the rest. One import at a time; the store's lock
goes with the process that has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from engine.domain.errors import DataError
from engine.domain.instant import Instant, iso
from engine.market_data.adjustments import Splits, adjusted_bars, adjusted_ticks
from engine.market_data.blocks import BLOCK_BYTES, row_blocks
from engine.market_data.columns import BarColumns
from engine.market_data.digest import source_of
from engine.market_data.files import DataFile, data_files
from engine.market_data.forms import Form
from engine.market_data.parts import Wanted, bar_parts, tick_parts
from engine.market_data.store.filing import Imported, Refuse, file_part
from engine.market_data.store.partition import Columns
from engine.market_data.store.place import Place, locked, put_in_place
from engine.market_data.tables import Rows
from engine.market_data.timestamps import zone_of

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files are to be taken, where that is not as they say themselves.

    `renamed`: our columns by the names that the files have for them. `zone`: of times without an offset. `venue`: what
    every symbol must belong to, None for any. `prefer_new`: new rows replace stored ones that differ from them.
    """

    zone: str | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    stamped_at_close: bool = False
    splits: Splits | None = None
    venue: str | None = None
    prefer_new: bool = False

    def words(self) -> str:
        """What makes the same bytes other data; empty where nothing does."""
        splits = None if self.splits is None else self.splits.digest
        said = [self.zone, self.renamed, self.stamped_at_close, splits]
        return json.dumps(said) if any(said) else ""


def import_files(
    paths: Sequence[str | Path],
    root: Path,
    reading: Reading,
    *,
    at: str,
    progress: Progress | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Imported:
    """Take files into the store at `root`, which is made where there is none.

    `at` is when, for the store's journal alone; `block_bytes` how much text of a large file of bars is read at once.
    `progress(done, all)` counts files. Raises DataError for a file that can't be read or contradicts the store,
    InvalidValue for an unknown zone; the store is then as it was.
    """
    zone = None if reading.zone is None else zone_of(reading.zone)
    wanted = Wanted(zone=zone, stamped_at_close=reading.stamped_at_close)
    files = data_files(paths)
    imported = Imported()
    with locked(root) as place:
        for number, file in enumerate(files):
            if file.stored:
                raise DataError(str(file.path), "lies in a store already")
            _take(row_blocks(file, dict(reading.renamed), block_bytes), file, wanted, reading, place, imported)
            if progress is not None:
                progress(number + 1, len(files))
        if not imported.files:
            raise DataError(str(paths[0]), "no file holds prices")
        put_in_place(place, imported.entry(at))
    return imported


def _take(
    blocks: Iterable[Rows], file: DataFile, wanted: Wanted, reading: Reading, place: Place, imported: Imported
) -> None:
    """Take a file block by block; one that holds no prices is skipped."""
    source = None
    ends: dict[str, Instant] = {}
    for rows in blocks:
        if source is None:
            imported.ignored.update(dict.fromkeys(rows.layout.ignored))
            source = source_of(file, reading.words())
            imported.files.append(source)
        parts = bar_parts(rows, wanted) if rows.layout.form is Form.BARS else tick_parts(rows, wanted)
        for part in parts:
            refuse = partial(_refuse, rows, rows.symbols.index(part.instrument.symbol))
            if reading.venue not in (None, part.instrument.venue):
                symbol, venue = part.instrument.symbol, part.instrument.venue
                raise DataError(str(file.path), f"{symbol} is traded at {venue}, not at {reading.venue}")
            if isinstance(part, BarColumns):
                wanted = replace(wanted, timeframe=part.timeframe)
                _check_follows(part, ends, refuse)
            file_part(_adjusted(part, reading.splits), source, place, imported, reading.prefer_new, refuse)
    if source is None:
        imported.skipped.append(file.name)


def _check_follows(part: BarColumns, ends: dict[str, Instant], refuse: Refuse) -> None:
    """Raise DataError for a block of a file that does not go on after the one before."""
    symbol, this = part.instrument.symbol, int(part.open_at[0])
    before = ends.get(symbol)
    if before is not None and this <= before:
        raise refuse(0, f"{symbol} at {iso(this)} is not after a bar before it, {iso(before)}")
    ends[symbol] = int(part.open_at[-1])


def _refuse(rows: Rows, code: int, row: int, reason: str) -> DataError:
    """The error that names a row of a symbol's by its line in the file."""
    of_symbol = np.flatnonzero(rows.codes == code)
    return rows.refuse(int(of_symbol[row]), reason)


def _adjusted(part: Columns, splits: Splits | None) -> Columns:
    if splits is None:
        return part
    return adjusted_bars(part, splits) if isinstance(part, BarColumns) else adjusted_ticks(part, splits)
