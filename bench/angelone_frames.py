"""A thousand symbols of Angel One at a frame a second each, from the broker's socket to the engine. Measured by
frames_engine beside a loopback broker in a process of its own.
"""

from __future__ import annotations

import json
import os
from typing import Any

from bench.children import answer, child
from bench.contender import NotMeasured
from bench.figure import Figure, Measured, Target, Terms, spread, spreads, turned

SECONDS = 15.0
MODES = {"snap_quote": "3", "quote": "2"}
WAYS = {"one_after_the_other": ("--spread",), "all_at_once": ()}
QUANTITIES = ("frames_per_s", "ticks_per_s", "feed_cpu_pct", "engine_cpu_pct", "p50_us", "p99_us", "p999_us")
BROKER = ("--plain", "--walk", "1", "--timed", "--invented", "1000", "--at", "2026-11-23T10:00:00+05:30")
EVEN = "one_after_the_other"

METHOD = f"""\
The production's feed (three connections of Angel One's market socket), inbox and engine with twenty bots, in one
process on one core; a loopback broker that speaks the socket's protocol in another, on another core where there are
two. Both run before every other program of the machine, where the system allows that, as on a machine that has nothing
else to do. Each of a thousand symbols trades once a second, so that every frame is a tick, for {SECONDS:.0f} s: one
after the other over the second, and, as a second row, all of them at one moment. Once with SnapQuote frames (379
bytes), once with Quote frames (123). A frame's way is measured from the moment it leaves the broker, by the same
machine's monotonic clock, until the engine is done with its tick: the socket, reading, parsing, the rules, the inbox
and the engine's turn are all in it. The feed's CPU is that of its threads alone: reading the sockets, parsing, rules,
and handing over; the engine's is beside it."""

LIMITS = (
    "The sockets are not encrypted here; TLS adds its own cost a message.",
    "Where other programs have the cores too, and go first, the slowest hundredth of frames waits for them.",
    "A thousand symbols whose every frame is a trade are more than the market gives: most frames repeat.",
    "All at one moment, the last of a thousand frames has to wait for the others: that row is about queueing.",
    "The broker is a Python program on the same machine, and sends late when it is held up: that counts against us.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles in microseconds and shares of a core. Raises NotMeasured."""
    rounds: list[dict[str, dict[str, float]]] = []
    before_others = True
    contenders = {f"{mode}_{way}": (mode, way) for mode in MODES for way in WAYS}
    for number in range(terms.rounds):
        found: dict[str, dict[str, Any]] = {}
        for name in turned(tuple(contenders), number):
            mode, way = contenders[name]
            found[name] = one_run(MODES[mode], WAYS[way])
            terms.say(f"round {number + 1}, {name}: {found[name]}")
            before_others = before_others and found[name]["before_others"]
            if found[name]["ticks_per_s"] < 900 or found[name]["unreadable"] or found[name]["reconnects"]:
                raise NotMeasured(f"{name}: {found[name]}")
        rounds.append({name: {unit: found[name][unit] for unit in QUANTITIES} for name in contenders})
    ratios = {}
    for mode in MODES:
        even = [one[f"{mode}_{EVEN}"] for one in rounds]
        ratios[f"{mode}_feed_share_of_a_core"] = spread([one["feed_cpu_pct"] / 100 for one in even], 3)
        ratios[f"{mode}_p99_ms"] = spread([one["p99_us"] / 1_000 for one in even], 3)
    facts = {"symbols": 1_000, "connections": 3, "seconds": SECONDS, "before_other_programs": before_others}
    return Measured(rounds=terms.rounds, ways=spreads(rounds), ratios=ratios, facts=facts)


def one_run(mode: str, how: tuple[str, ...]) -> dict[str, Any]:
    """One fresh broker and one fresh engine."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else [0]
    with child(cores[0], "tests.brokers.angelone", *BROKER, *how) as broker:
        told = answer(broker)
        with child(cores[-1], "bench.frames_engine", told, mode, f"{SECONDS:g}") as engine:
            before_others = [goes_before_others(process.pid) for process in (broker, engine)]
            result: dict[str, Any] = json.loads(answer(engine))
    return {**result, "before_others": all(before_others)}


def goes_before_others(pid: int) -> bool:
    """Let a process run before all others of the machine, as on one of its own; False where that is not allowed."""
    try:
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(10))
    except (AttributeError, OSError):
        return False
    return True


FIGURE = Figure(
    name="angelone_frames",
    title="A thousand symbols of Angel One, from socket to engine",
    method=METHOD,
    limits=LIMITS,
    targets=tuple(
        target
        for mode in MODES
        for target in (
            Target(f"{mode}_feed_share_of_a_core", 0.15, at_most=True),
            Target(f"{mode}_p99_ms", 2.0, at_most=True),
        )
    ),
    measure=measure,
)
