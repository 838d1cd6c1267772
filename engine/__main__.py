"""`python -m engine`, the lockstep command: hands the words to a subcommand, says in one line what went wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import structlog

from engine.cli import (
    alerts,
    audit,
    backtest,
    books,
    compare,
    cost,
    data,
    doctor,
    explain,
    instruments,
    keys,
    replay,
    serve,
    simulate,
    strategy,
    sweep,
)
from engine.cli.own_strategies import at_hand
from engine.domain.errors import CannotStart, InvalidValue, LockstepError
from engine.domain.findings import Finding
from engine.ports import Clock, Documents, HistoricalCandles, InstrumentList, Notifier, Vault
from engine.research.rebuild import Kept


def main(words: Sequence[str] | None = None) -> int:
    """Exit codes: 0 good, 1 the job failed, 2 the words or what they name were wrong."""
    parser = argparse.ArgumentParser(prog="lockstep", description="Bots that keep broker, books and screen in step.")
    subcommands = parser.add_subparsers(metavar="COMMAND", required=True)
    alerts.add_parser(subcommands, _notifiers)
    audit.add_parser(subcommands, _stored_documents)
    backtest.add_parser(subcommands)
    books.add_parser(subcommands, _kept_books)
    compare.add_parser(subcommands)
    cost.add_parser(subcommands)
    data.add_parser(subcommands, _candles)
    doctor.add_parser(subcommands, _check)
    explain.add_parser(subcommands, _stored_documents)
    instruments.add_parser(subcommands, _listed)
    keys.add_parser(subcommands, _vault)
    replay.add_parser(subcommands)
    serve.add_parser(subcommands, _serve)
    simulate.add_parser(subcommands, _simulator)
    strategy.add_parser(subcommands)
    sweep.add_parser(subcommands)
    arguments = parser.parse_args(words)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is for what was asked
    try:
        with at_hand(arguments):
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


def _notifiers() -> Sequence[Notifier]:
    """Apprise is loaded only when it is asked for."""
    from engine.bootstrap.alerts import configured_notifiers

    return configured_notifiers()


def _candles(venue: str, address: str | None) -> AbstractContextManager[tuple[HistoricalCandles, Clock]]:
    """Venues are loaded only when they are asked for."""
    from engine.bootstrap.candles import historical_candles

    return historical_candles(venue, address)


def _kept_books(account_id: str) -> Kept:
    """As with the service: Firestore's libraries are loaded only when they are asked for."""
    from engine.bootstrap.books import kept_books

    return kept_books(account_id)


def _stored_documents() -> Documents:
    """Firestore's libraries are loaded only when they are asked for."""
    from engine.bootstrap.documents import stored_documents

    return stored_documents()


def _check(broker: str) -> Iterable[Finding]:
    """Firestore's and the broker's libraries are loaded only when they are asked for."""
    from engine.bootstrap.doctoring import configured_check

    return configured_check(broker)


def _listed(state_dir: Path | None) -> InstrumentList:
    """The broker's adapter is loaded only when it is asked for."""
    from engine.bootstrap.instruments import configured_list

    return configured_list(state_dir)


def _vault() -> Vault:
    """Firestore's libraries are loaded only when they are asked for."""
    from engine.bootstrap.keys import configured_vault

    return configured_vault()


def _serve(arguments: argparse.Namespace) -> int:
    """The service's wiring is loaded only when it is asked for."""
    from engine.bootstrap.service import serve as run_service

    return run_service()


def _simulator() -> simulate.Proof:
    """The simulator is loaded only when it is asked for."""
    from engine.proof.run import Simulator

    return Simulator()


if __name__ == "__main__":
    sys.exit(main())
