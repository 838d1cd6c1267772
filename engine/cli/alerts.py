"""`lockstep alerts test`: a test message to each channel of LOCKSTEP_ALERTS, and what came of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from engine.cli.progress import Progress
from engine.ports import Notifier
from engine.runtime.alert_trial import try_channels

EXAMPLE = """example:
  LOCKSTEP_ALERTS='["slack://TokenA/TokenB/TokenC"]' lockstep alerts test
  LOCKSTEP_ALERTS_FILE=/run/secrets/alerts.json lockstep alerts test --json

Exit code 0 where every channel took the message, 1 where one did not or none is set, 2 where the setting is wrong."""
NONE_SET = "No channel is set: name one in LOCKSTEP_ALERTS or LOCKSTEP_ALERTS_FILE (docs/OPERATIONS.md, Alerts)."


def add_parser(subcommands: Any, configured: Callable[[], Sequence[Notifier]]) -> None:
    """Declare the subcommand; `configured` gives the channels (bootstrap's, handed down by __main__)."""
    alerts = subcommands.add_parser(
        "alerts",
        help="the ways that alerts take",
        description="The ways that alerts take to people.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = alerts.add_subparsers(metavar="DEED", required=True)
    test = deeds.add_parser(
        "test",
        help="send a test message",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    test.add_argument("--json", action="store_true", help="print what came of it as JSON")
    test.set_defaults(run=lambda arguments: run(arguments, configured))


def run(arguments: argparse.Namespace, configured: Callable[[], Sequence[Notifier]]) -> int:
    """0 where every channel took it, 1 where one did not or there is none."""
    progress = Progress("sending")
    trials = try_channels(configured())
    progress.end()
    if arguments.json:
        print(json.dumps({"channels": [asdict(trial) for trial in trials]}, indent=1))
    else:
        lines = [
            f"{each.channel}: {'delivered' if each.delivered else f'not delivered: {each.detail}'}" for each in trials
        ]
        print("\n".join(lines) if lines else NONE_SET)
    return 0 if trials and all(trial.delivered for trial in trials) else 1
