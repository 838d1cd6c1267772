"""A year of minute bars from a folder through a backtest; prints one JSON line. Started by year_of_bars, on one core.

What is measured is all that `lockstep backtest` does between its words and its result: reading the files, merging,
trading, the summary's figures. `peak_mb` is the most memory the process ever held, as the system counts it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from engine.domain.account import AccountSpec, BotSpec
from engine.market_data.readers import read_market_data
from engine.research.backtest import run_backtest
from engine.research.summary import summarize

BOTS = (
    ("balanced", "confluence", {}),
    ("conservative", "confluence", {"preset": "conservative"}),
    ("range", "opening_range", {}),
)


def main(folder: Path, bots: int) -> None:
    """Run once and print what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    data = read_market_data([folder])
    loaded = time.perf_counter() - wall
    specs = [BotSpec(name, strategy, data.symbols, parameters=given) for name, strategy, given in BOTS[:bots]]
    result = run_backtest(AccountSpec("paper-year", "bench"), specs, data)
    summarize(result, load_seconds=loaded, wall_seconds=time.perf_counter() - wall)
    print(json.dumps({
        "seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu, "load_seconds": loaded,
        "engine_seconds": result.engine_seconds, "bars": result.bars, "symbols": len(data.symbols),
        "signals": len(result.signals), "fills": len(result.fills), "days": len(result.days),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
