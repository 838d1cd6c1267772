"""The rows on the pages of a SQLite file, read without SQLite, for a file that SQLite refuses. Feeds salvage.py.

A page is read by itself, whatever became of the pages that lead to it: that is what SQLite's own reading can't do, and
what its recovery extension, which Python does not carry, does. Layout:
https://www.sqlite.org/fileformat2.html#b_tree_pages. Nothing here is trusted: what is not well formed is no row, and
whoever takes rows checks what they hold.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "int | float | str | bytes | None"
PageReader: TypeAlias = Callable[[int], bytes]

_TABLE_LEAF = 0x0D
_FIRST_PAGE_HEADER = 100  # bytes before the first page's own header
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_VALUE_MAX = 64 * 1024 * 1024  # longer than any record of ours


class NotARow(Exception):
    """These bytes are no well-formed cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row: its rowid, and the columns' values as they are stored (the rowid's own column is None)."""

    rowid: int
    values: tuple[Value, ...]


class PageFile:
    """A database file as pages, numbered from 1, those in `newer` from another place. `unread` counts bad sectors."""

    def __init__(self, descriptor: int, page_size: int, newer: dict[int, tuple[int, int]]) -> None:
        """`newer`: of a page, the file and the place where a later version of it lies."""
        self._descriptor = descriptor
        self._newer = newer
        self.page_size = page_size
        self.unread = 0
        in_file = -(-os.fstat(descriptor).st_size // page_size) if descriptor >= 0 else 0
        self.count = max([in_file, *newer])

    def read(self, number: int) -> bytes:
        """A page's bytes, fewer or none where the file or the disk has no more."""
        descriptor, at = self._newer.get(number, (self._descriptor, (number - 1) * self.page_size))
        if descriptor < 0 or number < 1:
            return b""
        try:
            return os.pread(descriptor, self.page_size, at)
        except OSError:
            self.unread += 1
            return b""


def rows_on(number: int, page: bytes, page_size: int, read: PageReader) -> Iterator[Row | None]:
    """The rows of a table's leaf page, None for each that can't be read; nothing for a page of any other kind."""
    begin = _FIRST_PAGE_HEADER if number == 1 else 0
    if len(page) < begin + 8 or page[begin] != _TABLE_LEAF:
        return
    cells = struct.unpack_from(">H", page, begin + 3)[0]
    for cell in range(cells):
        place = begin + 8 + 2 * cell
        if place + 2 > len(page):
            return
        try:
            yield _row(page, struct.unpack_from(">H", page, place)[0], page_size, read)
        except (NotARow, IndexError, struct.error, UnicodeDecodeError):
            yield None


def _row(page: bytes, at: int, page_size: int, read: PageReader) -> Row:
    length, at = _varint(page, at)
    rowid, at = _varint(page, at)
    if not 0 < length <= _VALUE_MAX:
        raise NotARow
    content = _content(page, at, length, page_size, read)
    header_length, place = _varint(content, 0)
    kinds = []
    while place < header_length:
        kind, place = _varint(content, place)
        kinds.append(kind)
    values = []
    for kind in kinds:
        value, place = _value(content, place, kind)
        values.append(value)
    if place != length:
        raise NotARow
    return Row(rowid, tuple(values))


def _content(page: bytes, at: int, length: int, page_size: int, read: PageReader) -> bytes:
    """A cell's bytes, together with those on the overflow pages that it goes on to."""
    if length <= page_size - 35:
        return page[at : at + length]
    least = (page_size - 12) * 32 // 255 - 23
    local = least + (length - least) % (page_size - 4)
    if local > page_size - 35:
        local = least
    parts = [page[at : at + local]]
    following = struct.unpack_from(">I", page, at + local)[0]
    left = length - local
    met: set[int] = set()
    while left > 0:
        overflow = b"" if following in met else read(following)
        if len(overflow) < 4:  # it leads to no page, or in a circle
            raise NotARow
        met.add(following)
        following = struct.unpack_from(">I", overflow)[0]
        parts.append(overflow[4 : 4 + min(left, page_size - 4)])
        left -= page_size - 4
    return b"".join(parts)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for byte in range(8):
        value = value << 7 | data[at + byte] & 0x7F
        if data[at + byte] < 0x80:
            return value, at + byte + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >= 1 << 63 else value, at + 9


def _value(content: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind >= 12:
        end = at + (kind - 12) // 2
        data = content[at:end]
        if len(data) != end - at:
            raise NotARow
        return (data.decode() if kind % 2 else data), end
    if kind == 7:
        return struct.unpack_from(">d", content, at)[0], at + 8
    if kind not in _INTEGER_BYTES:
        raise NotARow
    end = at + _INTEGER_BYTES[kind]
    if end > len(content):
        raise NotARow
    return int.from_bytes(content[at:end], "big", signed=True), end
