"""`lockstep strategy check`: whether a strategy decides by its bars alone."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from engine.cli.progress import Progress
from engine.domain.errors import InvalidValue
from engine.research.strategy_check import check_strategy

EXAMPLE = """example:
  lockstep strategy check trend --set adx_min=20
  lockstep strategy check ideas/my_strategy.py

It is run on two generated days: again, with another hash seed, with another clock, and on days cut off. A file holds
one class with on_bar and a dataclass Parameters. Exit code 0 where nothing was found, 1 where something was."""


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    strategy = subcommands.add_parser(
        "strategy",
        help="look at strategies",
        description="Look at strategies.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = strategy.add_subparsers(metavar="DEED", required=True)
    check = deeds.add_parser(
        "check",
        help="deterministic, no clock, no look-ahead",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("strategy", metavar="NAME", help="a strategy's name, or a Python file (.py)")
    check.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", dest="settings",
                       help="its parameters")  # fmt: skip
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    """0 where nothing was found, 1 where something was."""
    progress = Progress("Checking")
    checked = check_strategy(arguments.strategy, _parameters(arguments.settings), progress.advance)
    progress.end()
    if arguments.json:
        print(json.dumps({"strategy": arguments.strategy, **asdict(checked)}, indent=1))
    else:
        print(f"{arguments.strategy}: {checked.bars:,} bars judged, {checked.signals:,} signals")
        for finding in checked.findings:
            print(f"  {finding.rule:<10} {finding.detail}")
        if not checked.findings:
            print("  nothing found: it decides by its bars alone")
    return 1 if checked.findings else 0


def _parameters(settings: list[str]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name or not value:
            raise InvalidValue("--set", f"{setting!r} is not key=value")
        parameters[name] = value
    return parameters
