"""What an engine process with a thousand bots costs: CPU and memory. Measured by beside_engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.children import answer, child, tell
from bench.contender import NotMeasured
from bench.emulated import on_emulator
from bench.figure import Figure, Measured, Target, Terms, spread, spreads

BOTS, SYMBOLS, SPEED = 1_000, 200, 2
SHARE, MEMORY_MB = 0.6, 600.0
SECONDS = 30.0  # one minute of the market closes in it
WARM_S = 4.0
WAY = "a_thousand_bots"
QUANTITIES = ("cpu_pct", "peak_mb", "p50_us", "p99_us", "documents_per_s")

METHOD = f"""\
One engine process as it is in production, on paper, with {BOTS:,} bots, each on two of {SYMBOLS} symbols, a thousand
ticks a second, evenly, and a screen that watches, on a Firestore emulator, fresh and warmed in each round. The market
goes at {SPEED} times the pace of life, so that the {SECONDS:.0f} s that are measured have one close of a minute, at
which all bars close and all bots decide; in life there are as many in twice the time. CPU is all of the process's
threads'; memory is the most that the process ever had, its start included."""

LIMITS = (
    "The ticks are made in the engine's process, which counts against it.",
    "All bots share one account, whose limits keep most entries out.",
)


def measure(terms: Terms) -> Measured:
    """Share of a core and megabytes. Raises NotMeasured, and StackError without an emulator."""
    rounds: list[dict[str, dict[str, float]]] = []
    for number in range(terms.rounds):
        with on_emulator() as env:
            found = one_run(env, (BOTS, SYMBOLS, SPEED))
        terms.say(f"round {number + 1}: {found}")
        if found["ticks_per_s"] < 990:
            raise NotMeasured(f"not all ticks came: {found}")
        rounds.append({WAY: {unit: found[unit] for unit in QUANTITIES}})
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={
            "share_of_a_core": spread([one[WAY]["cpu_pct"] / 100 for one in rounds], 3),
            f"memory_to_{MEMORY_MB:.0f}_mb": spread([one[WAY]["peak_mb"] / MEMORY_MB for one in rounds], 3),
        },
        facts={"bots": BOTS, "symbols": SYMBOLS, "ticks_a_second": 1_000, "seconds": SECONDS},
    )


def one_run(
    env: Mapping[str, str], shape: tuple[int, int, int], seconds: float = SECONDS, warm_s: float = WARM_S
) -> dict[str, Any]:
    """One fresh engine; `shape`: its bots, symbols and market seconds a second."""
    with child(None, "bench.beside_engine", *(f"{one}" for one in shape), f"{warm_s:g}", env=env) as engine:
        answer(engine)  # warm
        tell(engine, json.dumps({"seconds": seconds}))
        found: dict[str, Any] = json.loads(answer(engine))
        return found


FIGURE = Figure(
    name="thousand_bots",
    title="A thousand bots in one engine process",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target("share_of_a_core", SHARE, at_most=True),
        Target(f"memory_to_{MEMORY_MB:.0f}_mb", 1, at_most=True),
    ),
    measure=measure,
)
