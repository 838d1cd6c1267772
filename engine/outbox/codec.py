"""Records to bytes and back, for the journal: framed, versioned, checked. Handed to adapters/queue by bootstrap.

A frame is text with a checksum, so that a journal can be read with any SQLite tool:

    L1 <CRC-32 of what follows, 8 hex digits> <record's type> <JSON of its fields>

JSON by msgspec: Decimal as text (exact), enums by value, instants as whole microseconds.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any, get_args

import msgspec

from engine.domain.errors import PermanentFailure
from engine.domain.records import Record

FORMAT = b"L1"
_HEADER_LENGTH = len(FORMAT) + 1 + 8 + 1

_encoder = msgspec.json.Encoder(decimal_format="string")


class CodecError(PermanentFailure):
    """These bytes are no record of ours; the message says what is wrong with them."""


def encode(record: Record) -> bytes:
    """The frame of a record."""
    body = b"%b %b" % (type(record).__name__.encode(), _encoder.encode(record))
    return b"%b %08x %b" % (FORMAT, zlib.crc32(body), body)


def decode(frame: bytes) -> Record:
    """The record of a frame. Raises CodecError for another version, a torn frame, an unknown type or bad fields."""
    version, _, rest = frame[:_HEADER_LENGTH].partition(b" ")
    if version != FORMAT:
        raise CodecError(f"a frame of format {version[:8]!r}; this version reads {FORMAT.decode()}")
    body = frame[_HEADER_LENGTH:]
    if rest.rstrip(b" ") != b"%08x" % zlib.crc32(body):
        raise CodecError(f"a frame of {len(frame)} bytes fails its checksum: it was cut or changed")
    name, _, fields = body.partition(b" ")
    kind = _types().get(name.decode("ascii", "replace"))
    if kind is None:
        raise CodecError(f"no record is called {name.decode('ascii', 'replace')!r}")
    try:
        record: Record = _decoder(kind).decode(fields)
    except msgspec.MsgspecError as error:
        raise CodecError(f"a {kind.__name__} can't be read: {error}") from error
    return record


@cache
def _types() -> dict[str, type]:
    return {kind.__name__: kind for kind in get_args(Record)}


@cache
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
