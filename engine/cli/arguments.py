"""Kinds of words that several subcommands take: a day, a moment, an amount, settings. Used by the parsers of cli/."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from engine.domain.errors import InvalidValue
from engine.domain.given_number import number_of
from engine.domain.instant import Instant, instant_of
from engine.market_data.timestamps import EARLIEST, LATEST


def day(text: str) -> date:
    """A date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2021-04-28") from None


def moment(text: str) -> Instant:
    """A moment, ISO 8601 with a zone, in a year that calendars know."""
    try:
        at = instant_of(datetime.fromisoformat(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; for example 2026-03-02T10:05+05:30") from error
    if not EARLIEST <= at <= LATEST:
        raise argparse.ArgumentTypeError(f"{text!r} lies in no year from 1900 to 2199")
    return at


def amount(text: str) -> Decimal:
    """An amount of money."""
    try:
        return number_of("cash", text)
    except InvalidValue as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def folder(text: str) -> Path:
    """A folder to write into, there or not yet: refused before any work is done where a file is in its way."""
    if not text:  # a shell's variable that is not set; to Path it is the folder that one is in
        raise argparse.ArgumentTypeError("is empty; name a folder")
    path = Path(text)
    for one in (path, *path.parents):
        if one.exists() and not one.is_dir():
            raise argparse.ArgumentTypeError(f"{one} is a file; name a folder")
    return path


def count(least: int, most: int | None = None) -> Callable[[str], int]:
    """A whole number of at least `least` and at most `most`."""
    allowed = f"of at least {least}" if most is None else f"from {least} to {most}"

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise argparse.ArgumentTypeError(f"must be a whole number {allowed}, is {text!r}")
        return number

    return whole


def add_settings(parser: argparse.ArgumentParser, words: str) -> None:
    """Declare `--set key=value…`; `settings_of` reads what it was given, `settings` of the arguments."""
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", dest="settings",
                        help=words)  # fmt: skip


def settings_of(words: Sequence[str]) -> dict[str, str]:
    """`key=value` words by key. Raises InvalidValue for one that is none."""
    settings: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise InvalidValue("--set", f"{word!r} is not key=value")
        settings[name] = value
    return settings
