"""Lockstep's engine on the columns that a figure prepares; prints one JSON line. Started by contender.

What is timed is `engine_seconds`: the loop alone, with merging the symbols and making the events in it.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from engine.domain.account import AccountSpec, BotSpec, Exits
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import BarColumns, MarketData, TickColumns, day_numbers
from engine.market_data.instruments import instrument_for
from engine.research.backtest import run_backtest

EXITS = Exits(stop_pct=Decimal("0.8"), target_pct=Decimal("1.6"))


def market_data(columns: Any) -> MarketData:
    """The columns as readers would give them: a part a symbol."""
    ticks: list[TickColumns] = []
    bars: list[BarColumns] = []
    for code, name in enumerate(columns["symbols"].tolist()):
        instrument = instrument_for(name)
        rows = columns["codes"] == code
        at = columns["at"][rows]
        days = np.unique(day_numbers(at, calendar_for(instrument.venue)))
        if "price" in columns:
            price, quantity = columns["price"][rows], columns["quantity"][rows]
            ticks.append(TickColumns(instrument, name, at, price, quantity, place=at, days=days))
        else:
            values = {side: columns[side][rows] for side in ("open", "high", "low", "close", "volume")}
            bars.append(BarColumns(instrument, name, "1m", at, **values, days=days))
    return MarketData(tuple(ticks), tuple(bars))


def main(path: Path) -> None:
    """Run once and print what came of it."""
    with np.load(path, allow_pickle=False) as file:
        data = market_data(dict(file))
    bot = BotSpec("bench", "confluence", data.symbols, exits=EXITS)
    cpu = time.process_time()
    result = run_backtest(AccountSpec("paper-bench", "bench"), [bot], data)
    cpu = time.process_time() - cpu
    print(json.dumps({
        "seconds": result.engine_seconds, "cpu_seconds": cpu, "ticks": result.ticks, "bars": result.bars,
        "fills": len(result.fills), "dropped": result.ticks_dropped, "trades": len(result.trades),
        "signals": sorted((signal.symbol, signal.confirmed_at, signal.type.value) for signal in result.signals),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
