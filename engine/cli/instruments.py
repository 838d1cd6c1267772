"""`lockstep instruments`: the broker's list of what can be traded, fetched and searched."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.cli.progress import Progress
from engine.domain.errors import CannotStart
from engine.ports import InstrumentList, ListedInstrument

EXAMPLE = """example:
  lockstep instruments update
  lockstep instruments find tata
  lockstep instruments find SBIN --json
  lockstep instruments accept SBIN

The list is Angel One's, fetched anew each trading day by a service that trades there. It lies in the folder that
LOCKSTEP_STATE_DIR or --state names. A symbol is written as in data files and bots: SBIN, not SBIN-EQ."""

Listed = Callable[[Path | None], InstrumentList]
FOUND_MAX = 50


def add_parser(subcommands: Any, listed: Listed) -> None:
    """Declare the subcommand; `listed` gives the list in a folder (bootstrap's, handed down by __main__)."""
    plain: dict[str, Any] = {"epilog": EXAMPLE, "formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = subcommands.add_parser(
        "instruments", help="what can be traded at the broker", description=__doc__, **plain
    )
    deeds = parser.add_subparsers(metavar="DEED", required=True)
    words = "Fetch the broker's list now. One that fails on the way leaves the last one as it was."
    updating = deeds.add_parser("update", help="fetch the list", description=words, **plain)
    updating.set_defaults(run=lambda arguments: run_update(arguments, listed))
    words = "Look for shares and indices by a part of their symbol or name."
    finding = deeds.add_parser("find", help="look for a symbol", description=words, **plain)
    finding.add_argument("text", metavar="TEXT", help="part of a symbol or name, in any case")
    finding.set_defaults(run=lambda arguments: run_find(arguments, listed))
    words = "Say that a symbol whose token changed is the same share still; until then it is not traded."
    accepting = deeds.add_parser("accept", help="accept a changed token", description=words, **plain)
    accepting.add_argument("symbol", metavar="SYMBOL", help="which")
    accepting.set_defaults(run=lambda arguments: run_accept(arguments, listed))
    for deed in (updating, finding, accepting):
        deed.add_argument("--state", type=Path, metavar="DIR", help="the service's folder")
        deed.add_argument("--json", action="store_true", help="print what was found as JSON")


def run_update(arguments: argparse.Namespace, listed: Listed) -> int:
    """0 once the new list is in place."""
    found = listed(arguments.state)
    progress = Progress("Fetching the list of instruments")
    rows = found.update()
    progress.end()
    made_at = found.made_at
    assert made_at is not None
    if arguments.json:
        print(json.dumps({"instruments": rows, "made_at": made_at.isoformat()}))
    else:
        print(f"{rows:,} shares and indices of NSE")
    return 0


def run_find(arguments: argparse.Namespace, listed: Listed) -> int:
    """0 where something was found, 1 where nothing was. Raises CannotStart without a list."""
    found = listed(arguments.state)
    if found.made_at is None:
        raise CannotStart("there is no list of instruments on this machine yet; type: lockstep instruments update")
    rows = found.search(arguments.text, FOUND_MAX)
    if arguments.json:
        print(json.dumps({"made_at": found.made_at.isoformat(), "items": [_told(row) for row in rows]}, indent=1))
    else:
        print("\n".join(_table(rows)) if rows else f"No share or index of NSE has {arguments.text!r} in its name")
        if len(rows) == FOUND_MAX:
            print(f"The first {FOUND_MAX}; name more of it to see others")
    return 0 if rows else 1


def run_accept(arguments: argparse.Namespace, listed: Listed) -> int:
    """0 once it is accepted. Raises InvalidValue for what the list does not have."""
    row = listed(arguments.state).accept(arguments.symbol)
    if arguments.json:
        print(json.dumps(_told(row)))
    else:
        print(f"{row.instrument.symbol} is {row.trading_symbol} with token {row.token} from now on")
    return 0


def _told(row: ListedInstrument) -> dict[str, object]:
    instrument = row.instrument
    return {
        "symbol": instrument.symbol,
        "name": instrument.name,
        "venue": instrument.venue,
        "trading_symbol": row.trading_symbol,
        "token": row.token,
        "tick_size": float(instrument.tick_size),
        "lot_size": float(instrument.lot_size),
        "tradable": instrument.tradable,
        "intraday_allowed": row.intraday_allowed,
        "closing_auction": instrument.closing_auction,
        "refused": row.refused,
    }


def _table(rows: Sequence[ListedInstrument]) -> list[str]:
    cells = [("symbol", "at the broker", "token", "tick", "")]
    cells += [
        (
            row.instrument.symbol,
            row.trading_symbol,
            row.token,
            f"{row.instrument.tick_size:f}",
            row.refused or _remark(row),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    return [
        "  ".join([*(word.ljust(width) for word, width in zip(line, widths, strict=False)), line[4]]).rstrip()
        for line in cells
    ]


def _remark(row: ListedInstrument) -> str:
    if not row.instrument.tradable:
        return "index: watched, not traded"
    return "" if row.intraday_allowed else "settled trade by trade: no day trading"
