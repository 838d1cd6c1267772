"""The long run: fault schedules on the code that trades, continued over days, and what all of them came to.

Run by tests/prove/test_million.py; its page is page_schedules.py. Each portion is kept when it is over, so that a run
that is interrupted goes on with the first seed that nobody has seen. Seeds of another commit are other histories: each
commit has ranges of its own, and what they violated stays written there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import record
from bench.contender import ROOT
from bench.provenance import commit, machine, now
from engine.proof.run import Tally, simulate

NAME = "schedules"
PORTION = 1_000
Ranges = list[dict[str, Any]]


def ranges_in(folder: Path) -> Ranges:
    """What was seen so far, oldest first."""
    kept = record.read(folder, NAME)
    return [] if kept is None else list(kept["ranges"])


def go_on(
    folder: Path, until: int, say: Callable[[str], object], *, portion: int = PORTION, workers: int = 0
) -> Ranges:
    """Run portions until so many schedules were seen in all, one portion at least; the ranges then.

    `workers` processes, 0 for one a core. A portion is written down when it is over.
    """
    version, ranges = commit(ROOT), ranges_in(folder)
    while True:
        first = 1 + max((one["last"] for one in ranges), default=0)
        began, tally = time.monotonic(), Tally()
        for outcome in simulate(first, portion, workers or os.cpu_count() or 1):
            tally.add(outcome)
        ranges = _with(ranges, _range(first, tally, time.monotonic() - began, version))
        record.write(folder, NAME, {"command": "make prove ONLY=million", "ranges": ranges})
        seen = sum(one["schedules"] for one in ranges)
        say(f"{seen:,} of {until:,} schedules seen, {len(tally.violations)} of the last {portion:,} violated something")
        if seen >= until:
            return ranges


def _range(first: int, tally: Tally, seconds: float, version: str) -> dict[str, Any]:
    return {
        "first": first,
        "last": first + tally.schedules - 1,
        "schedules": tally.schedules,
        "orders": tally.orders,
        "fills": tally.fills,
        "lives": tally.lives,
        "violated": {str(seed): list(said) for seed, said in tally.violations.items()},
        "seconds": round(seconds, 1),
        "commit": version,
        "date": now()[:10],
        "machine": machine(),
    }


def _with(ranges: Ranges, new: dict[str, Any]) -> Ranges:
    """The ranges and a new one; what continues the last of them, by the same code on the same day, is made one with it.

    A machine's load is that of its last portion.
    """
    last = ranges[-1] if ranges else None
    if last is None or (last["commit"], last["date"], last["last"] + 1) != (new["commit"], new["date"], new["first"]):
        return [*ranges, new]
    counts = {name: last[name] + new[name] for name in ("schedules", "orders", "fills", "lives")}
    seconds = round(last["seconds"] + new["seconds"], 1)
    violated = {**last["violated"], **new["violated"]}
    return [*ranges[:-1], {**new, **counts, "first": last["first"], "violated": violated, "seconds": seconds}]
