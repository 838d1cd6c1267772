"""`lockstep data practice`: days of the demo market as a file, to try things on before there is data of one's own."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

from engine.cli.progress import Progress
from engine.domain.errors import InvalidValue
from engine.domain.instant import iso
from engine.research.whole_file import whole_file
from engine.simulation.demo_market import DemoMarket

SHARES = ("HDFCBANK", "INFY", "RELIANCE", "SBIN", "TATAMOTORS", "TCS")
DAYS_MAX = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of the deed."""
    parser.add_argument("out", type=Path, metavar="FILE", help="the file to write (.csv); nothing is written over")
    words = f"trading days (default: 20, at most {DAYS_MAX})"
    parser.add_argument("--days", type=int, default=20, metavar="N", help=words)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another history (default: 1)")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")
    parser.set_defaults(run=run_practice)


def run_practice(arguments: argparse.Namespace) -> int:
    """0 once it is written, whole."""
    out: Path = arguments.out
    if not 1 <= arguments.days <= DAYS_MAX:
        raise InvalidValue("--days", f"must be 1 to {DAYS_MAX}, is {arguments.days}")
    if out.suffix != ".csv":
        raise InvalidValue("FILE", f"{out} must end in .csv")
    if out.exists():
        raise InvalidValue("FILE", f"{out} is there already; choose another name")
    progress = Progress("Writing")
    rows = 0
    with whole_file(out) as file:
        writer = csv.writer(file)
        writer.writerow(("ts", "symbol", "open", "high", "low", "close", "volume"))
        for day, some in enumerate(_days(arguments.seed, arguments.days), start=1):
            writer.writerows(some)
            rows += len(some)
            progress.advance(day, arguments.days)
    progress.end()
    told = {"file": str(out), "symbols": SHARES, "days": arguments.days, "bars": rows}
    words = f"{out}: {rows:,} minute bars, {arguments.days} days of {', '.join(SHARES)}. The prices are invented"
    print(json.dumps(told) if arguments.json else words)
    return 0


def _days(seed: int, days: int) -> Iterator[list[tuple[str | float, ...]]]:
    market = DemoMarket(seed)
    for day in range(days):
        yield [
            (iso(bar.open_at), bar.symbol, bar.open / 100, bar.high / 100, bar.low / 100, bar.close / 100, bar.volume)
            for bar in market.bars(day)
            if bar.symbol in SHARES
        ]
