"""Records as the fields of their documents, for the snapshot that the API answers from. Handed to it by engine.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.mapping import write_of
from engine.domain.account import AccountSpec
from engine.domain.records import Record
from engine.ports import Fields


def nested_fields(account: AccountSpec, digits: dict[str, int]) -> Callable[[Record], Fields]:
    """Records as their documents' fields, nested, for the snapshot."""
    clock = SystemClock()

    def to_fields(record: Record) -> Fields:
        write = write_of(record, account, 0, clock.now(), lambda symbol: digits.get(symbol, 2))
        nested: Fields = {}
        for path, value in write.fields.items():
            segments = (path,) if isinstance(path, str) else path
            place: dict[str, Any] = nested
            for segment in segments[:-1]:
                place = place.setdefault(segment, {})
            place[segments[-1]] = value
        del nested["sequence"]  # only what is written down is numbered
        return nested

    return to_fields
