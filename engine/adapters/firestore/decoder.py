"""Protobuf documents to Python values, the mirror of encoder.py. Feeds the control plane, the reader and recovery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.adapters.firestore.messages import Message
from engine.domain.errors import PermanentFailure
from engine.ports import Fields

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN = frozenset({"string_value", "double_value", "integer_value", "boolean_value"})


def value_of(message: Message) -> Any:
    """The Python value of a protobuf Value. Raises PermanentFailure for a kind we never write (bytes, geo points)."""
    kind = message.WhichOneof("value_type")
    if kind in _PLAIN:
        return getattr(message, kind)
    if kind == "null_value":
        return None
    if kind == "timestamp_value":
        return moment_of_timestamp(message.timestamp_value)
    if kind == "map_value":
        return fields_of(message.map_value.fields)
    if kind == "array_value":
        return [value_of(item) for item in message.array_value.values]
    raise PermanentFailure(f"a field holds a {kind}, which nothing here writes")


def moment_of_timestamp(message: Message) -> datetime:
    """The aware datetime of a protobuf Timestamp, to the microsecond."""
    return _EPOCH + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def fields_of(fields: Mapping[str, Message]) -> Fields:
    """The dict of a protobuf map of fields, by name: a protobuf map has no order of its own, and ours must be the same
    wherever it is read.
    """
    return {name: value_of(fields[name]) for name in sorted(fields)}


def id_of(document: Message) -> str:
    """The document's id: the last segment of its name."""
    return str(document.name.rpartition("/")[2])


def document_fields(document: Message) -> Fields:
    """The document's fields, with its id under `id`."""
    return {**fields_of(document.fields), "id": id_of(document)}
