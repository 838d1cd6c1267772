"""Lockstep's engine on the columns that a figure prepares; prints one JSON line. Started by contender.

Timed are `engine_seconds`, the loop alone, with merging the symbols and making the events in it; and the whole from
opening the file on. With the word `stepped` every row is stepped, as a live engine takes it. A number is that of bots,
of which all but the first have one symbol each.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from bench.column_files import read
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.exits import Exits
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import BarColumns, MarketData, TickColumns, day_numbers
from engine.market_data.instruments import instrument_for
from engine.research.backtest import run_backtest

EXITS = Exits(stop_pct=Decimal("0.8"), target_pct=Decimal("1.6"))


def market_data(columns: Any) -> MarketData:
    """The columns as readers would give them: a part a symbol."""
    ticks: list[TickColumns] = []
    bars: list[BarColumns] = []
    codes = columns["codes"].astype(np.int16, copy=False)  # so few that they are sorted in one pass
    order, ends = np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes)).tolist()
    names = columns["symbols"].tolist()
    columns = {name: np.take(column, order) for name, column in columns.items() if name not in ("symbols", "codes")}
    for name, start, end in zip(names, [0, *ends], ends, strict=False):
        instrument = instrument_for(name)
        rows = slice(start, end)
        at = columns["at"][rows]
        days = day_numbers(at, calendar_for(instrument.venue))
        days = np.array(sorted(set(days[np.flatnonzero(np.diff(days, prepend=-1))].tolist())))
        if "price" in columns:
            price, quantity = columns["price"][rows], columns["quantity"][rows]
            ticks.append(TickColumns(instrument, name, at, price, quantity, place=at, days=days))
        else:
            values = {side: columns[side][rows] for side in ("open", "high", "low", "close", "volume")}
            bars.append(BarColumns(instrument, name, "1m", at, **values, days=days))
    return MarketData(tuple(ticks), tuple(bars))


def _other(number: int, data: MarketData) -> BotSpec:
    """A further bot on one symbol, with thresholds of its own."""
    symbol = data.symbols[number % len(data.symbols)]
    given = {"buy_at": 55.0 + number % 40, "sell_at": 55.0 + number % 40}
    return BotSpec(f"bench-{number:03d}", "confluence", (symbol,), parameters=given, exits=EXITS)


def main(path: Path, words: list[str]) -> None:
    """Run once and print what came of it."""
    whole, whole_cpu = time.perf_counter(), time.process_time()
    data = market_data(read(path))
    count = next((int(word) for word in words if word.isdigit()), 1)
    bots = [BotSpec("bench", "confluence", data.symbols, exits=EXITS)]
    bots += [_other(number, data) for number in range(1, count)]
    cpu = time.process_time()
    result = run_backtest(AccountSpec("paper-bench", "bench"), bots, data, stepped="stepped" in words)
    cpu, whole, whole_cpu = time.process_time() - cpu, time.perf_counter() - whole, time.process_time() - whole_cpu
    print(json.dumps({
        "seconds": result.engine_seconds, "whole_seconds": whole,
        "cpu_seconds": cpu, "whole_cpu_seconds": whole_cpu,
        "ticks": result.ticks, "bars": result.bars,
        "fills": len(result.fills), "dropped": result.ticks_dropped, "trades": len(result.trades),
        "signals": sorted((signal.symbol, signal.confirmed_at, signal.type.value) for signal in result.signals),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
