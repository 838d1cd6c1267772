"""The journal's -wal file as it lies on disk: which page images it holds, and whether what follows a bad one was lost.

Read before SQLite opens the file: SQLite ends the log at the first frame whose checksum is wrong and says nothing,
which is right for a write that was cut short and wrong for a frame that went bad after it was acknowledged. Layout and
checksum: https://www.sqlite.org/fileformat2.html#walformat. Feeds opening.py and salvage.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER, _FRAME_HEADER = 32, 24
_MAGIC = 0x377F0682  # its last bit says that the checksums read the bytes as big-endian words
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Frame:
    """A page as some commit wrote it. `commits`: where it ends one, the database's pages after it, else 0. `whole`: the
    checksum says that header and page are what was written.
    """

    page: int
    at: int  # of the page's bytes in the file
    commits: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Wal:
    """The frames of the log's present generation in the order they were written, those of no commit at the end too.

    `broken`: a bad frame keeps SQLite from a later commit, which was acknowledged. `cut_bytes`: what lies behind the
    last commit that it takes; where the log is not broken, that is a write that was cut short.
    """

    frames: tuple[Frame, ...]
    broken: bool
    cut_bytes: int


EMPTY = Wal((), broken=False, cut_bytes=0)


def read_wal(path: Path) -> Wal:
    """What the log holds; EMPTY where there is none. Raises OSError where it can't be read."""
    if not path.exists() or path.stat().st_size <= _HEADER:
        return EMPTY
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(_HEADER)
        magic, _, page_size = struct.unpack_from(">3I", header)
        order = ">" if magic & 1 else "<"
        sound = magic & ~1 == _MAGIC and _checksum(order, (0, 0), header[:24]) == struct.unpack_from(">2I", header, 24)
        if not sound:
            order, page_size = "<", 4096  # as this service's own journals have it
        slot = _FRAME_HEADER + page_size
        frames = _present(file, range(_HEADER, size - slot + 1, slot), order, header if sound else None)
    unbroken = next((number for number, frame in enumerate(frames) if not frame.whole), len(frames)) if sound else 0
    valid = _last_commit(frames[:unbroken])
    # Frames without a commit may be left from one that was rolled back; a commit behind a bad frame can't.
    broken = any(frame.whole and frame.commits for frame in frames[unbroken:])
    cut_bytes = (len(frames) - valid) * slot
    if _HEADER + len(frames) * slot + slot > size:
        cut_bytes += (size - _HEADER) % slot  # a frame that was not even written to its end
    return Wal(tuple(frames), broken, cut_bytes)


def _present(file: BinaryIO, slots: range, order: str, header: bytes | None) -> list[Frame]:
    """The frames up to the last of this generation. Older ones, over which the log is written, have other salts."""
    salts = header[16:24] if header else _salts_of_most(file, slots)
    before = struct.unpack_from(">2I", header, 24) if header else None
    frames: list[Frame] = []
    ours = 0
    for at in slots:
        file.seek(at)
        head = file.read(_FRAME_HEADER)
        page, pages = struct.unpack_from(">2I", head)
        stated: tuple[int, int] = struct.unpack_from(">2I", head, 16)
        whole = False
        if head[8:16] == salts:
            content = file.read(slots.step - _FRAME_HEADER)
            whole = before is not None and _checksum(order, before, head[:8] + content) == stated
            ours = len(frames) + 1
        frames.append(Frame(page, at + _FRAME_HEADER, pages, whole))
        before = stated
    return frames[:ours]


def _salts_of_most(file: BinaryIO, slots: range) -> bytes:
    """The salts that two of the first three frames agree on: one frame may be damaged, like the header."""
    found = []
    for at in slots[:3]:
        file.seek(at + 8)
        found.append(file.read(8))
    return max(found, key=found.count, default=b"")


def _last_commit(frames: list[Frame]) -> int:
    """How many frames there are up to the last that commits, with it."""
    return next((number for number in range(len(frames), 0, -1) if frames[number - 1].commits), 0)


def _checksum(order: str, before: tuple[int, int], data: bytes) -> tuple[int, int]:
    first, second = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
