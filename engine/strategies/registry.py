"""Every strategy by name. Asked by the core when a bot arrives, and by the API and the CLI before one is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.core.strategy import Strategy
from engine.domain.errors import InvalidValue
from engine.strategies import confluence

_STRATEGIES = {"confluence": (confluence.Confluence, confluence.Parameters)}


def available() -> tuple[str, ...]:
    """The names of the strategies that exist, sorted."""
    return tuple(sorted(_STRATEGIES))


def parameters_of(strategy: str) -> dict[str, Any]:
    """The parameters of a strategy with their defaults; raises InvalidValue for an unknown one."""
    made = _known(strategy)[1]()
    return {item.name: getattr(made, item.name) for item in fields(made)}


def make(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
    """A strategy ready for its first bar; raises InvalidValue naming what is wrong and what exists."""
    kind, parameters_kind = _known(strategy)
    return kind(parameters_kind(**checked_parameters(strategy, parameters)))


def checked_parameters(strategy: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The given parameters as their types; raises InvalidValue naming what is wrong and what exists."""
    defaults = parameters_of(strategy)
    checked: dict[str, Any] = {}
    for name in sorted(parameters):
        if name not in defaults:
            raise InvalidValue(
                f"parameters.{name}", f"{strategy} has no such parameter; it has {', '.join(sorted(defaults))}"
            )
        checked[name] = _typed(name, parameters[name], type(defaults[name]))
    return checked


def _known(strategy: str) -> tuple[type[confluence.Confluence], type[confluence.Parameters]]:
    kind = _STRATEGIES.get(strategy)
    if kind is None:
        raise InvalidValue("strategy", f"unknown strategy {strategy!r}; there is {', '.join(available())}")
    return kind


def _typed(name: str, value: Any, wanted: type) -> Any:
    """A parameter as its type; text is read, as `--set` gives it."""
    field = f"parameters.{name}"
    if wanted is bool:
        words = {"true": True, "false": False}
        known = words.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(known, bool):
            raise InvalidValue(field, f"must be true or false, is {value!r}")
        return known
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidValue(field, f"must be a number, is {value!r}")
    try:
        number = float(value)
    except ValueError:
        raise InvalidValue(field, f"must be a number, is {value!r}") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise InvalidValue(field, f"must be a finite number, is {value!r}")
    if wanted is int:
        if number != int(number):
            raise InvalidValue(field, f"must be a whole number, is {value!r}")
        return int(number)
    return number
