"""`lockstep serve`: the service, in the role that LOCKSTEP_ROLE names."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

EXAMPLE = """example:
  LOCKSTEP_ROLE=all PORT=8000 lockstep serve"""


def add_parser(subcommands: Any, run: Callable[[argparse.Namespace], int]) -> None:
    """Declare the subcommand; `run` starts the service (bootstrap's, handed down from __main__)."""
    parser = subcommands.add_parser(
        "serve",
        help="run the service",
        description=__doc__ + " Roles: all (gunicorn and the engine side by side), api, engine.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
