"""A strategy begun: its file and its test, written into a person's folder. Asked by cli/strategy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import InvalidValue, OperatingError
from engine.research.strategy_files import name_trouble
from engine.research.strategy_template import text_of_strategy, text_of_test
from engine.strategies.registry import BUILT_IN


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written."""

    strategy: Path
    test: Path


def begin_strategy(name: str, folder: Path) -> Written:
    """Write both files, or neither; makes the folder where there is none.

    Raises InvalidValue for a name that can't be, and where one of the files is there already.
    """
    wrong = name_trouble(name)
    if wrong is not None:
        raise InvalidValue("name", wrong)
    if name in BUILT_IN:
        raise InvalidValue("name", f"there is a strategy {name} already, one of the project's; choose another name")
    written = Written(folder / f"{name}.py", folder / f"test_{name}.py")
    for path in (written.strategy, written.test):
        if path.exists():
            raise InvalidValue("name", f"{path} is there already, and is left as it is; choose another name")
    if folder.exists() and not folder.is_dir():
        raise InvalidValue("--in", f"{folder} is a file")
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(written.strategy, text_of_strategy(name))
    try:
        _write_new(written.test, text_of_test(name, str(folder)))
    except (OSError, OperatingError):
        written.strategy.unlink()
        raise
    return written


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there, whole or not at all; one that came meanwhile is left alone."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OperatingError(f"{path} can't be written: {error.strerror or error}") from error
