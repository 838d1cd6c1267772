"""One file's rows as arrays, whatever its format. Fed by files; feeds parts. The only reader of file formats.

pyarrow parses whole columns at once; where it gives up, exact_csv finds out why.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from engine.domain.errors import DataError
from engine.market_data.exact_csv import decoded, line_of_row, read_exactly
from engine.market_data.files import DataFile, read_bytes
from engine.market_data.forms import Layout, layout_of
from engine.market_data.offsets import OneZone, count_of, offset_in
from engine.market_data.timestamps import Stamps, stamp_of

_HEADER_BYTES = 65_536  # a header longer than this belongs to no market data
_ARROW_ERRORS = (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError, pa.ArrowTypeError, OSError)


@dataclass(frozen=True, slots=True)
class Rows:
    """A file's rows in its order: `codes` index `symbols` (None: the file's name is the symbol)."""

    file: DataFile
    layout: Layout
    stamps: Stamps
    symbols: tuple[str, ...]
    codes: npt.NDArray[np.int64]
    numbers: tuple[npt.NDArray[np.float64], ...]
    content: bytes | None  # of a CSV file, to find a row's line again
    lines_before: int = 0  # of the file, where the content is a part of it

    def refuse(self, row: int, reason: str) -> DataError:
        """The error that names a row: by its line in text, by its number in Parquet."""
        path = str(self.file.path)
        if self.content is None:
            return DataError(path, f"row {row + 1}: {reason}")
        return DataError(path, reason, line_of_row(path, self.content, row) + self.lines_before)


def read_rows(file: DataFile, renamed: Mapping[str, str] | None = None) -> Rows | None:
    """All rows of a file; None for one found in a folder that holds no prices. Raises DataError for a broken one.

    `renamed` says by which name a file calls a column of ours.
    """
    name = file.path.name.lower()
    if name.endswith(".parquet"):
        return _read_parquet(file, renamed)
    content = read_bytes(file.path)
    if name.endswith(".gz"):
        content = _unzipped(file, content)
    return rows_of_csv(file, content, renamed)


def _unzipped(file: DataFile, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise DataError(str(file.path), f"is not a whole gzip file: {problem}") from problem


def rows_of_csv(file: DataFile, content: bytes, renamed: Mapping[str, str] | None) -> Rows | None:
    """The rows of a CSV file's bytes; see `read_rows`."""
    path = str(file.path)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise DataError(path, "is empty")
    lead = first_rows(path, content)
    header = next(lead, [])
    layout = layout_of(path, header, file.from_folder, renamed)
    if layout is None:
        return None
    first = next(lead, None)
    if first is None:
        raise DataError(path, "has a header and no rows")
    time_at = header.index(layout.time)
    table = _quick_table(content, layout, _first_is_aware(first, time_at))
    if table is not None and _in_one_zone(content, table.num_rows, first[time_at]):
        return _rows_of_table(file, layout, table, content)
    exact = read_exactly(path, content, header, layout)
    symbols, codes = _coded(exact.symbols if layout.symbol is not None else [file.stem] * len(exact.at))
    return Rows(
        file=file,
        layout=layout,
        stamps=Stamps(np.array(exact.at, dtype=np.int64), np.array(exact.aware, dtype=np.bool_)),
        symbols=symbols,
        codes=codes,
        numbers=tuple(np.array(values, dtype=np.float64) for values in exact.numbers),
        content=content,
    )


def holds_prices(file: DataFile) -> bool:
    """Whether a file found in a folder is one of market data, by its columns. True for one too broken to tell."""
    name = file.path.name.lower()
    try:
        if name.endswith(".parquet"):
            header = parquet.read_schema(file.path).names
        else:
            with gzip.open(file.path) if name.endswith(".gz") else file.path.open("rb") as text:
                lead = text.read(_HEADER_BYTES).removeprefix(b"\xef\xbb\xbf")
            header = next(first_rows(file.name, lead.rpartition(b"\n")[0] or lead), [])
        return layout_of(file.name, header, from_folder=True) is not None
    except (DataError, EOFError, zlib.error, *_ARROW_ERRORS):
        return True


def first_rows(path: str, content: bytes) -> Iterator[list[str]]:
    """The header and some of the rows, blank lines left out; raises DataError for what is no text in columns."""
    lines = csv.reader(StringIO(_lead(path, content), newline=""))
    try:
        yield from (row for row in lines if row)
    except csv.Error as problem:
        raise DataError(path, f"is not CSV: {problem}", lines.line_num) from problem


def _lead(path: str, content: bytes) -> str:
    """The text of the first lines: the header and a row are surely in it."""
    end = content.rfind(b"\n", 0, _HEADER_BYTES)
    return decoded(path, content if end < 0 or len(content) <= _HEADER_BYTES else content[: end + 1])


