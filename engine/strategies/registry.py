"""Every strategy by name. Asked by the core when a bot arrives, and by the API and the CLI before one is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.core.strategy import Strategy
from engine.domain.errors import InvalidValue
from engine.strategies import accumulate, confluence, opening_range, trend, vwap_reversion

PRESET = "preset"  # among parameters: the name of a set of them, which the others named override


@dataclass(frozen=True, slots=True)
class Kind:
    """A strategy as it is made: a line about it, its class, its parameters' class, and named sets of parameters."""

    about: str
    strategy: Callable[[Any], Strategy]
    parameters: type[Any]
    presets: Mapping[str, Any]


def _kind(module: Any, strategy: Callable[[Any], Strategy]) -> Kind:
    return Kind(module.__doc__.partition("\n")[0], strategy, module.Parameters, module.PRESETS)


_STRATEGIES = {
    "accumulate": _kind(accumulate, accumulate.Accumulate),
    "confluence": _kind(confluence, confluence.Confluence),
    "opening_range": _kind(opening_range, opening_range.OpeningRange),
    "trend": _kind(trend, trend.Trend),
    "vwap_reversion": _kind(vwap_reversion, vwap_reversion.VwapReversion),
}


def available() -> tuple[str, ...]:
    """The names of the strategies that exist, sorted."""
    return tuple(sorted(_STRATEGIES))


def kind_of(strategy: str) -> Kind:
    """How a strategy is made; raises InvalidValue for an unknown one, naming those that exist."""
    kind = _STRATEGIES.get(strategy)
    if kind is None:
        raise InvalidValue("strategy", f"unknown strategy {strategy!r}; there are {', '.join(available())}")
    return kind


def parameters_of(strategy: str, preset: str | None = None) -> dict[str, Any]:
    """The parameters of a strategy with their defaults, or a preset's; raises InvalidValue for an unknown one."""
    kind = kind_of(strategy)
    if preset is not None and preset not in kind.presets:
        known = ", ".join(kind.presets)
        raise InvalidValue(f"parameters.{PRESET}", f"{strategy} has no preset {preset!r}; it has {known}")
    made = kind.parameters() if preset is None else kind.presets[preset]
    return {item.name: getattr(made, item.name) for item in fields(made)}


def make(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
    """A strategy ready for its first bar; raises InvalidValue naming what is wrong and what exists."""
    kind = kind_of(strategy)
    return kind.strategy(kind.parameters(**checked_parameters(strategy, parameters)))


def checked_parameters(strategy: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The given parameters as their types; raises InvalidValue naming what is wrong and what exists.

    Where a preset is named, they are all of the preset's but those given besides, and no longer name it.
    """
    defaults = parameters_of(strategy)
    checked: dict[str, Any] = {}
    if PRESET in parameters:
        checked = parameters_of(strategy, str(parameters[PRESET]))
    for name in sorted(name for name in parameters if name != PRESET):
        if name not in defaults:
            raise InvalidValue(
                f"parameters.{name}", f"{strategy} has no such parameter; it has {', '.join(sorted(defaults))}"
            )
        checked[name] = _typed(name, parameters[name], type(defaults[name]))
    return checked


def without_preset(strategy: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Sound parameters as they are kept: a preset's are written out, so that a change of the preset changes no bot."""
    return checked_parameters(strategy, parameters) if PRESET in parameters else dict(parameters)


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
