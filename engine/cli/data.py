"""`lockstep data`: market data taken into the store or fetched into it, and looked at before anybody trusts it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.cli import data_download, data_inspect, data_practice
from engine.cli.progress import Progress
from engine.domain.errors import InvalidValue
from engine.market_data.adjustments import read_splits
from engine.market_data.forms import NAMES
from engine.market_data.store.filing import Imported
from engine.market_data.store.importing import Reading, import_files
from engine.settings import store_folder

EXAMPLE = """example:
  lockstep data import downloads/2021 --store data
  lockstep data import ftx.csv.gz --columns volume=volume_usd --stamped close
  lockstep data import RELIANCE.csv --adjust splits.csv
  lockstep data download --venue COINBASE --symbol BTC-USD --from 2026-01-01
  lockstep data download --venue NSE --symbol SBIN --from 2026-11-02
  lockstep data inspect store:NSE/RELIANCE/1m
  lockstep data practice practice.csv --days 20
  lockstep backtest --strategy trend --data store:NSE/*/1m

The store is the folder that --store or LOCKSTEP_STORE names, `data` by default. An import takes all of its files or,
where one can't be taken, none."""


def add_parser(subcommands: Any, candles: data_download.Candles) -> None:
    """Declare the subcommand; `candles` makes a venue's bars of the past (bootstrap's, handed down by __main__)."""
    plain: dict[str, Any] = {"epilog": EXAMPLE, "formatter_class": argparse.RawDescriptionHelpFormatter}
    data = subcommands.add_parser(
        "data", help="market data: imported, downloaded, inspected", description=__doc__, **plain
    )
    deeds = data.add_subparsers(metavar="DEED", required=True)
    words = "Take files of market data into the store. Rows that it has already are left; rows that differ are refused."
    taking = deeds.add_parser("import", help="take files into the store", description=words, **plain)
    taking.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    taking.add_argument("--store", type=Path, metavar="DIR", help="the store's folder")
    taking.add_argument("--venue", metavar="V", help="refuse symbols of other venues")
    taking.add_argument("--zone", help="zone of times without an offset (default: the venue's)")
    taking.add_argument("--columns", nargs="+", action="extend", default=[], metavar="ours=theirs",
                        help=f"what the files call our columns: {', '.join(NAMES)}")  # fmt: skip
    taking.add_argument("--stamped", choices=("open", "close"), default="open",
                        help="whether a bar's time is its open (default) or its close")  # fmt: skip
    taking.add_argument("--adjust", type=Path, metavar="FILE", help="splits to apply: symbol,day,ratio")
    taking.add_argument("--prefer", choices=("old", "new"), default="old",
                        help="new: rows of these files replace stored ones that differ (default: refuse)")  # fmt: skip
    taking.add_argument("--json", action="store_true", help="print what was taken as JSON")
    taking.set_defaults(run=run_import)
    words = "Say what data there is and what is wrong with it. Changes nothing."
    looking = deeds.add_parser("inspect", help="rows, sessions, gaps, splits, dirt", description=words, **plain)
    data_inspect.add_arguments(looking)
    words = "Write days of the demo market as minute bars, to try things on. The prices are invented."
    practising = deeds.add_parser("practice", help="invented days to try things on", description=words, **plain)
    data_practice.add_arguments(practising)
    words = "Fetch bars of the past from a venue, within its budget; given again, it goes on where it ended."
    fetching = deeds.add_parser("download", help="fetch bars of the past from a venue", description=words, **plain)
    data_download.add_arguments(fetching, candles)


def run_import(arguments: argparse.Namespace) -> int:
    """0 once everything is in the store."""
    reading = Reading(
        zone=arguments.zone,
        renamed=_columns(arguments.columns),
        stamped_at_close=arguments.stamped == "close",
        splits=None if arguments.adjust is None else read_splits(arguments.adjust),
        venue=arguments.venue,
        prefer_new=arguments.prefer == "new",
    )
    root = arguments.store or store_folder(os.environ)
    progress = Progress("Importing")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    imported = import_files(arguments.paths, root, reading, at=at, progress=progress.advance)
    progress.end()
    for name in imported.skipped:
        print(f"{name}: holds no prices, left out", file=sys.stderr)
    if imported.ignored:
        print(f"columns not used: {', '.join(imported.ignored)}", file=sys.stderr)
    print(json.dumps(_told(root, imported), indent=1) if arguments.json else "\n".join(_page(root, imported)))
    return 0


def _columns(words: list[str]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for word in words:
        ours, equals, theirs = word.partition("=")
        if not equals or not theirs:
            raise InvalidValue("--columns", f"{word!r} is not ours=theirs, such as volume=volume_usd")
        if ours not in NAMES:
            raise InvalidValue("--columns", f"{ours!r} is no column of ours; there are {', '.join(NAMES)}")
        if ours in found or theirs in found.values():
            raise InvalidValue("--columns", f"{word!r} names a column a second time")
        found[ours] = theirs
    return tuple(sorted(found.items()))


def _told(root: Path, imported: Imported) -> dict[str, Any]:
    return {
        "store": str(root),
        "files": [{"name": file.name, "digest": file.digest} for file in imported.files],
        "skipped": imported.skipped,
        "columns_not_used": list(imported.ignored),
        "series": [
            {"venue": key.venue, "symbol": key.symbol, "timeframe": key.timeframe,
             "rows_added": rows.added, "rows_same": rows.same, "rows_replaced": rows.replaced}
            for key, rows in sorted(imported.rows.items())
        ],
    }  # fmt: skip


def _page(root: Path, imported: Imported) -> list[str]:
    lines = []
    for key, rows in sorted(imported.rows.items()):
        parts = [f"{rows.added:,} rows added"]
        parts += [f"{rows.same:,} known already"] if rows.same else []
        parts += [f"{rows.replaced:,} replaced"] if rows.replaced else []
        lines.append(f"{key!s:<32} {', '.join(parts)}")
    added = sum(rows.added for rows in imported.rows.values())
    files = len(imported.files)
    return [*lines, f"{added:,} rows of {files} file{'' if files == 1 else 's'} added to {root}"]
