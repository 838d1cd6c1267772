"""Records to bytes and back, for the journal: framed, versioned, checked. Handed to adapters/queue by bootstrap.

A frame is text with a checksum, so that a journal can be read with any SQLite tool:

    L1 <CRC-32 of what follows, 8 hex digits> <record's type> <JSON of its fields>

JSON by msgspec: Decimal as text (exact), enums by value, instants as whole microseconds.
"""

from __future__ import annotations

import zlib
from functools import cache
from hashlib import blake2b
from typing import Any, get_args

import msgspec

from engine.domain.errors import Damaged, PermanentFailure
from engine.domain.records import Record, Rehearsable, RehearsedRecord

FORMAT = b"L1"
_DIGEST_BYTES = 16
_HEADER_LENGTH = len(FORMAT) + 1 + 8 + 1

_encoder = msgspec.json.Encoder(decimal_format="string")


class CodecError(PermanentFailure):
    """These bytes are no record of ours; the message says what is wrong with them."""


class TornFrame(CodecError, Damaged):
    """A frame that fails its checksum: it was cut or changed after it was written."""


def encode(record: Record) -> bytes:
    """The frame of a record. What no text can hold of its texts becomes a question mark."""
    plain = _tagged(record) if isinstance(record, RehearsedRecord) else record
    try:
        fields = _encoder.encode(plain)
    except UnicodeEncodeError:  # half a letter somewhere: the record counts, and whoever said it may say it again
        fields = _encoder.encode(_whole(msgspec.to_builtins(plain, str_keys=True)))
    body = b"%b %b" % (type(record).__name__.encode(), fields)
    return b"%b %08x %b" % (FORMAT, zlib.crc32(body), body)


def digest_of(frame: bytes) -> bytes:
    """What stands for a frame, in 16 bytes. It names the record's type: a flat position is not an unchanged one."""
    return blake2b(frame, digest_size=_DIGEST_BYTES).digest()


def decode(frame: bytes) -> Record:
    """The record of a frame. Raises TornFrame for one that was cut or changed since it was written, and CodecError for
    another version, an unknown type or bad fields.
    """
    version, _, rest = frame[:_HEADER_LENGTH].partition(b" ")
    body = frame[_HEADER_LENGTH:]
    whole = rest.rstrip(b" ") == b"%08x" % zlib.crc32(body)
    if version != FORMAT:
        kind_of = TornFrame if whole else CodecError  # our own checksum under another version: the version was changed
        raise kind_of(f"a frame of format {version[:8]!r}; this version reads {FORMAT.decode()}")
    if not whole:
        raise TornFrame(f"a frame of {len(frame)} bytes fails its checksum: it was cut or changed")
    name, _, fields = body.partition(b" ")
    kind = _types().get(name.decode("ascii", "replace"))
    if kind is None:
        raise CodecError(f"no record is called {name.decode('ascii', 'replace')!r}")
    try:
        record: Record = _untagged(fields) if kind is RehearsedRecord else _decoder(kind).decode(fields)
    except msgspec.MsgspecError as error:
        raise CodecError(f"a {kind.__name__} can't be read: {error}") from error
    return record


class _Tagged(msgspec.Struct):
    """A rehearsed record: JSON alone would not say of which type it holds one."""

    account_id: str
    type: str
    record: msgspec.Raw


def _tagged(record: RehearsedRecord) -> dict[str, Any]:
    return {"account_id": record.account_id, "type": type(record.record).__name__, "record": record.record}


def _untagged(fields: bytes) -> RehearsedRecord:
    tagged = msgspec.json.decode(fields, type=_Tagged)
    kind = _types().get(tagged.type)
    if kind not in get_args(Rehearsable):
        raise CodecError(f"nothing rehearsed is called {tagged.type!r}")
    return RehearsedRecord(tagged.account_id, _decoder(kind).decode(tagged.record))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_whole(name): _whole(part) for name, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list) else value


@cache
def _types() -> dict[str, type]:
    return {kind.__name__: kind for kind in get_args(Record)}


@cache
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
