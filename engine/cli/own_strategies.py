"""`--strategies FOLDER`: a person's own strategies for one command. Used by the subcommands that run strategies."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.research.strategy_files import outside_strategies
from engine.settings import strategies_folder
from engine.strategies.registry import also


def add_option(parser: argparse.ArgumentParser) -> None:
    """Declare it."""
    words = "a folder of your own strategies, beside the project's (default: $STRATEGIES_DIR)"
    parser.add_argument("--strategies", type=Path, metavar="FOLDER", help=words)


def folder_of(arguments: argparse.Namespace) -> Path | None:
    """The folder that the command is to look in, if any."""
    given: Path | None = arguments.strategies
    return given or strategies_folder(os.environ)


@contextmanager
def at_hand(arguments: argparse.Namespace) -> Iterator[None]:
    """With the strategies that the words name, where the command has the option; what is broken is told on stderr."""
    if not hasattr(arguments, "strategies"):
        yield
        return
    outside = outside_strategies(folder_of(arguments))
    for why in (*outside.broken.values(), *outside.refused):
        print(f"strategy left out: {why}", file=sys.stderr)
    for why in outside.exposed:
        print(f"strategies are exposed: {why}", file=sys.stderr)
    with also(outside):
        yield
