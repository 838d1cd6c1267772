"""A year of minute bars of a hundred symbols: how long, how much memory. Measured by year_run on generated files."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from bench import contender
from bench.figure import Figure, Measured, Target, Terms, spread, spreads, turned
from engine.domain.instant import MINUTE
from engine.market_data.calendar import calendar_for

SYMBOLS, FROM, UNTIL = 100, date(2025, 1, 1), date(2025, 12, 31)
SEED = 11
WITHIN_S, WITHIN_MB = 60.0, 1_000.0
WAYS = {"one_bot": 1, "three_bots": 3}

METHOD = f"""\
A generated year ({FROM} to {UNTIL}, every session of NSE's calendar) of minute bars of {SYMBOLS} symbols, one Parquet
file a symbol, prices a random walk of 0.05 % a minute (seed {SEED}), every bar present. One process on one core does
what `lockstep backtest` does: reads the files, merges them, trades them with the live engine, reckons the summary. One
bot is the default strategy on all symbols; three are that, its conservative preset and `opening_range`, each on all
symbols. Time is the process's own, on its core, from the first file to the summary (the wall clock's stands beside it:
it counts other programs too); memory is the peak of what the system counts
for it. The ratios are to the targets of {WITHIN_S:g} s and {WITHIN_MB:g} MB, for one bot and for three."""

LIMITS = (
    "A random walk has no trends to speak of, so it gives fewer signals a bar than a market does: "
    "the figure beside backtrader has a market's.",
)


def measure(terms: Terms) -> Measured:
    """Seconds and megabytes of both, and their ratios to the targets. Raises NotMeasured."""
    rounds: list[dict[str, dict[str, float]]] = []
    answers: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        write_year(Path(folder))
        for number in range(terms.rounds):
            found = {}
            for name in turned(tuple(WAYS), number):
                answer = answers[name] = contender.run(contender.OURS, "bench.year_run", folder, str(WAYS[name]))
                found[name] = {
                    "seconds": answer["seconds"],
                    "cpu_seconds": answer["cpu_seconds"],
                    "peak_mb": answer["peak_mb"],
                    "bars_per_s": answer["bars"] / answer["seconds"],
                }
                terms.say(f"round {number + 1}, {name}: {answer['seconds']:.1f} s, {answer['peak_mb']:.0f} MB")
            rounds.append({name: found[name] for name in WAYS})
    ratios = {}
    for name in WAYS:
        ratios[f"{name}_seconds_to_target"] = spread([one[name]["cpu_seconds"] / WITHIN_S for one in rounds], 3)
        ratios[f"{name}_memory_to_target"] = spread([one[name]["peak_mb"] / WITHIN_MB for one in rounds], 3)
    counts = {name: {key: answers[name][key] for key in ("bars", "signals", "fills", "days")} for name in WAYS}
    return Measured(terms.rounds, spreads(rounds), ratios, {"data": f"generated (seed {SEED})", "counts": counts})


def write_year(folder: Path) -> None:
    """A Parquet file a symbol, of prices in rupees on ticks of five paise."""
    calendar = calendar_for("NSE")
    sessions = [calendar.session_on(date.fromordinal(day)) for day in range(FROM.toordinal(), UNTIL.toordinal() + 1)]
    at = np.concatenate([np.arange(one.open_at, one.close_at, MINUTE) for one in sessions if one is not None])
    chance = np.random.default_rng(SEED)
    for number in range(SYMBOLS):
        walk = chance.uniform(200, 3_000) * np.exp(np.cumsum(chance.normal(0, 0.0005, len(at))))
        open_ = np.concatenate((walk[:1], walk[:-1]))
        spread_ = np.abs(chance.normal(0, 0.0003, (2, len(at)))) * walk
        ticks = [open_, np.maximum(open_, walk) + spread_[0], np.minimum(open_, walk) - spread_[1], walk]
        prices = [np.round(np.maximum(side, 1.0) * 20) / 20 for side in ticks]
        columns = dict(zip(("open", "high", "low", "close"), prices, strict=True))
        ts = pa.array(at, type=pa.timestamp("us", tz="UTC"))
        volume = chance.integers(0, 5_000, len(at)).astype(np.float64)
        parquet.write_table(pa.table({"ts": ts, **columns, "volume": volume}), folder / f"YEAR{number:03d}.parquet")


FIGURE = Figure(
    name="year_of_bars",
    title="A year of minute bars of a hundred symbols",
    method=METHOD,
    limits=LIMITS,
    targets=tuple(
        Target(f"{name}_{what}_to_target", 1.0, at_most=True) for name in WAYS for what in ("seconds", "memory")
    ),
    measure=measure,
)
