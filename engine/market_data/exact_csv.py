"""The precise, slow reading of a CSV file, a row at a time. Asked by tables where the quick way gave up; feeds it.

It either finds the first line that does not parse or contradicts the others, or reads what the quick way is too strict
for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO

from engine.domain.errors import DataError
from engine.market_data.forms import Layout
from engine.market_data.offsets import OneZone
from engine.market_data.timestamps import stamp_of


@dataclass(slots=True)
class ExactColumns:
    """The columns of a layout; `numbers` in its order."""

    at: list[int] = field(default_factory=list)
    aware: list[bool] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)


def decoded(path: str, content: bytes) -> str:
    """A file's text; raises DataError with the line that is not UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise DataError(path, "is not UTF-8 text", line) from problem
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(path, "is not UTF-8 text: there are zero bytes in it", line)
    return text


def read_exactly(path: str, content: bytes, header: Sequence[str], layout: Layout) -> ExactColumns:
    """Every row of a CSV file; raises DataError with the first line that does not parse, and why."""
    columns = ExactColumns(numbers=[[] for _ in layout.numbers])
    time_at = header.index(layout.time)
    symbol_at = None if layout.symbol is None else header.index(layout.symbol)
    number_at = [(name.strip(), header.index(name)) for name in layout.numbers]
    zone = OneZone()
    for line, row in _rows(path, decoded(path, content)):
        if len(row) != len(header):
            raise DataError(path, f"{len(header)} columns expected, {len(row)} found", line)
        try:
            at, aware = stamp_of(row[time_at].strip())
        except (ValueError, OverflowError) as problem:
            raise DataError(path, f"{layout.time.strip()} {problem}", line) from None
        mixed = zone.contradiction("" if symbol_at is None else row[symbol_at], row[time_at].strip())
        if mixed is not None:
            raise DataError(path, mixed, line)
        columns.at.append(at)
        columns.aware.append(aware)
        if symbol_at is not None:
            columns.symbols.append(row[symbol_at])
        for (name, index), values in zip(number_at, columns.numbers, strict=True):
            values.append(_number(path, line, name, row[index]))
    return columns


def line_of_row(path: str, content: bytes, row: int) -> int:
    """The line in the file of a row (0: the first after the header); blank lines count as lines, not as rows."""
    for number, (line, _) in enumerate(_rows(path, decoded(path, content))):
        if number == row:
            return line
    raise ValueError(f"{path} has no row {row}")


def _rows(path: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header, each with its line."""
    reader = csv.reader(StringIO(text, newline=""))
    try:
        rows = ((reader.line_num, row) for row in reader if row)
        next(rows, None)
        yield from rows
    except csv.Error as problem:
        raise DataError(path, str(problem), reader.line_num) from problem


def _number(path: str, line: int, name: str, text: str) -> float:
    try:
        if "_" in text:  # Python reads 1_000, no data format writes it
            raise ValueError
        return float(text)
    except ValueError:
        raise DataError(path, f"{name} {text!r} is not a number", line) from None
