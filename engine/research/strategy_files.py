"""Strategies from outside the project: a folder of Python files, one strategy each, and the entry points of installed
packages (group `lockstep.strategies`). Read once as a process starts; feeds strategies/registry by way of cli and
bootstrap.

A file's name is its strategy's name. It holds one class with `on_bar` (or `on_bars`) and a dataclass `Parameters`;
`PRESETS` and a first docstring line are optional. Files whose names begin with `_` or `test_` are passed over. What a
file does when it is loaded runs with all that the process may: load only what you would run.
"""

from __future__ import annotations

import keyword
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.domain.errors import DataError, InvalidValue
from engine.strategies.guarded import guarded
from engine.strategies.registry import BUILT_IN, Kind, Outside

GROUP = "lockstep.strategies"
PACKAGE = "own_strategies"  # the modules' names begin with it; no such package exists
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TYPES = (bool, int, float)


def outside_strategies(folder: Path | None, *, installed: bool = True) -> Outside:
    """All that a folder and the installed packages bring. What is broken is said of each, and the rest is there.

    Raises InvalidValue for a folder that is not there.
    """
    if folder is not None and not folder.is_dir():
        raise InvalidValue("strategies", f"there is no folder {folder}")
    kinds: dict[str, Kind] = {}
    broken: dict[str, str] = {}
    refused: list[str] = []
    for name, where, load in _offered(folder, installed):
        taken = "one of the project's" if name in BUILT_IN else "one that was loaded before"
        if name in BUILT_IN or name in kinds or name in broken:
            refused.append(f"{where}: there is a strategy {name} already, {taken}; give this one another name")
            continue
        wrong = name_trouble(name)
        if wrong is not None:
            refused.append(f"{where}: {wrong}")
            continue
        try:
            kinds[name] = load()
        except DataError as error:
            broken[name] = str(error)
    return Outside(kinds, broken, tuple(refused), tuple(_exposed(folder)))


def name_trouble(name: str) -> str | None:
    """Why a strategy can't have this name; None where it can."""
    if not _NAME.fullmatch(name):
        return f"{name!r} is no strategy's name: up to 40 small letters, digits and underscores, a letter first"
    if keyword.iskeyword(name):
        return f"{name!r} is a word of Python's own"
    return None


def kind_of_file(path: Path) -> Kind:
    """The strategy that a file holds, its guard around it. Raises DataError saying file, line and what is wrong."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"can't be read: {error}") from error
    module = ModuleType(f"{PACKAGE}.{path.stem}")
    module.__file__ = str(path)
    vars(module)["print"] = _beside
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102 - to run it is what it is loaded for
    except SyntaxError as error:
        raise DataError(str(path), error.msg or "is no Python", error.lineno) from error
    except (Exception, SystemExit) as error:  # whatever a stranger's file does
        raise DataError(str(path), f"{type(error).__name__}: {error}", _line(error, path)) from error
    return _kind(module, str(path))


def _beside(*words: object, **how: Any) -> None:
    """What strategies have for `print`: stdout is for what a command was asked, and `--json` is read by machines."""
    print(*words, **{"file": sys.stderr, **how})  # noqa: T201


def _offered(folder: Path | None, installed: bool) -> Iterator[tuple[str, str, Any]]:
    """Name, place, and how to load it; a folder's files first, by name, then packages by name."""
    if folder is not None:
        for path in sorted(folder.glob("*.py")):
            if not path.name.startswith(("_", "test_")) and path.stem != "conftest":
                yield path.stem, str(path), lambda path=path: kind_of_file(path)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name) if installed else ():
        yield point.name, f"entry point {point.value}", lambda point=point: _kind_of_point(point)


def _exposed(folder: Path | None) -> Iterator[str]:
    """What anybody on this machine may change of what is run here, the folder first."""
    for path in () if folder is None else (folder, *sorted(folder.glob("*.py"))):
        with suppress(OSError):  # a file that is gone, or a link to nowhere: it is told as broken
            if path.stat().st_mode & stat.S_IWOTH:
                yield f"{path}: anybody on this machine may write to it, and what it holds is run; chmod o-w {path}"


def _kind_of_point(point: EntryPoint) -> Kind:
    where = f"entry point {point.value}"
    try:
        found = point.load()
    except (Exception, SystemExit) as error:
        raise DataError(where, f"{type(error).__name__}: {error}") from error
    module = found if isinstance(found, ModuleType) else sys.modules.get(getattr(found, "__module__", ""))
    if module is None:
        raise DataError(where, "names neither a module nor a class of one")
    return _kind(module, module.__file__ or where)


def _kind(module: ModuleType, where: str) -> Kind:
    """The one strategy of a module, made once with its defaults to see that it can be."""
    classes = [
        kind for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__
        and (callable(getattr(kind, "on_bar", None)) or callable(getattr(kind, "on_bars", None)))
    ]  # fmt: skip
    parameters = getattr(module, "Parameters", None)
    if len(classes) != 1 or not isinstance(parameters, type):
        raise DataError(where, "must hold one class with on_bar, and its Parameters")
    own = classes[0]
    try:
        _check_parameters(parameters)
        guarded(own(parameters()))
        presets = {"balanced": parameters(), **dict(getattr(module, "PRESETS", {}))}
    except InvalidValue as error:
        raise DataError(where, str(error)) from error
    except (Exception, SystemExit) as error:
        words = f"{own.__name__} can't be made with its defaults: {type(error).__name__}: {error}"
        raise DataError(where, words, _line(error, Path(where))) from error
    strange = [name for name, preset in presets.items() if not isinstance(preset, parameters)]
    if strange:
        raise DataError(where, f"PRESETS[{strange[0]!r}] must be Parameters")
    about = (module.__doc__ or f"{own.__name__}, without a docstring").strip().partition("\n")[0]
    return Kind(about, lambda given: guarded(own(given)), parameters, presets, source=where)


def _check_parameters(parameters: type[Any]) -> None:
    if not is_dataclass(parameters):
        raise InvalidValue("Parameters", "must be a dataclass")
    for item in fields(parameters):
        if item.default is MISSING:
            raise InvalidValue(f"Parameters.{item.name}", "needs a default")
        if type(item.default) not in _TYPES:
            raise InvalidValue(f"Parameters.{item.name}", f"must be a bool, int or float, is {item.default!r}")


def _line(error: BaseException, path: Path) -> int | None:
    """The last line of that file that the error came through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
