"""`lockstep keys`: the key that brokers' credentials are sealed with, changed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from engine.cli.progress import Progress
from engine.ports import Vault

EXAMPLE = """example:
  LOCKSTEP_VAULT_KEYS=NEW,OLD lockstep keys rotate
  lockstep keys rotate --json

Put the new key in front of the old one, in every process of the service, and start them anew; then rotate; then take
the old key away. Exit code 0 where all was sealed anew, 1 where something could not be (call it again: what was sealed
anew stays so), 2 where the setting is wrong."""


def add_parser(subcommands: Any, open_vault: Callable[[], Vault]) -> None:
    """Declare the subcommand; `open_vault` reaches the vault (bootstrap's, handed down by __main__)."""
    plain: dict[str, Any] = {"epilog": EXAMPLE, "formatter_class": argparse.RawDescriptionHelpFormatter}
    keys = subcommands.add_parser("keys", help="the key of the vault of broker keys", description=__doc__, **plain)
    deeds = keys.add_subparsers(metavar="DEED", required=True)
    words = "Seal all broker keys anew, with the first of LOCKSTEP_VAULT_KEYS or the KMS key's newest version."
    rotate = deeds.add_parser("rotate", help="seal all broker keys with the newest key", description=words, **plain)
    rotate.add_argument("--json", action="store_true", help="print what was done as JSON")
    rotate.set_defaults(run=lambda arguments: run_rotate(arguments, open_vault))


def run_rotate(arguments: argparse.Namespace, open_vault: Callable[[], Vault]) -> int:
    """0 once all are sealed with the newest key."""
    progress = Progress("sealing")
    count = open_vault().seal_anew()
    progress.end()
    if arguments.json:
        print(json.dumps({"sealed": count}))
    else:
        print(f"{count} set{'' if count == 1 else 's'} of broker keys sealed with the newest key")
    return 0
