"""The parameters that a sweep tries, as a lattice of levels. Read from a person's file; feeds search, plateau and page.

TOML, or the same as JSON; a list is the choices, a table a range:

    buy_at = { low = 30, high = 80, step = 5 }
    confirm_s = [60, 120, 300]
    allow_short = [false, true]
    timeframe = ["1m", "5m"]
    "exits.stop_pct" = { low = 0.2, high = 2, log = true, levels = 9 }

Every parameter has a finite row of levels, so that two trials are either at the same point or a known distance apart.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

from engine.domain.errors import InvalidValue

Value: TypeAlias = bool | int | float | str
Point: TypeAlias = tuple[int, ...]  # a level's number for each dimension

LEVELS = 41  # of a range of fractions that says neither step nor levels: fortieths of it
LEVELS_MAX = 100_000
_ENDS = {"low": "low", "from": "low", "min": "low", "high": "high", "to": "high", "max": "high"}
_RANGE_KEYS = ("low", "high", "step", "log", "levels", "type")
_KEYS = (*_RANGE_KEYS, "choices")
_MOST = 1e15  # in size: every whole number up to it is a double of its own


@dataclass(frozen=True, slots=True)
class Dimension:
    """One parameter and its levels, ascending where they are numbers; words and flags have no order (`ordered`)."""

    name: str
    levels: tuple[Value, ...]
    ordered: bool

    def distance(self, one: int, other: int) -> float:
        """0 to 1, as a part of the whole range; levels without an order are infinitely apart."""
        if one == other:
            return 0.0
        return abs(one - other) / (len(self.levels) - 1) if self.ordered else float("inf")


@dataclass(frozen=True, slots=True)
class Space:
    """All dimensions, in the order of their names."""

    dimensions: tuple[Dimension, ...]
    numbers: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", {each.name: number for number, each in enumerate(self.dimensions)})

    @property
    def size(self) -> int:
        """How many points there are."""
        return prod(len(each.levels) for each in self.dimensions)

    def settings(self, point: Point) -> dict[str, Value]:
        """The parameters' values at a point."""
        return {each.name: each.levels[level] for each, level in zip(self.dimensions, point, strict=True)}

    def edges(self, point: Point) -> tuple[str, ...]:
        """The ordered dimensions in which a point lies at an end of the range."""
        return tuple(
            each.name for each, level in zip(self.dimensions, point, strict=True)
            if each.ordered and level in (0, len(each.levels) - 1)
        )  # fmt: skip

    def distance(self, one: Point, other: Point) -> float:
        """The largest of the dimensions' distances, so that a neighbourhood is a box."""
        return max((each.distance(a, b) for each, a, b in zip(self.dimensions, one, other, strict=True)), default=0.0)

    def neighbours(self, point: Point, width: float) -> list[Point]:
        """The point moved by `width` of the range (at least a level) along each ordered dimension, either way."""
        found = []
        for number, each in enumerate(self.dimensions):
            if not each.ordered:
                continue
            step = max(1, int(width * (len(each.levels) - 1) + 1e-9))
            for level in (point[number] - step, point[number] + step):
                if 0 <= level < len(each.levels):
                    found.append((*point[:number], level, *point[number + 1 :]))
        return found


def read_space(path: Path) -> Space:
    """The space a file describes. Raises InvalidValue naming the key and what is allowed."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidValue("--space", f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidValue("--space", f"{path} is not text in UTF-8") from None
    try:
        said = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidValue("--space", f"{path} line {error.lineno} is not JSON: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue("--space", f"{path} is not TOML: {error}") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets in brackets
        raise InvalidValue("--space", f"{path} can't be read: {error}") from None
    return parse_space(said)


def parse_space(said: Any) -> Space:
    """The space that a file's content describes; the parameters may stand under `parameters`."""
    if isinstance(said, dict) and set(said) == {"parameters"}:
        said = said["parameters"]
    if not isinstance(said, dict) or not said:
        raise InvalidValue("space", "must name at least one parameter with its range or choices")
    said = _dotted(said)
    return Space(tuple(_dimension(name, said[name]) for name in sorted(said)))


