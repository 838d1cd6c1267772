"""The section of BENCHMARKS.md about fault schedules: the long run, and the bugs that were planted. Fed by long_run and
planted_bugs; put on the page by page.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

HEAD = """\
## Fault schedules

`make prove ONLY=million` goes on with the seeds that nobody has seen, until a million were; docs/PROOF.md says what a
schedule is and what is checked. What a range violated stays here; it was mended in a later commit.

"""
TABLE = """\
| seeds | schedules | violated | orders at the venue | schedules / s | commit | date |
|---|---|---|---|---|---|---|
"""

PLANTED_HEAD = """
### Planted bugs

`make prove ONLY=planted` makes each of these changes in a copy of the production code and looks for it, from seed 1 on.

| planted | schedules until found | it says |
|---|---|---|
"""


def section_of(ranges: Sequence[Mapping[str, Any]]) -> str:
    """The section; it says so where nothing was seen yet."""
    if not ranges:
        return f"{HEAD}None were run yet.\n"
    seen, bad = sum(one["schedules"] for one in ranges), sum(len(one["violated"]) for one in ranges)
    sentence = f"**{seen:,} of 1,000,000 seen so far; {bad:,} violated something.**\n\n"
    return f"{HEAD}{sentence}{TABLE}{''.join(map(_row, ranges))}"


def _row(one: Mapping[str, Any]) -> str:
    rate = one["schedules"] / one["seconds"]
    cores, load = one["machine"]["cores"], one["machine"]["load"]
    return (
        f"| {one['first']:,}-{one['last']:,} | {one['schedules']:,} | {_violated(one['violated'])} | {one['orders']:,} "
        f"| {rate:.3g} ({cores} cores, load average {load}) | {one['commit']} | {one['date']} |\n"
    )


def _violated(violated: Mapping[str, Sequence[str]]) -> str:
    if not violated:
        return "0"
    seeds = ", ".join(f"{seed} ({said[0].partition(':')[0]})" for seed, said in violated.items())
    return f"{len(violated)}: {seeds}"


def planted_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """The part about planted bugs; empty where none was looked for yet."""
    if not rows:
        return ""
    found = sum(row["seed"] is not None for row in rows)
    commits = ", ".join(dict.fromkeys(row["commit"] for row in rows))
    return f"{PLANTED_HEAD}{''.join(map(_planted_row, rows))}\n**{found} of {len(rows)} found** (commit {commits}).\n"


def _planted_row(row: Mapping[str, Any]) -> str:
    says = "**nothing**" if row["says"] is None else row["says"].replace("|", "/")
    return f"| {row['bug']} | {row['schedules']:,} | {says} |\n"
