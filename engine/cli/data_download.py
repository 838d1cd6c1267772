"""`lockstep data download`: bars of the past from a venue into the store. Part of cli/data."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from engine.cli.arguments import day
from engine.cli.progress import Progress
from engine.domain.errors import InvalidValue
from engine.domain.instant import instant_of
from engine.domain.timeframe import TIMEFRAMES
from engine.market_data.calendar import calendar_for
from engine.market_data.store.downloading import Download, Downloaded
from engine.ports import Clock, HistoricalCandles
from engine.settings import store_folder

Candles = Callable[[str, str | None], AbstractContextManager[tuple[HistoricalCandles, Clock]]]

_SHOWN_MAX = 10


def add_arguments(parser: argparse.ArgumentParser, candles: Candles) -> None:
    """Declare the words of the deed; `candles` makes a venue's (bootstrap's, handed down by __main__)."""
    parser.add_argument("--venue", required=True, metavar="V", help="where from: COINBASE, or NSE by Angel One")
    parser.add_argument("--symbol", required=True, nargs="+", metavar="S", help="which symbols")
    parser.add_argument("--timeframe", choices=sorted(TIMEFRAMES), default="1m", metavar="T", help="width of the bars")
    parser.add_argument("--from", type=day, required=True, dest="first_day", metavar="DATE", help="first day")
    parser.add_argument("--to", type=day, dest="last_day", metavar="DATE", help="last day, included (default: today)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="the store's folder")
    parser.add_argument("--address", metavar="URL", help="another address of the venue, to practise against")
    parser.add_argument("--prefer", choices=("old", "new"), default="old",
                        help="new: the venue's bars replace stored ones that differ (default: refuse)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print what was fetched as JSON")
    parser.set_defaults(run=lambda arguments: run_download(arguments, candles))


def run_download(arguments: argparse.Namespace, candles: Candles) -> int:
    """0 once all of it is in the store; what was fetched before an error is kept."""
    with candles(arguments.venue, arguments.address) as (source, clock):
        told = _fetch(arguments, source, clock)
    if arguments.json:
        print(json.dumps({symbol: _told(done) for symbol, done in told.items()}, indent=1))
    return 0


def _fetch(arguments: argparse.Namespace, source: HistoricalCandles, clock: Clock) -> dict[str, Downloaded]:
    calendar = calendar_for(source.venue)
    last_day = arguments.last_day or calendar.day_at(instant_of(clock.now()))
    if last_day < arguments.first_day:
        raise InvalidValue("--to", f"{last_day} lies before --from {arguments.first_day}")
    since, until = calendar.midnight(arguments.first_day), calendar.midnight(last_day + timedelta(days=1))
    root = arguments.store or store_folder(os.environ)
    told = {}
    for symbol in arguments.symbol:
        progress = Progress(f"Downloading {symbol}")
        download = Download(
            source, symbol, arguments.timeframe, root, clock, arguments.prefer == "new", progress.advance
        )
        told[symbol] = download.run(since, until)
        progress.end()
        if not arguments.json:
            print("\n".join(_page(symbol, told[symbol])))
    return told


def _told(done: Downloaded) -> dict[str, object]:
    rows = list(done.imported.rows.values())
    return {"rows_added": sum(row.added for row in rows), "calls": done.calls, "short": done.short}


def _page(symbol: str, done: Downloaded) -> list[str]:
    added = sum(row.added for row in done.imported.rows.values())
    lines = [f"{symbol}: {added:,} bars added, {done.calls:,} calls"]
    lines += [f"  the venue has {words}" for words in done.short[:_SHOWN_MAX]]
    if len(done.short) > _SHOWN_MAX:
        lines.append(f"  and {len(done.short) - _SHOWN_MAX} more such stretches (--json has all)")
    return lines
