"""Writes that are much like one before: made of a copy of it, in which what differs is changed. Used by store.py.

Most fields of a record are as they were in another of its kind: whose it is, of which bot and symbol, what is empty.
Copying a protobuf message costs a tenth of filling it field by field, so one of each kind is kept to be copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from engine.adapters.firestore.encoder import FieldPath, FieldValues, fill_replace, fill_set, set_value
from engine.adapters.firestore.messages import Message, message

KINDS_MAX = 256  # some forty kinds of records, and those of them that go together
_Kind: TypeAlias = tuple[str, bool, tuple[FieldPath, ...]]
_Write: Message = message("Write")
_NESTED = frozenset({dict, list, tuple})
# By collection, whether the document is replaced, and what is written: the values and their message. Neither is ever
# changed, so any thread may look here; like any cache it makes no difference to what comes out.
_kept: dict[_Kind, tuple[FieldValues, Message]] = {}


def fill_alike(write: Message, collection: str, name: str, fields: FieldValues, *, replaces: bool) -> Message:
    """Make an empty write one that sets these fields of a document, or makes them its only ones; returns it."""
    kind = (collection, replaces, tuple(fields))
    kept = _kept.get(kind)
    if kept is not None:
        before, last = kept
        write.CopyFrom(last)
        update = write.update
        update.name = name
        _renew(update.fields, before, fields)
        return write
    (fill_replace if replaces else fill_set)(write, name, fields)
    if all(type(path) is str for path in fields):  # a slot of a day is written once
        _keep(kind, fields, write)
    return write


def _keep(kind: _Kind, fields: FieldValues, write: Message) -> None:
    if len(_kept) >= KINDS_MAX:
        _kept.clear()
    own = _Write()
    own.CopyFrom(write)  # its own: the write holds on to the whole request
    _kept[kind] = (fields, own)


def _renew(target: Message, before: Mapping[Any, Any], fields: Mapping[Any, Any]) -> None:
    """Change what differs in a protobuf map of fields that has the same names."""
    for name, value in fields.items():
        old = before[name]
        if value is old:
            continue
        kind = type(value)
        if kind is type(old):
            if kind not in _NESTED:
                if value == old:
                    continue
            elif not value and not old:
                continue
            elif kind is dict and value.keys() == old.keys():
                _renew(target[name].map_value.fields, old, value)
                continue
        place = target[name]
        if kind in _NESTED:
            place.Clear()
        set_value(place, value)