def _dotted(said: dict[str, Any]) -> dict[str, Any]:
    """The file's names; `exits.stop_pct` without quotation marks, a table in a table to TOML, is `"exits.stop_pct"`."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        named = {f"{name}.{key}": each for key, each in value.items()} if _is_group(value) else {name: value}
        twice = found.keys() & named.keys()
        if twice:
            raise InvalidValue(f"space.{min(twice)}", "is there twice")
        found |= named
    return found


def _is_group(value: Any) -> bool:
    """Whether a table holds parameters, each with its range or choices, and is no range itself."""
    if not isinstance(value, dict) or not value or any(key in _ENDS or key in _KEYS for key in value):
        return False
    return all(isinstance(each, dict | list) for each in value.values())


def _dimension(name: str, said: Any) -> Dimension:
    field_name = f"space.{name}"
    if isinstance(said, list):
        return _choices(name, field_name, said)
    if not isinstance(said, dict):
        raise InvalidValue(field_name, f"must be a list of choices, or low and high, is {said!r}")
    if "choices" in said:
        if set(said) - {"choices", "type"}:
            raise InvalidValue(field_name, "choices stand alone: no low, high, step, levels or log beside them")
        return _choices(name, field_name, said["choices"])
    given: dict[str, Any] = {}
    for key, value in said.items():
        known = _ENDS.get(key, key)
        if known not in _RANGE_KEYS:
            raise InvalidValue(f"{field_name}.{key}", "unknown; a range has low, high, and step or levels, and log")
        if known in given:
            raise InvalidValue(f"{field_name}.{key}", f"says {known} a second time")
        given[known] = value
    return _range(name, field_name, given)


def _choices(name: str, field_name: str, said: Any) -> Dimension:
    if not isinstance(said, list) or not said:
        raise InvalidValue(field_name, "choices must be a list of at least one value")
    for value in said:
        if not isinstance(value, bool | str) and not _is_number(value):
            raise InvalidValue(field_name, f"a choice is a number, a word, true or false, not {value!r}")
    if len({(type(value) is bool, value) for value in said}) < len(said):
        raise InvalidValue(field_name, "a choice is there twice")
    numbers = [value for value in said if not isinstance(value, bool | str)]
    if len(numbers) == len(said):
        return Dimension(name, tuple(sorted(numbers)), ordered=len(numbers) > 1)
    return Dimension(name, tuple(said), ordered=False)


def _range(name: str, field_name: str, given: dict[str, Any]) -> Dimension:
    _check_range(field_name, given)
    low, high, step, levels, log = (given.get(key) for key in ("low", "high", "step", "levels", "log"))
    assert low is not None
    assert high is not None
    whole = all(isinstance(value, int) for value in (low, high, step or 1)) and given.get("type") != "float"
    if step is not None:
        count = int(min((high - low) / step, _MOST) + 1e-9) + 1
    elif levels is not None:
        count = levels
    else:
        count = high - low + 1 if whole and not (log and high - low >= LEVELS) else LEVELS
    if count > LEVELS_MAX:
        raise InvalidValue(field_name, f"has {count:,} levels, {LEVELS_MAX:,} are allowed; give a wider step")
    return Dimension(name, _levels(low, high, count, step, whole, bool(log)), ordered=True)


def _is_number(value: Any) -> bool:
    """Whether a value is a number of a size that anything here could mean; infinite and NaN are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST <= value <= _MOST


def _check_range(field_name: str, given: dict[str, Any]) -> None:
    """Refuse what is no range, naming the key."""
    for key in ("low", "high"):
        if key not in given:
            raise InvalidValue(field_name, f"has no {key}; a range has low and high, choices are a list")
    for key in ("low", "high", "step"):
        value = given.get(key, 1)
        if not _is_number(value):
            raise InvalidValue(f"{field_name}.{key}", f"must be a number, is {value!r}")
    low, high, step, levels, log = given["low"], given["high"], *(given.get(key) for key in ("step", "levels", "log"))
    if not low < high:
        raise InvalidValue(field_name, f"low must be below high, is {low} to {high}")
    if log not in (None, True, False):
        raise InvalidValue(f"{field_name}.log", f"must be true or false, is {log!r}")
    if log and low <= 0:
        raise InvalidValue(f"{field_name}.low", f"must be above 0 where log is true, is {low}")
    if step is not None and (step <= 0 or step > high - low):
        raise InvalidValue(f"{field_name}.step", f"must be above 0 and at most high - low, is {step}")
    if step is not None and (log or levels is not None):
        raise InvalidValue(f"{field_name}.step", "goes with neither levels nor log; give one of them")
    if levels is not None and (isinstance(levels, bool) or not isinstance(levels, int) or levels < 2):
        raise InvalidValue(f"{field_name}.levels", f"must be a whole number of at least 2, is {levels!r}")
    if given.get("type") not in (None, "int", "float"):
        raise InvalidValue(f"{field_name}.type", f"must be int or float, is {given['type']!r}")


def _levels(low: float, high: float, count: int, step: float | None, whole: bool, log: bool) -> tuple[Value, ...]:
    """The levels as a person would write them: whole numbers stay whole, others have six digits."""
    if step is not None:
        raw = [low + number * step for number in range(count)]
    elif log:
        raw = [low * (high / low) ** (number / (count - 1)) for number in range(count)]
    else:
        raw = [low + (high - low) * number / (count - 1) for number in range(count)]
    return tuple(dict.fromkeys(round(value) if whole else float(f"{value:.6g}") for value in raw))
