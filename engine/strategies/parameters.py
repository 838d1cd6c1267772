"""Bounds of strategies' parameters, said once: checked when they are made, told to who fills them in.

A strategy's `Parameters` is a frozen dataclass whose numbers are made by `number`; its `__post_init__` calls
`check_bounds`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from engine.domain.errors import InvalidValue

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Bounds:
    """least to most, both allowed, unless `above` says that least itself is not. `unit` follows the number in words."""

    least: float
    most: float
    above: bool = False
    unit: str = ""

    def words(self) -> str:
        """As in: must be …"""
        unit = f" {self.unit}" if self.unit else ""
        if self.above:
            return f"above {self.least:.10g} and at most {self.most:.10g}{unit}"
        return f"{self.least:.10g} to {self.most:.10g}{unit}"

    def hold(self, value: float) -> bool:
        """Whether a value is within them; NaN is not."""
        return self.least <= value <= self.most and not (self.above and value == self.least)


def number(
    default: float, least: float, most: float, unit: str = "", *, above: bool = False, means: str = ""
) -> Any:  # fmt: skip
    """A field of a `Parameters` dataclass with its bounds, and a phrase that says what it is."""
    return field(default=default, metadata={"bounds": Bounds(least, most, above, unit), "means": means})


def cooldown(default: int) -> Any:
    """The field `cooldown_s`."""
    return number(default, 0, DAY_S, "seconds", means="no entry within so many seconds of the bot's last fill")


def flag(default: bool, means: str) -> Any:
    """A field that is true or false."""
    return field(default=default, metadata={"means": means})


def choice(default: str, *words: str, means: str) -> Any:
    """A field that is one of some words."""
    return field(default=default, metadata={"choices": words, "means": means})


def text(default: str, means: str) -> Any:
    """A field that is a text, checked by the strategy."""
    return field(default=default, metadata={"means": means})


def check_bounds(parameters: Any) -> None:
    """Raise InvalidValue for the first number that is out of its bounds, or word that is none of its choices."""
    for item in fields(parameters):
        bounds, value = item.metadata.get("bounds"), getattr(parameters, item.name)
        if bounds is not None and not bounds.hold(value):
            raise InvalidValue(f"parameters.{item.name}", f"must be {bounds.words()}, is {value}")
        choices = item.metadata.get("choices")
        if choices is not None and value not in choices:
            raise InvalidValue(f"parameters.{item.name}", f"must be {' or '.join(choices)}, is {value!r}")
