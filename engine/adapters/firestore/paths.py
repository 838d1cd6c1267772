"""Field paths inside protobuf documents: reading, setting, removing. Used by the in-memory Firestore."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from engine.adapters.firestore.messages import Message


@lru_cache(maxsize=4096)
def segments_of(path: str) -> tuple[str, ...]:
    """The names of a field path such as bars.`0915`, unquoted. Raises ValueError for an unclosed quote."""
    segments: list[str] = []
    rest = path
    while True:
        segment, rest = _quoted_segment(rest) if rest.startswith("`") else _plain_segment(rest)
        segments.append(segment)
        if not rest:
            return tuple(segments)
        rest = rest.removeprefix(".")


def _plain_segment(text: str) -> tuple[str, str]:
    end = text.find(".")
    return (text, "") if end < 0 else (text[:end], text[end:])


def _quoted_segment(text: str) -> tuple[str, str]:
    letters: list[str] = []
    at = 1
    while at < len(text):
        letter = text[at]
        if letter == "`":
            return "".join(letters), text[at + 1 :]
        if letter == "\\":
            at += 1
            letter = text[at]
        letters.append(letter)
        at += 1
    raise ValueError(f"{text}: the quote is not closed")


def value_at(fields: Message, path: Sequence[str]) -> Message | None:
    """The Value at a path of a map of fields; None where there is none."""
    for name in path[:-1]:
        if name not in fields:
            return None
        fields = fields[name].map_value.fields
    if path[-1] not in fields:  # asking a protobuf map for a missing key would make it
        return None
    return fields[path[-1]]


def set_path(fields: Message, path: Sequence[str], value: Message) -> None:
    """Put a Value at a path, making the maps on the way."""
    for name in path[:-1]:
        inner = fields[name]
        if inner.WhichOneof("value_type") != "map_value":
            inner.map_value.SetInParent()
        fields = inner.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove_path(fields: Message, path: Sequence[str]) -> None:
    """Remove what stands at a path, if anything does."""
    for name in path[:-1]:
        if name not in fields:
            return
        fields = fields[name].map_value.fields
    if path[-1] in fields:
        del fields[path[-1]]
