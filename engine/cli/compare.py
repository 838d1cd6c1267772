"""`lockstep compare`: backtests beside each other, as a table and a page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.cli.arguments import folder
from engine.domain.errors import InvalidValue
from engine.research.comparison import KeptRun, check_same_data, compared, differing_words, read_runs
from engine.research.report.compare import compare_html
from engine.research.whole_file import whole_file

EXAMPLE = """example:
  lockstep compare results/before results/after --out results

Runs over other data are refused, since they say nothing about each other; --anyway compares them nevertheless."""
_COLUMNS = (
    ("net", "net_pnl", "{:+,.2f}"),
    ("return", "return_pct", "{:+.2f} %"),
    ("held", "benchmark_return_pct", "{:+.2f} %"),
    ("charges", "charges", "{:,.2f}"),
    ("trades", "trades", "{:,}"),
    ("factor", "profit_factor", "{:.2f}"),
    ("drawdown", "max_drawdown_pct", "{:.2f} %"),
    ("sharpe", "sharpe", "{:.2f}"),
)


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    parser = subcommands.add_parser(
        "compare",
        help="backtests beside each other",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="DIR", help="folders that `backtest --out` wrote")
    parser.add_argument("--anyway", action="store_true", help="also where the runs are over different data")
    parser.add_argument("--out", type=folder, metavar="DIR", help="write compare.html into this folder")
    parser.add_argument("--json", action="store_true", help="print the figures and what differs as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare them; returns the exit code."""
    if len(arguments.runs) < 2:
        raise InvalidValue("DIR", "one run has nothing beside it; name at least two folders")
    runs = read_runs(arguments.runs)
    if not arguments.anyway:
        check_same_data(runs)
    said = compared(runs)
    if arguments.out:
        page = compare_html(runs)
        with whole_file(arguments.out / "compare.html") as file:
            file.write(page)
    if arguments.json:
        print(json.dumps(said, indent=2))
        return 0
    _tell(runs, said)
    if arguments.out:
        print(f"written to {arguments.out / 'compare.html'}")
    return 0


def _tell(runs: Sequence[KeptRun], said: dict[str, Any]) -> None:
    """A line a run, then what differs."""
    rows = [("run", *(name for name, _, _ in _COLUMNS))]
    for kept in runs:
        rows.append((kept.name, *(_words(kept.summary.get(key), form) for _, key, form in _COLUMNS)))
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    for row in rows:
        figures = "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        print(f"{row[0].ljust(widths[0])}  {figures}")
    if said["same_decisions"]:
        print("all took the same decisions")
    for key, values in said["differences"].items():
        print(f"{key}: {' | '.join(differing_words(key, value) for value in values)}")


def _words(value: Any, form: str) -> str:
    return "-" if value is None else form.format(value)
