"""Parts of a bot's settings as people write them: sizing, exits, building, execution. Read by bot_list.py.

Each is an object of named values; what is left out is the default. All raise InvalidValue with the field's path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.domain.account import Building, BuildingPolicy
from engine.domain.errors import InvalidValue
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.exits import Exits
from engine.domain.fill_terms import FillTerms
from engine.domain.given_number import number_of
from engine.domain.sizing import ByTemperature, Sizing, SizingKind


def parse_sizing(said: Any) -> Sizing:
    """`{kind, value}` and what the kind reads besides; the default is 5 % of equity."""
    sizing = object_of("sizing", said, tuple(field.name for field in fields(Sizing)))
    given: dict[str, Any] = {}
    for name, value in sizing.items():
        path = f"sizing.{name}"
        if name == "kind":
            given[name] = SizingKind(word_of(path, value, SizingKind, "kind"))
        elif name == "by_temperature":
            given[name] = None if value is None else _by_temperature(value)
        elif name == "value" or value is not None:
            number = number_of(path, value)
            given[name] = whole_of(path, number) if name == "atr_period" else number
    return Sizing(**given)


def _by_temperature(said: Any) -> ByTemperature:
    path = "sizing.by_temperature"
    times = object_of(path, said, tuple(field.name for field in fields(ByTemperature)))
    return ByTemperature(**{name: number_of(f"{path}.{name}", value) for name, value in times.items()})


def parse_exits(said: Any) -> Exits:
    """The exits that are set, each absent or null where there is none."""
    exits = object_of("exits", said, tuple(field.name for field in fields(Exits)))
    given: dict[str, Any] = {}
    for name, value in exits.items():
        if value is not None:
            number = number_of(f"exits.{name}", value)
            given[name] = whole_of("exits.time_exit_s", number) if name == "time_exit_s" else number
    return Exits(**given)


def parse_building(said: Any) -> Building:
    """The building setting's fields that differ from the defaults."""
    building = object_of("building", said, tuple(field.name for field in fields(Building)))
    given: dict[str, Any] = {}
    for name, value in building.items():
        if name == "policy":
            given[name] = BuildingPolicy(word_of("building.policy", value, BuildingPolicy))
        elif value is not None:
            number = number_of(f"building.{name}", value)
            given[name] = whole_of("building.tranches_max", number) if name == "tranches_max" else number
    return Building(**given)


def parse_execution(said: Any) -> Execution:
    """The execution setting's fields that differ from the defaults."""
    execution = object_of("execution", said, tuple(field.name for field in fields(Execution)))
    given: dict[str, Any] = {}
    for name, value in execution.items():
        path = f"execution.{name}"
        if name == "entries":
            given[name] = EntryStyle(word_of(path, value, EntryStyle))
        elif name == "exits":
            given[name] = ExitStyle(word_of(path, value, ExitStyle))
        elif value is not None:
            number = number_of(path, value)
            given[name] = number if name.endswith("_bps") else whole_of(path, number)
    return Execution(**given)


def parse_fills(said: Any) -> FillTerms:
    """The account's `fills`: how its simulated venue fills."""
    given = object_of("fills", said, tuple(field.name for field in fields(FillTerms)))
    terms = {name: whole_of(f"fills.{name}", number_of(f"fills.{name}", value)) for name, value in given.items()}
    try:
        return FillTerms(**terms)
    except InvalidValue as error:
        raise InvalidValue(f"fills.{error.field}", error.message) from error


def whole_of(field: str, number: Decimal) -> int:
    """A number without a fraction; raises InvalidValue for one with it."""
    if number != int(number):
        raise InvalidValue(field, f"must be a whole number, is {number}")
    return int(number)


def word_of(field: str, said: Any, words: type[StrEnum], what: str = "word") -> str:
    """One of the words; raises InvalidValue naming them all."""
    known = [word.value for word in words]
    if said not in known:
        raise InvalidValue(field, f"unknown {what} {said!r}; there are {', '.join(known)}")
    return str(said)


def object_of(path: str, said: Any, known: Sequence[str] | None) -> Mapping[str, Any]:
    """Named values, none but the known ones (None: any); raises InvalidValue."""
    where = path.rstrip(".") or "the file"
    if not isinstance(said, Mapping):
        raise InvalidValue(where, "must be an object of named values")
    for name in said:
        if known is not None and name not in known:
            dotted = f"{path.rstrip('.')}.{name}".lstrip(".")
            raise InvalidValue(dotted, f"there is no such field; there are {', '.join(known)}")
    return said
