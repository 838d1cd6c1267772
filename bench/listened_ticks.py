"""How long ticks take while the day is recorded and a paper twin follows. Measured by outage_engine."""

from __future__ import annotations

from typing import Any

from bench.contender import NotMeasured
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads, turned
from bench.outage_ticks import HEALTHY, QUANTITIES, one_run

ALONE, RECORDED, BOTH = "alone", "recorded", "recorded_with_twin"
WAYS = {
    ALONE: ("RECORD_DAYS=0", "TWIN=off"),
    RECORDED: ("RECORD_DAYS=1", "TWIN=off"),
    BOTH: ("RECORD_DAYS=1", "TWIN=on"),
}
SECONDS = 30.0

METHOD = f"""\
One engine process of a live account as it is in production, with twenty bots on ten symbols and a thousand ticks a
second, evenly, at ten times the pace of life, for {SECONDS:.0f} s: with nobody listening; while its day is recorded;
and while, besides, a paper twin runs the same bots. Measured is each tick's time from the moment it is put into the
inbox until the engine is done with it and its records are queued for the journal. Every run is a fresh process."""

LIMITS = (
    "The account is dry (nobody armed it), so it sends no orders; its twin does, to the simulated venue.",
    "A thousand ticks a second are thirty times what ten shares of NSE give.",
    "Recorder and twin are threads of the same process: what they cost is waiting for the interpreter's lock.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles of tick times, microseconds. Raises NotMeasured."""
    rounds: list[dict[str, dict[str, float]]] = []
    for number in range(terms.rounds):
        found: dict[str, dict[str, Any]] = {}
        for name in turned(tuple(WAYS), number):
            found[name] = one_run(HEALTHY, "direct", SECONDS, WAYS[name])
            terms.say(f"round {number + 1}, {name}: {found[name]}")
            if found[name]["ticks_per_s"] < 990:
                raise NotMeasured(f"{name}: {found[name]}")
        rounds.append({way: {unit: found[way][unit] for unit in QUANTITIES} for way in WAYS})
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={f"p99_{name}_to_{ALONE}": ratio(rounds, "p99_us", name, ALONE) for name in (RECORDED, BOTH)},
        facts={"ticks_a_second": 1_000, "seconds": SECONDS},
    )


FIGURE = Figure(
    name="listened_ticks",
    title="Ticks while the day is recorded and a paper twin follows",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"p99_{RECORDED}_to_{ALONE}", 1.5, at_most=True),
        Target(f"p99_{BOTH}_to_{ALONE}", 2, at_most=True),
    ),
    measure=measure,
)
