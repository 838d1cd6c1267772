"""Reads a bots file from disk, JSON or TOML. Used by `backtest --bots` and, through bootstrap, by `make run BOTS=`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from engine.domain.errors import DataError, InvalidValue
from engine.strategies.bot_list import BotList, parse_bots


def read_bots_file(path: Path, *, lenient: bool = False) -> BotList:
    """Read a bots file; raises DataError saying which file, where in it and why. `lenient` as in parse_bots."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"can't be read: {error}") from error
    try:
        said = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise DataError(str(path), f"is not JSON: {error.msg}", error.lineno) from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(str(path), f"is not TOML: {error}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets in brackets
        raise DataError(str(path), f"can't be read: {error}") from error
    try:
        return parse_bots(said, lenient=lenient)
    except InvalidValue as error:
        raise DataError(str(path), str(error)) from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, which may name a field twice and mean the last: of two stops one would be lost unseen."""
    said: dict[str, Any] = {}
    for name, value in pairs:
        if name in said:
            raise ValueError(f"{name!r} is there twice in one object")
        said[name] = value
    return said
