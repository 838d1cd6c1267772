"""Records of every kind, made from their annotations: a fixed sample of each, and any that hypothesis finds."""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from engine.domain.effects import PublishRecord
from engine.domain.instant import MINUTE
from engine.domain.records import Record

KINDS: tuple[type, ...] = get_args(Record)
BEGIN = 1_767_600_000_000_000  # 2026-01-05T08:00:00Z
_TEXTS = {"day": "2026-01-05", "hour": "09", "slot": "0915", "symbol": "SBIN", "period": "day", "timeframe": "1m"}
_INSTANTS = ("at", "time", "since", "until", "from")


def sample(kind: type, number: int = 1, **given: Any) -> Any:
    """A plausible record of a kind; another number is another document. Fields may be given."""
    hints = get_type_hints(kind)
    values = {
        field.name: given.get(field.name, _value(field.name, hints[field.name], number))
        for field in dataclasses.fields(kind)
    }
    assert set(given) <= set(values), f"{kind.__name__} has no {set(given) - set(values)}"
    return kind(**values)


def published(sequence: int, *records: Any) -> tuple[PublishRecord, ...]:
    """A batch as the engine publishes it, numbered from `sequence`."""
    return tuple(PublishRecord(sequence + number, record) for number, record in enumerate(records))


def any_record() -> st.SearchStrategy[Any]:
    """Any record of any kind."""
    return st.one_of([_any(kind) for kind in KINDS])


def _value(name: str, hint: Any, number: int) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(name, next(part for part in parts if part is not NoneType), number)
    if origin is tuple:
        return (_value(name, parts[0], number), _value(name, parts[0], number + 1))
    if origin is Mapping:
        return {key: _value(name, parts[1], number) for key in ("INFY", "M&M")}
    if dataclasses.is_dataclass(hint):
        return sample(hint, number)
    if issubclass(hint, StrEnum):
        return list(hint)[number % len(list(hint))]
    if hint is Decimal:
        return Decimal(number) + Decimal("100.25")
    if hint is bool:
        return number % 2 == 1
    if hint is int:
        return BEGIN + number * MINUTE if name.split("_")[-1] in _INSTANTS else number
    if hint is float:
        return number + 0.5
    return _TEXTS.get(name, f"{name.replace('_', '-')}-{number}")


def _any(hint: Any) -> st.SearchStrategy[Any]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of([_any(part) for part in parts])
    if origin is tuple:
        return st.lists(_any(parts[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(_texts(), _any(parts[1]), max_size=3)
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: _any(hints[field.name]) for field in dataclasses.fields(hint)})
    if hint is NoneType:
        return st.none()
    if issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    if hint is Decimal:
        return st.decimals(allow_nan=False, allow_infinity=False)
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(-(2**62), 2**62)
    return st.floats(allow_nan=False, allow_infinity=False) if hint is float else _texts()


def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
