"""The file of a recorded day: a line that says what it is, a header, then blocks, each compressed and with a checksum.

    LOCKSTEP-DAY 1\\n
    then frames: 4 bytes length, 4 bytes CRC-32, so many bytes of deflate; the first is the header

Written frame by frame, so that a process that is killed leaves a file that reads up to its last whole frame. Written by
runtime/recorder through folder.py; read by research/day_replay.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.domain.account import AccountSpec
from engine.domain.errors import DataError
from engine.recording.event_codec import PACK, Unreadable
from engine.recording.steps import Step, unpack

FORMAT = 1
_LINE = b"LOCKSTEP-DAY "
_FRAME = struct.Struct("<II")
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class DayHeader:
    """Whose day it is, and how the engine was made that decided it.

    run        the epoch of the account's lease: one an engine's life
    part       0 for the file that a run begins with; the state of a later one comes from those before it
    protects   whether protective stops rested at the venue
    code       the version that decided, for people
    """

    account: AccountSpec
    day: str
    run: int
    part: int
    protects: bool
    code: str


class DayWriter:
    """One file, new, its owner's alone; what is written reaches the system at once, the disk when the system likes.

    Raises OSError.
    """

    def __init__(self, path: Path, header: DayHeader) -> None:
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        self.size = 0
        self._put(_LINE + b"%d\n" % FORMAT)
        self.write(PACK.encode(header))

    def write(self, block: bytes) -> None:
        """Append a block."""
        body = zlib.compress(block, _LEVEL)
        self._put(_FRAME.pack(len(body), zlib.crc32(body)) + body)

    def close(self) -> None:
        """Nothing more comes."""
        self._file.close()

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self.size += len(data)


@dataclass(slots=True)
class DayReader:
    """A recorded day. `cut` says after reading that its last frame is not whole: the engine was killed amid it."""

    path: Path
    cut: bool = False
    read: int = 0
    size: int = 0
    header: DayHeader = field(init=False)

    def __post_init__(self) -> None:
        """Raises DataError for a file that is none, of another version, or without a whole header."""
        try:
            self.size = self.path.stat().st_size
            with self.path.open("rb") as file:
                _check_line(self.path, file.readline(64))
                first = next(self._frames(file), None)
        except OSError as error:
            raise DataError(str(self.path), error.strerror or str(error)) from error
        if first is None:
            raise DataError(str(self.path), "it ends before its header: nothing was recorded")
        try:
            self.header = msgspec.msgpack.decode(first, type=DayHeader)
        except msgspec.MsgspecError as error:
            raise DataError(str(self.path), f"its header can't be read by this version: {error}") from error

    def steps(self) -> Iterator[Step]:
        """Everything that went in, in order, with what was decided of it. Raises DataError for damage amid it."""
        with self.path.open("rb") as file:
            file.readline()
            frames = self._frames(file)
            next(frames)
            try:
                yield from unpack(frames)
            except (Unreadable, msgspec.MsgspecError, ValueError, IndexError, TypeError) as error:
                raise DataError(str(self.path), str(error)) from error

    def _frames(self, file: BinaryIO) -> Iterator[bytes]:
        while head := file.read(_FRAME.size):
            begins_at = file.tell() - len(head)
            length, checksum = _FRAME.unpack(head) if len(head) == _FRAME.size else (-1, 0)
            if length < 0 or begins_at + _FRAME.size + length > self.size:
                self.cut = True
                return
            body = file.read(length)
            if zlib.crc32(body) != checksum:
                raise DataError(str(self.path), f"damaged at byte {begins_at}: what follows can't be trusted")
            self.read = file.tell()
            yield zlib.decompress(body)


def _check_line(path: Path, line: bytes) -> None:
    if not line.startswith(_LINE):
        raise DataError(str(path), "is no recorded day (RECORD_DAYS makes them, in the folder `recordings`)")
    version = line.removeprefix(_LINE).strip()
    if version != b"%d" % FORMAT:
        said = version[:8].decode("ascii", "replace")
        raise DataError(str(path), f"is recorded in format {said}, and this version reads {FORMAT}")
