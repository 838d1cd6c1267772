"""Python values to protobuf, by hand: the hot half of the way out. Used by the store and everyone who writes.

A value is what ports.py lets through a door: str, int, float, bool, None, aware datetime, list, dict. What Firestore
reads back through Google's own client is compared with what went in, in tests/adapters/firestore.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from engine.adapters.firestore.messages import CommitRequest, Message
from engine.domain.errors import PermanentFailure

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_SEGMENT = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_RESERVED_ID = re.compile(r"\.|\.\.|__.*__")
NULL = 0  # google.protobuf.NullValue.NULL_VALUE

# A field's name, or the names on the way into a map, outermost first.
FieldPath: TypeAlias = str | tuple[str, ...]
FieldValues: TypeAlias = dict[FieldPath, Any]


def set_value(target: Message, value: Any) -> None:
    """Fill a protobuf Value. Raises PermanentFailure for what Firestore has no value for."""
    kind = type(value)
    if kind is str:
        target.string_value = value
    elif kind is float:
        target.double_value = value
    elif kind is int:
        target.integer_value = value
    elif value is None:
        target.null_value = NULL
    elif kind is bool:
        target.boolean_value = value
    elif kind is datetime:
        set_timestamp(target.timestamp_value, value)
    elif kind is dict:
        target.map_value.SetInParent()
        set_fields(target.map_value.fields, value)
    elif kind is list or kind is tuple:
        target.array_value.SetInParent()
        values = target.array_value.values
        for item in value:
            set_value(values.add(), item)
    elif isinstance(value, str):
        target.string_value = str(value)
    else:
        raise PermanentFailure(f"a {kind.__name__} can't be a Firestore value")


def set_timestamp(target: Message, moment: datetime) -> None:
    """Fill a protobuf Timestamp from an aware datetime. Raises PermanentFailure for a naive one."""
    if moment.tzinfo is None:
        raise PermanentFailure(f"{moment.isoformat()} has no time zone: Firestore keeps instants")
    since = moment - _EPOCH
    target.seconds = since.days * 86_400 + since.seconds
    target.nanos = since.microseconds * 1000


def set_fields(target: Message, fields: Mapping[str, Any]) -> None:
    """Fill a protobuf map of fields."""
    for name, value in fields.items():
        if type(value) is str:  # most are, and a call is what they cost
            target[name].string_value = value
        else:
            set_value(target[name], value)


def quoted(segment: str) -> str:
    """A field name as a segment of a field path; what is no plain identifier goes between backticks."""
    if _PLAIN_SEGMENT.fullmatch(segment):
        return segment
    escaped = segment.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


@lru_cache(maxsize=4096)  # records name the same few hundred fields for ever, and a day's slots
def path_of(path: FieldPath) -> str:
    """A field path as Firestore writes it, such as bars.`0915`."""
    return quoted(path) if isinstance(path, str) else ".".join(map(quoted, path))


@lru_cache(maxsize=1024)
def _paths_of(paths: tuple[FieldPath, ...]) -> list[str]:
    return [path_of(path) for path in paths]


@lru_cache(maxsize=4096)  # the states of an account are the same few documents for ever
def name_of(database: str, collection: str, document_id: str) -> str:
    """A document's full name. Raises PermanentFailure for an id that Firestore has no place for."""
    if not document_id or "/" in document_id or len(document_id) > 1400 or _RESERVED_ID.fullmatch(document_id):
        raise PermanentFailure(f"{document_id!r} can't be the id of a document in {collection}")
    return f"{database}/documents/{collection}/{document_id}"


def nested(fields: Mapping[FieldPath, Any]) -> dict[str, Any]:
    """Values by path as the nested dict that they mean."""
    tree: dict[str, Any] = {}
    for path, value in fields.items():
        if isinstance(path, str):
            tree[path] = value
            continue
        branch = tree
        for segment in path[:-1]:
            branch = branch.setdefault(segment, {})
        branch[path[-1]] = value
    return tree


def commit_request(database: str) -> Message:
    """An empty CommitRequest."""
    return CommitRequest(database=database)


def add_set(request: Message, name: str, fields: Mapping[Any, Any]) -> Message:
    """Add a write that sets these fields (by FieldPath) and leaves the document's others; returns it.

    Without a precondition it creates the document where there is none, so repeating it changes nothing.
    """
    return fill_set(request.writes.add(), name, fields)


def fill_set(write: Message, name: str, fields: Mapping[Any, Any]) -> Message:
    """Make a write that is in a request already one that sets these fields; returns it."""
    write.update_mask.field_paths.extend(_paths_of(tuple(fields)))
    write.update.name = name
    target = write.update.fields
    deep: FieldValues = {}
    for path, value in fields.items():
        if type(path) is str:
            set_value(target[path], value)
        else:
            deep[path] = value
    if deep:
        set_fields(target, nested(deep))
    return write


def fill_replace(write: Message, name: str, fields: Mapping[Any, Any]) -> Message:
    """Make an empty write one that makes these the document's only fields; returns it."""
    write.update.name = name
    set_fields(write.update.fields, fields)
    return write


def add_delete(request: Message, name: str) -> Message:
    """Add a write that deletes a document, whether it is there or not; returns it."""
    write = request.writes.add()
    write.delete = name
    return write


def add_check(request: Message, name: str, update_time: Message) -> Message:
    """Add a write that changes nothing and fails the commit when the document has changed since; returns it."""
    write = request.writes.add()
    write.update.name = name
    write.update_mask.SetInParent()
    write.current_document.update_time.CopyFrom(update_time)
    return write
