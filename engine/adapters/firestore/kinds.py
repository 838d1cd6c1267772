"""How each kind of value is kept in a document, both ways: the words documents.py is written in.

`digits` is the number of decimals of the record's instrument; money has the currency's two. Whole numbers stay whole,
Decimals become doubles of the shortest form that reads back as the same Decimal (exact up to 15 digits).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeAlias

from engine.domain.instant import instant_of, moment_of
from engine.domain.instrument import MONEY_UNIT

Write: TypeAlias = Callable[[Any, int], Any]
Read: TypeAlias = Callable[[Any], Any]

_UNITS = tuple(Decimal(1).scaleb(-digits) for digits in range(11))


@dataclass(frozen=True, slots=True)
class Kind:
    """`write(value, digits)` makes a Firestore value, `read` undoes it. None never reaches either."""

    write: Write
    read: Read


@dataclass(frozen=True, slots=True)
class Entry:
    """An attribute of a record and where it stands in the document, outermost name first.

    One that is not `required` came later than documents that are kept: where it is missing, the record's default is it.
    """

    attribute: str
    path: tuple[str, ...]
    kind: Kind
    required: bool = True


def decimal_of(value: float) -> Decimal:
    """The Decimal that a stored number stands for."""
    return Decimal(repr(value))


def price(value: Decimal, digits: int) -> float:
    """A price as a number, rounded to the instrument's smallest unit, half to even."""
    return number(value.quantize(_UNITS[digits], ROUND_HALF_EVEN))


def money(value: Decimal) -> float:
    """Money as a number, rounded to the currency's smallest unit, half to even."""
    return number(value.quantize(MONEY_UNIT, ROUND_HALF_EVEN))


def number(value: Decimal) -> float:
    """A Decimal as a number, unrounded. Raises InvalidOperation for one that is none: NaN passes `quantize`."""
    if not value.is_finite():
        raise InvalidOperation(f"{value} is no number")
    return float(value)


PLAIN = Kind(lambda value, _: value, lambda value: value)
PRICE = Kind(price, decimal_of)
MONEY = Kind(lambda value, _: money(value), decimal_of)
NUMBER = Kind(lambda value, _: number(value), decimal_of)
REAL = Kind(lambda value, _: float(value), float)
TIME = Kind(lambda value, _: moment_of(value), instant_of)
TEXTS = Kind(lambda value, _: list(value), tuple)
AMOUNTS = Kind(
    lambda value, _: {name: money(amount) for name, amount in value.items()},
    lambda value: {name: decimal_of(amount) for name, amount in value.items()},
)


class Layout:
    """Entries made ready for the hot path: one call fetches all attributes, and what is kept as it is costs none."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)
        self._names = [entry.path[-1] for entry in entries]
        self._written = [
            (place, entry.kind.write) for place, entry in enumerate(entries) if entry.kind.write is not PLAIN.write
        ]
        self._outer = [entry.path[:-1] for entry in entries]
        self._is_flat = not any(self._outer)
        names = [entry.attribute for entry in entries]
        self._attributes: Callable[[object], tuple[Any, ...]]
        if len(names) > 1:
            self._attributes = attrgetter(*names)
        else:  # attrgetter gives a lone attribute bare, and takes no empty list
            self._attributes = lambda value: tuple(getattr(value, name) for name in names)

    def write(self, value: object, digits: int) -> dict[str, Any]:
        """The nested map that the entries make of a record or a part of one."""
        values = list(self._attributes(value))
        for place, write in self._written:
            plain = values[place]
            if plain is not None:
                values[place] = write(plain, digits)
        if self._is_flat:
            return dict(zip(self._names, values, strict=True))
        tree: dict[str, Any] = {}
        for name, outer, written in zip(self._names, self._outer, values, strict=True):
            branch = tree
            for step in outer:
                branch = branch.setdefault(step, {})
            branch[name] = written
        return tree

    def read(self, part: type, fields: Mapping[str, Any], **given: Any) -> Any:
        """The record, or the part of one, that a map holds. Raises LookupError, TypeError or ValueError for others."""
        values = dict(given)
        for entry in self._entries:
            if not entry.required and not _holds(fields, entry.path):
                continue
            branch: Any = fields
            for name in entry.path:
                branch = branch[name]
            values[entry.attribute] = None if branch is None else entry.kind.read(branch)
        return part(**values)


def _holds(fields: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a map has something at a path, be it null."""
    branch: Any = fields
    for name in path:
        if not isinstance(branch, Mapping) or name not in branch:
            return False
        branch = branch[name]
    return True


def one_of(words: type[StrEnum]) -> Kind:
    """A word of a fixed set."""
    return Kind(lambda value, _: value.value, words)


def map_of(part: type, entries: Sequence[Entry]) -> Kind:
    """A part of a record as a map."""
    layout = Layout(entries)
    return Kind(layout.write, lambda value: layout.read(part, value))


def list_of(part: type, entries: Sequence[Entry]) -> Kind:
    """Parts of a record, in order, as a list of maps."""
    layout = Layout(entries)
    return Kind(
        lambda value, digits: [layout.write(item, digits) for item in value],
        lambda value: tuple(layout.read(part, item) for item in value),
    )


def named(part: type, entries: Sequence[Entry]) -> Kind:
    """Parts of a record by name, as a map of maps."""
    layout = Layout(entries)
    return Kind(
        lambda value, digits: {name: layout.write(item, digits) for name, item in value.items()},
        lambda value: {name: layout.read(part, item) for name, item in value.items()},
    )


def same(kind: Kind, names: str) -> tuple[Entry, ...]:
    """Entries of one kind, each kept under its attribute's own name. `names` are parted by blanks."""
    return tuple(Entry(name, (name,), kind) for name in names.split())


def since_then(kind: Kind, names: str) -> tuple[Entry, ...]:
    """The same for attributes that documents of before do not have."""
    return tuple(Entry(name, (name,), kind, required=False) for name in names.split())


def within(outer: str, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The same entries, one map deeper."""
    return tuple(Entry(entry.attribute, (outer, *entry.path), entry.kind, entry.required) for entry in entries)
