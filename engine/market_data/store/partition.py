"""One file of a store: columns as the readers made them, and what they were made from. Written by importing; read by
readers and digest. The only place that knows a partition's columns.

Prices are whole units (paise) as int64, times int64 microseconds shown as UTC timestamps: what is read back is bit for
bit what a reader made of the source, dirt included. Nothing in a partition says when it was made, so that the same
imports make the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from engine.domain.errors import DataError
from engine.domain.instrument import Instrument
from engine.market_data.columns import BarColumns, TickColumns, frozen
from engine.market_data.instruments import instrument_for
from engine.market_data.store.layout import TICKS, SeriesKey

Columns: TypeAlias = TickColumns | BarColumns

FORM = 1  # of partitions; a reader refuses what it does not know
_KEY = b"lockstep"
_STAMP = pa.timestamp("us", tz="UTC")
_BARS = {"open_at": _STAMP, "open": pa.int64(), "high": pa.int64(), "low": pa.int64(), "close": pa.int64(),
         "volume": pa.float64()}  # fmt: skip
_TICKS = {"at": _STAMP, "price": pa.int64(), "quantity": pa.float64(), "place": _STAMP}


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A file that rows came from: its name, and the SHA-256 of its bytes and of how they were read."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a partition says of itself. `days` count as traded, in the venue's days since 1970-01-01."""

    key: SeriesKey
    price_digits: int
    days: tuple[int, ...]
    sources: tuple[Source, ...]


def series_of(columns: Columns) -> SeriesKey:
    """The series that columns belong to."""
    timeframe = columns.timeframe if isinstance(columns, BarColumns) else TICKS
    return SeriesKey(columns.instrument.venue, columns.instrument.symbol, timeframe)


def write_partition(path: Path, columns: Columns, sources: tuple[Source, ...]) -> None:
    """Write a partition whole or not at all, over the one that was there; not yet sure to outlive a power cut. Raises
    OSError.
    """
    types = _BARS if isinstance(columns, BarColumns) else _TICKS
    label = {
        "form": FORM,
        "series": [*_parts(series_of(columns))],
        "price_digits": columns.instrument.price_digits,
        "days": columns.days.tolist(),
        "sources": [[source.name, source.digest] for source in sources],
    }
    fields = [pa.field(name, kind, nullable=False) for name, kind in types.items()]
    schema = pa.schema(fields, metadata={_KEY: json.dumps(label).encode()})
    arrays = [pa.array(np.ascontiguousarray(getattr(columns, name))).cast(kind) for name, kind in types.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.writing")
    try:
        with aside.open("wb") as file:
            parquet.write_table(
                pa.Table.from_arrays(arrays, schema=schema), file,
                compression="zstd", use_dictionary=False, write_statistics=False, write_page_checksum=True,
            )  # fmt: skip
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def read_label(path: Path) -> Label:
    """What a partition says of itself, its rows left alone. Raises DataError for a file that is none."""
    try:
        said = (parquet.read_schema(path).metadata or {}).get(_KEY)
    except (pa.ArrowException, OSError) as problem:
        raise DataError(str(path), f"is not a readable part of the store: {problem}") from problem
    return _label(path, said)


def read_partition(path: Path) -> tuple[Columns, Label]:
    """A partition's columns, read-only, and its label. Raises DataError for a file that is none, or of another form."""
    try:
        with parquet.ParquetFile(path, pre_buffer=False, page_checksum_verification=True) as file:
            table = file.read(use_threads=False)
    except (pa.ArrowException, OSError) as problem:
        raise DataError(str(path), f"is not a readable part of the store: {problem}") from problem
    label = _label(path, (table.schema.metadata or {}).get(_KEY))
    instrument = _instrument(path, label)
    days = frozen(np.array(label.days, dtype=np.int64))
    types = _TICKS if label.key.timeframe == TICKS else _BARS
    if table.schema.names != list(types):
        raise DataError(str(path), f"has the columns {', '.join(table.schema.names)}, not a partition's")
    values = {name: frozen(_values(table.column(name), kind)) for name, kind in types.items()}
    if label.key.timeframe == TICKS:
        return TickColumns(instrument, str(path), days=days, **values), label
    return BarColumns(instrument, str(path), label.key.timeframe, days=days, **values), label


def _values(column: Any, kind: Any) -> Any:
    # A copy of its own: Arrow's memory is made in larger pieces, of which a column would keep the whole.
    return np.array((column.cast(pa.int64()) if kind == _STAMP else column).to_numpy())


def _parts(key: SeriesKey) -> tuple[str, str, str]:
    return key.venue, key.symbol, key.timeframe


def _label(path: Path, said: bytes | None) -> Label:
    if said is None:
        raise DataError(str(path), "lies in a store, and is no part of it; `lockstep data import` takes files in")
    try:
        label = json.loads(said)
        if label["form"] != FORM:
            raise DataError(str(path), f"is of form {label['form']}; only {FORM} is known: import its sources again")
        return Label(
            key=SeriesKey(*label["series"]),
            price_digits=label["price_digits"],
            days=tuple(label["days"]),
            sources=tuple(Source(name, digest) for name, digest in label["sources"]),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise DataError(str(path), "has a label that can't be read: import its sources again") from problem


def _instrument(path: Path, label: Label) -> Instrument:
    instrument = instrument_for(label.key.symbol)
    if (instrument.price_digits, instrument.venue) != (label.price_digits, label.key.venue):
        raise DataError(
            str(path),
            f"keeps prices of {label.key.venue} with {label.price_digits} digits, {instrument.symbol} is now "
            f"{instrument.venue}'s with {instrument.price_digits}: import its sources again",
        )
    return instrument
