"""A file's rows in pieces that fit into memory, where it is a large CSV of bars. Fed by files and tables; feeds the
store's importing.

Bars may be taken piece by piece, because each stands for itself; a file of ticks is read whole, since where a row
belongs and how much was traded depend on those before it.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BufferedIOBase

from engine.domain.errors import DataError
from engine.market_data.files import DataFile
from engine.market_data.forms import Form, layout_of
from engine.market_data.tables import Rows, first_rows, read_rows, rows_of_csv

BLOCK_BYTES = 16 * 2**20  # a quarter of a million bars as text, ten times that in memory while they are read
_GZIP_RATIO = 4  # prices shrink by more: a gzipped file is taken for large a little too early


def row_blocks(file: DataFile, renamed: Mapping[str, str], size: int = BLOCK_BYTES) -> Iterator[Rows]:
    """All rows of a file, in one piece or in several of `size` bytes of text; nothing for one found in a folder that
    holds no prices. Raises DataError as `read_rows` does, lines counted through the whole file.
    """
    name = file.path.name.lower()
    gzipped = name.endswith(".gz")
    if name.endswith(".parquet") or not _is_large(file, size // _GZIP_RATIO if gzipped else size):
        yield from _whole(file, renamed)
        return
    try:
        with gzip.open(file.path) if gzipped else file.path.open("rb") as text:
            lead = text.read(size).removeprefix(b"\xef\xbb\xbf")
            header = next(first_rows(str(file.path), lead), [])
            layout = layout_of(str(file.path), header, file.from_folder, renamed)
            if layout is not None and layout.form is Form.BARS:
                yield from _blocks(file, renamed, text, lead, size)
                return
    except OSError as problem:
        reason = "is not a whole gzip file" if isinstance(problem, gzip.BadGzipFile) else "can't be read"
        raise DataError(str(file.path), f"{reason}: {problem.strerror or problem}") from problem
    except (EOFError, zlib.error) as problem:
        raise DataError(str(file.path), f"is not a whole gzip file: {problem}") from problem
    yield from _whole(file, renamed)


def _whole(file: DataFile, renamed: Mapping[str, str]) -> Iterator[Rows]:
    rows = read_rows(file, renamed)
    if rows is not None:
        yield rows


def _is_large(file: DataFile, size: int) -> bool:
    try:
        return file.path.stat().st_size > size
    except OSError:
        return False  # reading it will say why


def _blocks(file: DataFile, renamed: Mapping[str, str], text: BufferedIOBase, lead: bytes, size: int) -> Iterator[Rows]:
    """Whole lines at a time, each block under the file's header."""
    lead = lead.lstrip(b"\r\n")
    header, _, rest = lead.partition(b"\n")
    lines_before = 0
    while rest:
        end = rest.rfind(b"\n") + 1
        more = text.read(size)
        block, rest = (rest[:end], rest[end:] + more) if more else (rest, b"")
        if not block.strip():
            continue
        try:
            rows = rows_of_csv(file, header + b"\n" + block, renamed)
        except DataError as problem:
            line = None if problem.line is None else problem.line + lines_before
            raise DataError(problem.path, problem.reason, line) from problem
        if rows is not None:
            yield replace(rows, lines_before=lines_before)
        lines_before += block.count(b"\n")
