"""Every strategy by name. Asked by the core when a bot arrives, and by the API and the CLI before one is accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from engine.core.strategy import Strategy, UniverseStrategy
from engine.domain.errors import InvalidValue
from engine.strategies import accumulate, confluence, copy, opening_range, rotation, trend, vwap_reversion

PRESET = "preset"  # among parameters: the name of a set of them, which the others named override


@dataclass(frozen=True, slots=True)
class Kind:
    """A strategy as it is made: a line about it, its class, its parameters' class, and named sets of parameters."""

    about: str
    strategy: Callable[[Any], Strategy | UniverseStrategy]
    parameters: type[Any]
    presets: Mapping[str, Any]
    source: str = ""  # its file or package where it is from outside the project


@dataclass(frozen=True, slots=True)
class Outside:
    """Strategies from outside the project, by name: those that can be made, and why others can't, each a sentence.

    `refused` are sentences on files that have a name they can't have: the name means another strategy, or none.
    `exposed` are sentences on what anybody on the machine could have written there.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()


def _kind(module: Any, strategy: Callable[[Any], Strategy | UniverseStrategy]) -> Kind:
    return Kind(module.__doc__.partition("\n")[0], strategy, module.Parameters, module.PRESETS)


_STRATEGIES = {
    "accumulate": _kind(accumulate, accumulate.Accumulate),
    "confluence": _kind(confluence, confluence.Confluence),
    "copy": _kind(copy, copy.Copy),
    "opening_range": _kind(opening_range, opening_range.OpeningRange),
    "rotation": _kind(rotation, rotation.Rotation),
    "trend": _kind(trend, trend.Trend),
    "vwap_reversion": _kind(vwap_reversion, vwap_reversion.VwapReversion),
}


BUILT_IN = tuple(sorted(_STRATEGIES))
_outside = Outside()


def bring(outside: Outside) -> Outside:
    """From now on these are the strategies from outside; gives those of before. Called once, as a process starts."""
    global _outside
    before, _outside = _outside, outside
    return before


@contextmanager
def also(outside: Outside) -> Iterator[None]:
    """With these strategies from outside, and after it with those of before."""
    before = bring(outside)
    try:
        yield
    finally:
        bring(before)


def brought() -> Outside:
    """The strategies from outside."""
    return _outside


def available() -> tuple[str, ...]:
    """The names of the strategies that exist, sorted."""
    return tuple(sorted({*_STRATEGIES, *_outside.kinds}))


def kind_of(strategy: str) -> Kind:
    """How a strategy is made; raises InvalidValue for an unknown one, naming those that exist, or saying what broke."""
    kind = _STRATEGIES.get(strategy) or _outside.kinds.get(strategy)
    if kind is None and strategy in _outside.broken:
        raise InvalidValue("strategy", f"{strategy} can't be loaded: {_outside.broken[strategy]}")
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


def make(strategy: str, parameters: Mapping[str, Any]) -> Strategy | UniverseStrategy:
    """A strategy ready for its first bar; raises InvalidValue naming what is wrong and what exists."""
    kind, checked = kind_of(strategy), checked_parameters(strategy, parameters)
    try:
        return kind.strategy(kind.parameters(**checked))
    except InvalidValue:
        raise
    except Exception as error:  # the code of somebody else, whatever it raises
        words = f"{strategy} can't be made with them: {type(error).__name__}: {error}"
        raise InvalidValue("parameters", words) from error


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
    path = f"parameters.{name}"
    if wanted is bool:
        words = {"true": True, "false": False}
        known = words.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(known, bool):
            raise InvalidValue(path, f"must be true or false, is {value!r}")
        return known
    if wanted is str:
        if not isinstance(value, str):
            raise InvalidValue(path, f"must be a text, is {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidValue(path, f"must be a number, is {value!r}")
    try:
        number = float(value)
    except ValueError:
        raise InvalidValue(path, f"must be a number, is {value!r}") from None
    except OverflowError:  # a whole number of hundreds of digits
        raise InvalidValue(path, f"is too large a number: {value!r}") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise InvalidValue(path, f"must be a finite number, is {value!r}")
    if wanted is int:
        if number != int(number):
            raise InvalidValue(path, f"must be a whole number, is {value!r}")
        return int(number)
    return number
