"""How long ticks take while Firestore is away, beside the same engine with it there. Measured by outage_engine."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from typing import Any

from bench.children import answer, child, tell
from bench.contender import NotMeasured
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads, turned

HEALTHY = "healthy"
OUTAGES = {  # and the address of the store that the engine is given
    "refused": "direct",
    "blackhole": "proxy",
    "unavailable": "direct",
}
SECONDS = 30.0
QUANTITIES = ("p50_us", "p99_us", "p999_us", "cpu_pct", "grown_mb")

METHOD = f"""\
One engine process as it is in production (session, journal on disk, relay, control watch, lease, snapshots), with
twenty bots on ten symbols and a thousand ticks a second, evenly, at ten times the pace of life; a screen is watching.
Measured is each tick's time from the moment it is put into the inbox until the engine is done with it and its records
are queued for the journal, for {SECONDS:.0f} s from the first moment of an outage: the store's port refuses; the
network swallows everything; every call is answered UNAVAILABLE; and once with the store there. Every run is a fresh
process; the store is a small fake in a process of its own, on another core where there are two."""

LIMITS = (
    "A healthy store's commits cost the engine's process CPU that an outage saves, so a ratio below 1 is no wonder.",
    "The fake Firestore is not Firestore: here it only has to answer, or not to.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles of tick times, microseconds. Raises NotMeasured."""
    rounds: list[dict[str, dict[str, float]]] = []
    facts: dict[str, Any] = {}
    ways = {HEALTHY: "direct", **OUTAGES}
    for number in range(terms.rounds):
        found: dict[str, dict[str, Any]] = {}
        for name in turned(tuple(ways), number):
            found[name] = one_run(name, ways[name])
            terms.say(f"round {number + 1}, {name}: {found[name]}")
        check(found)
        waiting = {way: found[way]["depth"] for way in ways}
        facts = {"ticks_a_second": 1_000, "seconds": SECONDS, "records_waiting_at_the_end": waiting}
        rounds.append({way: {name: found[way][name] for name in QUANTITIES} for way in ways})
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={f"p99_{name}_to_healthy": ratio(rounds, "p99_us", name, HEALTHY) for name in OUTAGES},
        facts=facts,
    )


def check(found: dict[str, dict[str, Any]]) -> None:
    """Every tick must have come, and the outage must have been one; raises NotMeasured."""
    for name, one in found.items():
        if one["ticks_per_s"] < 990 or (one["store_state"] != "healthy") is not (name in OUTAGES):
            raise NotMeasured(f"{name}: {one}")


def one_run(name: str, address: str, seconds: float = SECONDS, listeners: Sequence[str] = ()) -> dict[str, Any]:
    """One fresh store and one fresh engine, with `listeners` as settings of a live account (see outage_engine)."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else [0]
    with tempfile.TemporaryDirectory() as folder, child(cores[0], "bench.failing_store") as store:
        host = json.loads(answer(store))[address]
        with child(cores[-1], "bench.outage_engine", host, folder, f"{seconds:g}", *listeners) as engine:
            answer(engine)  # warm
            tell(store, name)
            answer(store)
            tell(engine, "measure")
            result: dict[str, Any] = json.loads(answer(engine))
            return result


FIGURE = Figure(
    name="outage_ticks",
    title="Ticks while Firestore is away",
    method=METHOD,
    limits=LIMITS,
    targets=tuple(Target(f"p99_{name}_to_healthy", 1.5, at_most=True) for name in OUTAGES),
    measure=measure,
)
