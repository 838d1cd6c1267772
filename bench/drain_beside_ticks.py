"""How long ticks take while documents drain into Firestore, beside the same engine without any. Measured by
beside_engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.beside_engine import SHAPE, WARM_S
from bench.children import answer, child, tell
from bench.contender import NotMeasured
from bench.emulated import on_emulator
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads, turned

DOCUMENTS = 500
NONE, EVENLY, AT_ONCE = "no_drain", "one_by_one", "all_at_once"
WAYS: Mapping[str, Mapping[str, Any]] = {
    NONE: {},
    EVENLY: {"signals": DOCUMENTS},
    AT_ONCE: {"signals": DOCUMENTS, "at_once": True},
}
SECONDS = 12.0  # two minutes of the market close in it
QUANTITIES = ("p50_us", "p99_us", "p999_us", "cpu_pct", "documents_per_s")

METHOD = f"""\
One engine process as it is in production, with twenty bots on ten symbols and a thousand ticks a second, evenly, at ten
times the pace of life, on a Firestore emulator, fresh and warmed in each round; a screen is watching. Ticks bring
{DOCUMENTS} signals a second with them, each a document of its own: every other tick one, or one tick a second all
of them, as when many bots decide at the same close. They go the whole way meanwhile: journal, disk, relay, fenced
commits, noted as delivered. Measured is each tick's time from the moment it is put into the inbox until the engine is
done with it and its records are queued for the journal, {SECONDS:.0f} s each way, by turns in the same process."""

LIMITS = (
    "Without a drain the engine still publishes what its own bots do: the documents a second of that row.",
    "The emulator shares the machine's cores with the engine; Firestore would not.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles of tick times, microseconds. Raises NotMeasured, and StackError without an emulator."""
    rounds: list[dict[str, dict[str, float]]] = []
    for number in range(terms.rounds):
        with on_emulator() as env:
            found = one_round(env, turned(tuple(WAYS), number))
        for name in WAYS:
            terms.say(f"round {number + 1}, {name}: {found[name]}")
        check(found)
        rounds.append({way: {unit: found[way][unit] for unit in QUANTITIES} for way in WAYS})
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={f"p99_{name}_to_{NONE}": ratio(rounds, "p99_us", name, NONE) for name in (EVENLY, AT_ONCE)},
        facts={"ticks_a_second": 1_000, "documents_a_second": DOCUMENTS, "seconds": SECONDS},
    )


def one_round(
    env: Mapping[str, str], order: Sequence[str], seconds: float = SECONDS, warm_s: float = WARM_S
) -> dict[str, dict[str, Any]]:
    """Every way once, in one fresh engine."""
    with child(None, "bench.beside_engine", *SHAPE, f"{warm_s:g}", env=env) as engine:
        answer(engine)  # warm
        found = {}
        for name in order:
            tell(engine, json.dumps({"seconds": seconds, **WAYS[name]}))
            found[name] = json.loads(answer(engine))
        return found


def check(found: Mapping[str, Mapping[str, Any]]) -> None:
    """Every tick must have come and every document have gone; raises NotMeasured."""
    for name, one in found.items():
        wanted = 0.95 * WAYS[name].get("signals", 0)
        if one["ticks_per_s"] < 990 or one["documents_per_s"] < wanted:
            raise NotMeasured(f"{name}: {one}")


FIGURE = Figure(
    name="drain_beside_ticks",
    title="Ticks while 500 documents a second drain",
    method=METHOD,
    limits=LIMITS,
    targets=tuple(Target(f"p99_{name}_to_{NONE}", 15, at_most=True) for name in (EVENLY, AT_ONCE)),
    measure=measure,
)
