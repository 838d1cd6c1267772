"""What a row of the document table holds, and the write that comes of it. Used by documents, mapping, store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from engine.adapters.firestore.encoder import FieldValues
from engine.adapters.firestore.kinds import Entry, Layout

PriceDigits: TypeAlias = Callable[[str], int]


class Operation(Enum):
    """What becomes of the document.

    REPLACE  the record is the whole document, and nobody else writes to it
    SET      these fields are set, the others stay; the document is made where there is none
    UPDATE   the same, but the document must be there: the API made it
    DELETE   it is removed, if it is there
    """

    REPLACE = "replace"
    SET = "set"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class DocumentWrite:
    """One document's part of a commit. `fields` are by path: every write names what it writes."""

    collection: str
    document_id: str
    operation: Operation
    fields: FieldValues


def _nothing_more(_record: Any, _digits: PriceDigits) -> FieldValues:
    return {}


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of record stands in its document.

    `entries`, as `layout`, work both ways; `more` adds what is derived or a slot, and is not read back; `identity` is
    the attribute that is the document's id and no field of it.
    """

    entries: tuple[Entry, ...] = ()
    more: Callable[[Any, PriceDigits], FieldValues] = _nothing_more
    identity: str | None = None
    operation: Operation = Operation.REPLACE
    layout: Layout = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", Layout(self.entries))