def _in_one_zone(content: bytes, rows: int, first: str) -> bool:
    """Whether all times end as the first one does, at a glance: where it is in doubt, they are read one by one."""
    offset = offset_in(first.strip())
    return not offset or count_of(offset, content) >= rows


def _first_is_aware(row: list[str], time_at: int) -> bool:
    try:
        return stamp_of(row[time_at].strip())[1]
    except (ValueError, IndexError, OverflowError):
        return False  # the first row is broken: any type will do to find that out


def _quick_table(content: bytes, layout: Layout, aware: bool) -> Any | None:
    """The needed columns by pyarrow; None where some value is not of the type that the first row promised."""
    types: dict[str, Any] = dict.fromkeys(layout.numbers, pa.float64())
    types[layout.time] = pa.timestamp("us", tz="UTC" if aware else None)
    if layout.symbol is not None:
        types[layout.symbol] = pa.dictionary(pa.int32(), pa.string())
    try:
        return arrow_csv.read_csv(
            BytesIO(content),
            read_options=arrow_csv.ReadOptions(use_threads=False),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(types),
                column_types=types,
                null_values=[],  # an empty cell is a mistake, not a value left out
            ),
        )
    except _ARROW_ERRORS:
        return None


def _read_parquet(file: DataFile, renamed: Mapping[str, str] | None) -> Rows | None:
    path = str(file.path)
    try:
        source = pa.BufferReader(read_bytes(file.path))
        header = parquet.read_schema(source).names
        layout = layout_of(path, header, file.from_folder, renamed)
        if layout is None:
            return None
        wanted = [layout.time, *layout.numbers, *([] if layout.symbol is None else [layout.symbol])]
        source.seek(0)
        table = parquet.read_table(source, columns=wanted, use_threads=False)
    except _ARROW_ERRORS as problem:
        raise DataError(path, f"is not a readable Parquet file: {problem}") from problem
    if table.num_rows == 0:
        raise DataError(path, "has columns and no rows")
    for name in wanted:
        if table.column(name).null_count:
            row = table.column(name).is_null().to_numpy().argmax()
            raise DataError(path, f"row {row + 1}: {name} is empty")
    return _rows_of_table(file, layout, table, None)


def _rows_of_table(file: DataFile, layout: Layout, table: Any, content: bytes | None) -> Rows:
    symbols: tuple[str, ...] = (file.stem,)
    codes = np.zeros(table.num_rows, dtype=np.int64)
    if layout.symbol is not None:
        symbols, codes = _dictionary(file, layout.symbol, table.column(layout.symbol))
    return Rows(
        file=file,
        layout=layout,
        stamps=_stamps(file, layout.time, table.column(layout.time)),
        symbols=symbols,
        codes=codes,
        numbers=tuple(_floats(file, name, table.column(name)) for name in layout.numbers),
        content=content,
    )


def _stamps(file: DataFile, name: str, column: Any) -> Stamps:
    """Timestamps from a column of timestamps, dates or ISO text."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zoned = pa.types.is_timestamp(kind) and kind.tz is not None
        whole = column.cast(pa.timestamp("us", tz="UTC" if zoned else None), safe=False).cast(pa.int64())
        return Stamps(whole.to_numpy(), np.full(len(column), zoned, dtype=np.bool_))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise DataError(str(file.path), f"{name} holds {kind}; timestamps or ISO 8601 text are needed")
    at, aware = np.zeros(len(column), np.int64), np.zeros(len(column), np.bool_)
    zone = OneZone()
    for row, text in enumerate(column.to_pylist()):
        try:
            at[row], aware[row] = stamp_of(text)
        except (ValueError, OverflowError) as problem:
            raise DataError(str(file.path), f"row {row + 1}: {problem}") from None
        mixed = zone.contradiction("", text)
        if mixed is not None:
            raise DataError(str(file.path), f"row {row + 1}: {mixed}")
    return Stamps(at, aware)


def _floats(file: DataFile, name: str, column: Any) -> npt.NDArray[np.float64]:
    try:
        floats: npt.NDArray[np.float64] = column.cast(pa.float64(), safe=False).to_numpy()
    except _ARROW_ERRORS as problem:
        raise DataError(str(file.path), f"{name} holds {column.type} that are not numbers: {problem}") from problem
    return floats


def _dictionary(file: DataFile, name: str, column: Any) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    try:
        encoded = column.cast(pa.dictionary(pa.int32(), pa.string())).unify_dictionaries().combine_chunks()
    except _ARROW_ERRORS as problem:
        raise DataError(str(file.path), f"{name} holds {column.type}; text is needed: {problem}") from problem
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    return tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy().astype(np.int64)


def _coded(symbols: list[str]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Symbols as a table and indices into it, in the order of their first row."""
    table = {symbol: code for code, symbol in enumerate(dict.fromkeys(symbols))}
    return tuple(table), np.fromiter((table[symbol] for symbol in symbols), np.int64, len(symbols))
