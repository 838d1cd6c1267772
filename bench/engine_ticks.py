"""The engine beside NautilusTrader on ticks. Fed by market_columns; measured by ours and peers/nautilus_ticks."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import contender
from bench.column_files import write
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads
from bench.market_columns import tick_days
from bench.rounds import Answer, Way, in_rounds, per_second, same_work

DAYS = 7
OURS, SKIPS, NAUTILUS = "lockstep", "lockstep_skipping_ahead", "nautilus_trader"
WAYS: dict[str, Way] = {
    OURS: (contender.OURS, "bench.ours", ("stepped",)),
    SKIPS: (contender.OURS, "bench.ours", ()),
    NAUTILUS: (contender.PEERS, "bench.peers.nautilus_ticks", ()),
}

METHOD = f"""\
The same day of ticks {DAYS} times over, on consecutive dates, through Lockstep's engine and through NautilusTrader
1.221, one core, a fresh process for every run. Both get the same ticks: those that the engine's tick guard admits
(no repeats, none out of order or outside the session). Both follow the same rules: one-minute bars made from the
ticks; RSI 14, EMA 12/26, MACD and ATR 14; the `confluence` score with candidate, confirmation and cool-down; entries
of 5 % of equity at the market inside the entry window, stop 0.8 %, target 1.6 %, long only, exit on the opposite
signal, flat from 14:55.

Lockstep is measured twice: every tick stepped through the engine, as live, and as a backtest runs, which takes whole
minutes at once where nothing can happen (the result is the same, which `make prove` and tests prove). Its ticks a
second are those of `engine_seconds`: merging the symbols and making the tick events is in it. Nautilus's are those of
`run()` alone: its ticks are made and added before. Reading the file counts on neither side there; in the row of whole
ticks it counts on both, from opening the same columns on, with all that has to be made of them. Nautilus runs
as it is meant to: trade ticks, bars aggregated by it, a Python strategy, bracket orders resting at its simulated
venue, logging off, no statistics. Both must have made the same signals, symbol by symbol and minute by minute, or
there is no figure."""

LIMITS = (
    "Nautilus also keeps a message bus, a cache and an order book for each instrument; Lockstep's engine keeps books, "
    "risk checks and charges in Decimal. The rules are the same, the machinery is not.",
    "Fills differ: Lockstep fills at the next tick, one basis point worse, and measures a position's stop from its "
    "average price; Nautilus fills at the last price and gives each entry a bracket of its own.",
    "Nautilus takes no trade of size 0, so ticks that only carry a price have size 1 there. They are stamped one "
    "nanosecond later, so that its bars hold the same ticks.",
    "Between the days Nautilus's bar timers run through the nights; on one day alone it was up to 7 % faster.",
    "The per-CPU-second rows do not count the time in which another program had the core.",
)


def measure(terms: Terms) -> Measured:
    """Ticks a second of both, and the ratio within each round. Raises NotMeasured, also where the signals differ."""
    what, columns = tick_days(terms.data, DAYS)
    with tempfile.TemporaryDirectory() as folder:
        file = write(columns, Path(folder) / "ticks")
        rounds, answers = in_rounds(terms, WAYS, file, _quantities, "ticks_per_s")
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={
            **{f"{unit}_to_{NAUTILUS}": ratio(rounds, unit, OURS, NAUTILUS) for unit in rounds[0][OURS]},
            **{f"{SKIPS}_{unit}_to_{NAUTILUS}": ratio(rounds, unit, SKIPS, NAUTILUS) for unit in rounds[0][SKIPS]},
        },
        facts={"data": what, "days": DAYS, **same_work(answers, OURS)},
    )


def _quantities(answer: Answer) -> dict[str, float]:
    return {
        **per_second(answer, "ticks"),
        "ticks_from_file_per_s": answer["ticks"] / answer["whole_seconds"],
        "ticks_from_file_per_cpu_s": answer["ticks"] / answer["whole_cpu_seconds"],
    }


FIGURE = Figure(
    name="engine_ticks",
    title="Engine on ticks, beside NautilusTrader",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"ticks_per_s_to_{NAUTILUS}", 5),
        Target(f"{SKIPS}_ticks_from_file_per_s_to_{NAUTILUS}", 25),
    ),
    measure=measure,
)
