"""`lockstep strategy new` and `strategy check`: begin a strategy, and see whether it decides by its bars alone."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.cli import strategy_picture
from engine.cli.arguments import add_settings, settings_of
from engine.cli.own_strategies import add_option, folder_of
from engine.cli.progress import Progress
from engine.research.strategy_check import check_strategy
from engine.research.strategy_new import begin_strategy
from engine.settings import strategies_folder

EXAMPLE = """example:
  lockstep strategy new my_idea --in ideas
  lockstep strategy check ideas/my_idea.py
  lockstep strategy check trend --set adx_min=20"""

NEW = """example:
  lockstep strategy new my_idea --in ideas

Writes ideas/my_idea.py, a strategy that works and is there to be changed, and ideas/test_my_idea.py, its test. Nothing
that is there already is written over."""

CHECK = """example:
  lockstep strategy check trend --set adx_min=20
  lockstep strategy check ideas/my_idea.py

Its text is read for what has no place in a strategy. Then it is run on two generated days: again, with other hash
seeds, with another clock, on days cut off, on bars that do not exist before they are judged, on each symbol alone, and
at the bounds of its parameters. A file holds one class with on_bar and a dataclass Parameters. Exit code 0 where
nothing was found, 1 where something was."""


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    strategy = subcommands.add_parser(
        "strategy",
        help="begin a strategy, or check one",
        description="Begin a strategy, or check one.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = strategy.add_subparsers(metavar="DEED", required=True)
    strategy_picture.add_deed(deeds)
    new = deeds.add_parser(
        "new",
        help="write a strategy to begin with, and its test",
        description="Write a strategy to begin with, and its test.",
        epilog=NEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    new.add_argument("name", metavar="NAME", help="small letters, digits and underscores")
    new.add_argument("--in", type=Path, metavar="FOLDER", dest="folder",
                     help="where to (default: $STRATEGIES_DIR, or here)")  # fmt: skip
    new.add_argument("--json", action="store_true", help="print what was written as JSON")
    new.set_defaults(run=run_new)
    check = deeds.add_parser(
        "check",
        help="deterministic, no clock, no look-ahead",
        description="Whether a strategy decides by its bars alone.",
        epilog=CHECK,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("strategy", metavar="NAME", help="a strategy's name, or a Python file (.py)")
    add_settings(check, "its parameters")
    add_option(check)
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    check.set_defaults(run=run_check)


def run_new(arguments: argparse.Namespace) -> int:
    """0 where it was written; raises InvalidValue where the name is taken, or a file is there."""
    folder: Path = arguments.folder or strategies_folder(os.environ) or Path()
    written = begin_strategy(arguments.name, folder)
    if arguments.json:
        print(json.dumps({"strategy": str(written.strategy), "test": str(written.test)}))
        return 0
    print(f"{written.strategy}\n{written.test}")
    print(f"next: lockstep strategy check {written.strategy}")
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """0 where nothing was found, 1 where something was."""
    progress = Progress("Checking")
    given, folder = settings_of(arguments.settings), folder_of(arguments)
    checked = check_strategy(arguments.strategy, given, progress.advance, folder=folder)
    progress.end()
    if arguments.json:
        print(json.dumps({"strategy": arguments.strategy, **asdict(checked)}, indent=1))
    else:
        print(f"{arguments.strategy}: {checked.bars:,} bars judged, {checked.signals:,} signals")
        for finding in checked.findings:
            print(f"  {finding.rule:<12} {finding.detail}")
        if not checked.findings:
            print("  nothing found: it decides by its bars alone")
    return 1 if checked.findings else 0
