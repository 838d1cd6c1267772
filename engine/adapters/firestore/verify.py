"""Firestore's `verify`: a write that looks at a document and writes nothing. Used by the fence; read by the twin.

Firestore's Write message has an operation that its published definition leaves out: field 5, `verify`, the name of a
document. Its precondition holds or the whole commit is refused; nothing is written and no `update_time` moves. Google's
JavaScript and mobile clients send it for whatever a transaction has read and does not write. The Python classes don't
know the field, but keep it and send it on as it is, which is all that is needed (docs/decisions/0006).
"""

from __future__ import annotations

from google.protobuf.unknown_fields import UnknownFieldSet

from engine.adapters.firestore.messages import Message

_FIELD = 5
_TAG = bytes([_FIELD << 3 | 2])  # of a field with a length before it
_SEVEN_BITS = 0x7F


def fill_verify(write: Message, name: str, update_time: Message) -> Message:
    """Make a write that is in a request already one that refuses the commit if the document has changed; returns it."""
    encoded = name.encode()
    write.Clear()
    write.MergeFromString(_TAG + _varint(len(encoded)) + encoded)
    write.current_document.update_time.CopyFrom(update_time)
    return write


def verified_name(write: Message) -> str | None:
    """The document that a write verifies; None for one that writes."""
    if write.WhichOneof("operation") is not None:
        return None
    for field in UnknownFieldSet(write):
        if field.field_number == _FIELD:
            return bytes(field.data).decode()
    return None


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > _SEVEN_BITS:
        parts.append(number & _SEVEN_BITS | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)
