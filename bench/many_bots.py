"""Ticks a second with many bots against few, on the same symbols. Fed by market_columns; measured by ours."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench import contender
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads
from bench.market_columns import tick_days
from bench.rounds import Way, in_rounds, per_second

DAYS = 2
FEW, MANY = "ten_bots", "five_hundred_bots"
WAYS: dict[str, Way] = {
    FEW: (contender.OURS, "bench.ours", ("stepped", "10")),
    MANY: (contender.OURS, "bench.ours", ("stepped", "500")),
}

METHOD = f"""\
The same day of ticks of ten symbols {DAYS} times over through Lockstep's engine, every tick stepped, as live: once with
10 bots, once with 500, each but the first on one symbol with thresholds of its own. One core, a fresh process for
every run; the time is `engine_seconds`. Bars and indicators are made once for all bots on a symbol; what is left is
each bot's own look at the bars that mean something to it, its signals and its orders."""

LIMITS = (
    "All share one account, whose limits keep most of the 500 bots' entries out: an order costs what it costs.",
    "Nobody looks, as in a backtest: bots then sleep through bars that mean nothing to them. Where screens are shown "
    "each bot's decision is written down at every bar.",
)


def measure(terms: Terms) -> Measured:
    """Ticks a second with both, and their ratio within each round. Raises NotMeasured."""
    what, columns = tick_days(terms.data, DAYS)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ticks.npz"
        np.savez(file, **columns)  # type: ignore[arg-type]
        rounds, answers = in_rounds(terms, WAYS, file, lambda answer: per_second(answer, "ticks"), "ticks_per_s")
    counts = {name: {"signals": len(answers[name]["signals"]), "fills": answers[name]["fills"]} for name in WAYS}
    ratios = {f"{unit}_of_{MANY}_to_{FEW}": ratio(rounds, unit, MANY, FEW) for unit in rounds[0][MANY]}
    return Measured(terms.rounds, spreads(rounds), ratios, {"data": what, "days": DAYS, "counts": counts})


FIGURE = Figure(
    name="many_bots",
    title="Engine with 500 bots against 10",
    method=METHOD,
    limits=LIMITS,
    targets=(Target(f"ticks_per_s_of_{MANY}_to_{FEW}", 0.6),),
    measure=measure,
)
