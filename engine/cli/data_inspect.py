"""`lockstep data inspect`: what data there is and what is wrong with it, as a table or as JSON. Part of cli/data."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from engine.cli.data_paths import located, told_days
from engine.cli.progress import Progress
from engine.domain.instant import iso
from engine.market_data.gaps import Gap
from engine.market_data.readers import read_parts
from engine.market_data.splits import Jump
from engine.research.data_quality import DataQuality, SeriesQuality, data_quality
from engine.settings import store_folder

_SHOWN_MAX = 5  # of each series; --json has all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of the deed."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or store:VENUE/SYMBOL/TIMEFRAME "
                        "(default: the whole store)")  # fmt: skip
    parser.add_argument("--store", type=Path, metavar="DIR", help="the store's folder")
    parser.add_argument("--zone", help="zone of times without an offset (default: the venue's)")
    parser.add_argument("--json", action="store_true", help="print everything that was found as JSON")
    parser.set_defaults(run=run_inspect)


def run_inspect(arguments: argparse.Namespace) -> int:
    """0 once it was looked at, whatever was found."""
    store = arguments.store or store_folder(os.environ)
    progress = Progress("Looking at ticks")
    quality = data_quality(
        read_parts(located(arguments.paths or ["store:"], store), zone=arguments.zone, calendars=told_days().calendar),
        progress.advance,
    )
    progress.end()
    for note in quality.notes:
        print(note, file=sys.stderr)
    print(json.dumps(_told(quality), indent=1) if arguments.json else "\n".join(_page(quality)))
    return 0


def _told(quality: DataQuality) -> dict[str, Any]:
    return {
        "series": [_told_series(series) for series in quality.series],
        "ticks_dropped": quality.dropped_in_all,
        "ticks_dropped_by_day": quality.dropped,
    }


def _told_series(series: SeriesQuality) -> dict[str, Any]:
    return {
        "venue": series.key.venue,
        "symbol": series.key.symbol,
        "timeframe": series.key.timeframe,
        "rows": series.rows,
        "from": iso(series.first_at),
        "to": iso(series.last_at),
        "sessions": series.days,
        "sessions_missing": list(series.missing_days),
        "gaps": [
            {"day": gap.day, "from": iso(gap.begins_at), "to": iso(gap.ends_at), "bars": gap.bars,
             "seconds": gap.seconds} for gap in series.gaps
        ],
        "jumps": [
            {"day": jump.day, "before": jump.before, "after": jump.after, "split": jump.ratio} for jump in series.jumps
        ],
        "overlaps": list(series.overlaps),
    }  # fmt: skip


def _page(quality: DataQuality) -> list[str]:
    wide = max(len(str(series.key)) for series in quality.series)
    lines = [f"{'series':<{wide}}  {'rows':>11}  {'from':<10}  {'to':<10}  {'sessions':>8}  {'missing':>7}  "
             f"{'gaps':>6}  longest gap"]  # fmt: skip
    for series in quality.series:
        lines.append(
            f"{series.key!s:<{wide}}  {series.rows:>11,}  {iso(series.first_at)[:10]}  {iso(series.last_at)[:10]}  "
            f"{series.days:>8}  {len(series.missing_days):>7}  {len(series.gaps):>6,}  {_gap(series.longest_gap)}"
        )
    for series in quality.series:
        lines += _remarks(series)
    for day, rules in quality.dropped.items():
        lines.append(f"ticks left out {day}: {', '.join(f'{rule} {count:,}' for rule, count in rules.items())}")
    return lines


def _gap(gap: Gap | None) -> str:
    if gap is None:
        return "none"
    return f"{gap.seconds / 60:,.0f} min from {iso(gap.begins_at)}"


def _remarks(series: SeriesQuality) -> list[str]:
    """The sentences about a series that its line of the table has no room for."""
    lines = [_night(series, jump) for jump in series.jumps[:_SHOWN_MAX]]
    lines += [f"{series.key}: overlap: {words}" for words in series.overlaps[:_SHOWN_MAX]]
    if series.missing_days:
        shown, more = series.missing_days[:_SHOWN_MAX], len(series.missing_days) - _SHOWN_MAX
        lines.append(f"{series.key}: no data on {', '.join(shown)}{f' and {more} more days' if more > 0 else ''}")
    return lines


def _night(series: SeriesQuality, jump: Jump) -> str:
    moved = f"{series.key}: {jump.before:,.2f} to {jump.after:,.2f} overnight before {jump.day}"
    if jump.ratio is None:
        return f"{moved}; turnover and ratio are not those of a split"
    line = f"{series.key.symbol},{jump.day},{jump.ratio}"
    return f"{moved}: a split is suspected; `data import --adjust` takes it as {line}"
