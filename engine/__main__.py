"""`python -m engine`, the lockstep command: hands the words to a subcommand, says in one line what went wrong.

A subcommand's file is loaded only when its word is said: the service, which starts this way too, is to trade soon.
"""

from __future__ import annotations

import argparse
import os
import select
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.errors import CannotStart, InvalidValue, LockstepError

if TYPE_CHECKING:
    from engine.cli.simulate import Proof
    from engine.domain.findings import Finding
    from engine.ports import Clock, Documents, HistoricalCandles, InstrumentList, Notifier, Vault
    from engine.research.rebuild import Kept


INTERRUPTED = 128 + 2  # as a shell sees a program that Ctrl-C has ended
READER_GONE = 128 + 13  # as a shell sees a program that SIGPIPE has ended


def main(words: Sequence[str] | None = None) -> int:
    """Exit codes: 0 good, 1 the job failed, 2 the words or what they name were wrong; 130 after Ctrl-C; 141 where
    whoever read the output has gone (`| head -1`), of which nothing is said.
    """
    try:
        try:
            return _obey(sys.argv[1:] if words is None else list(words))
        finally:
            sys.stdout.flush()  # else it is done at the interpreter's end, which has words of its own
    except KeyboardInterrupt:  # here, since libraries are loaded for a second or two before anything runs
        print("lockstep: interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _reader_has_gone():
            return READER_GONE
        print(f"lockstep: {error}", file=sys.stderr)
        return 1


def _obey(said: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="lockstep", description="Bots that keep broker, books and screen in step.")
    subcommands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in said[:1] if said and said[0] in _HANDED_DOWN else _HANDED_DOWN:
        import_module(f"engine.cli.{name}").add_parser(subcommands, *_HANDED_DOWN[name])
    arguments = parser.parse_args(said)
    try:
        with _own_strategies(arguments):
            code: int = arguments.run(arguments)
    except (CannotStart, InvalidValue) as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # main looks whose reader has gone
        raise
    except (LockstepError, OSError) as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 1
    return code


def _reader_has_gone() -> bool:
    """Whether it is the command's own output that nobody reads any more; then the rest of it goes nowhere."""
    gone = False
    for stream in (sys.stdout, sys.stderr):
        ear = select.poll()
        ear.register(stream.fileno(), 0)  # of a pipe nobody reads the kernel says so unasked
        if ear.poll(0):
            gone = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return gone


def _own_strategies(arguments: argparse.Namespace) -> AbstractContextManager[None]:
    """With those of a person, for a command that runs strategies. The service loads its own, and logs by itself."""
    if arguments.run is _serve:
        return nullcontext()
    import structlog

    from engine.cli.own_strategies import at_hand

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is for what was asked
    return at_hand(arguments)


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


def _usual_broker() -> str:
    from engine.bootstrap.doctoring import usual_broker

    return usual_broker()


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


def _simulator() -> Proof:
    """The simulator is loaded only when it is asked for."""
    from engine.proof.run import Simulator

    return Simulator()


# Each subcommand is the file of that name in engine/cli; with it, what bootstrap hands down to its add_parser.
_HANDED_DOWN: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "alerts": (_notifiers,),
    "audit": (_stored_documents,),
    "backtest": (),
    "books": (_kept_books,),
    "compare": (),
    "cost": (),
    "data": (_candles,),
    "doctor": (_check, _usual_broker),
    "explain": (_stored_documents,),
    "instruments": (_listed,),
    "keys": (_vault,),
    "replay": (),
    "serve": (_serve,),
    "simulate": (_simulator,),
    "strategy": (),
    "sweep": (),
}


if __name__ == "__main__":
    sys.exit(main())
