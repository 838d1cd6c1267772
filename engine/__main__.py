"""`python -m engine`, the lockstep command: hands the words to a subcommand, says in one line what went wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from engine.cli import backtest, cost, serve
from engine.domain.errors import CannotStart, InvalidValue, LockstepError


def main(words: Sequence[str] | None = None) -> int:
    """Exit codes: 0 good, 1 the job failed, 2 the words or what they name were wrong."""
    parser = argparse.ArgumentParser(prog="lockstep", description="Bots that keep broker, books and screen in step.")
    subcommands = parser.add_subparsers(metavar="COMMAND", required=True)
    backtest.add_parser(subcommands)
    cost.add_parser(subcommands)
    serve.add_parser(subcommands, _serve)
    arguments = parser.parse_args(words)
    try:
        code: int = arguments.run(arguments)
    except (CannotStart, InvalidValue) as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    except (LockstepError, OSError) as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lockstep: interrupted", file=sys.stderr)
        return 130
    return code


def _serve(arguments: argparse.Namespace) -> int:
    """The service's wiring is loaded only when it is asked for."""
    from engine.bootstrap.service import serve as run_service

    return run_service()


if __name__ == "__main__":
    sys.exit(main())
