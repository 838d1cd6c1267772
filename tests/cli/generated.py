"""Small market data files of generated days, in every form of the contract, and bots for them. Feeds tests of the CLI
and of research.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from engine.domain.instant import MINUTE, iso
from engine.simulation.demo_market import DemoMarket

SYMBOLS = ("RELIANCE", "TATAMOTORS")
MARKET = DemoMarket(5)
DAY = 2
BUSY = ("buy_at=45", "sell_at=45", "confirm_s=120", "cooldown_s=300")
"""Parameters with which three hours bring a few trades."""

Rows = list[tuple[str, str, float, float]]


def tick_rows(symbols: Sequence[str] = SYMBOLS, minutes: int = 180, day: int = DAY) -> Rows:
    """(ts, symbol, price, quantity) of the first minutes of a day, symbol by symbol."""
    until = MARKET.session(day).open_at + minutes * MINUTE
    rows: Rows = []
    for symbol in symbols:
        ticks = MARKET.ticks(day, symbol)
        rows += [
            (iso(at), symbol, price / 100, quantity)
            for at, price, quantity in zip(
                ticks.at.tolist(), ticks.price.tolist(), ticks.quantity.tolist(), strict=True
            )
            if at < until
        ]
    return rows


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    """A CSV file, gzipped where its name says so."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def write_ticks(path: Path, rows: Rows) -> Path:
    """A tick file with a symbol column: CSV, CSV.gz or Parquet, as its name says."""
    names = ("ts", "symbol", "price", "quantity")
    if path.suffix != ".parquet":
        return write_csv(path, names, rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    return path


def write_cumulative(folder: Path, rows: Rows) -> Path:
    """The same ticks as a folder of files named by symbol, `timestamp,ltp,volume` with the day's volume so far."""
    for symbol in sorted({row[1] for row in rows}):
        volume, lines = 0.0, []
        for at, name, price, quantity in rows:
            if name == symbol:
                volume += quantity
                lines.append((at, price, volume))
        write_csv(folder / f"{symbol}.csv", ("timestamp", "ltp", "volume"), lines)
    return folder


def write_bars(path: Path, days: Sequence[int], symbols: Sequence[str] = SYMBOLS) -> Path:
    """Minute bars of whole days."""
    rows = [
        (iso(bar.open_at), bar.symbol, bar.open / 100, bar.high / 100, bar.low / 100, bar.close / 100, bar.volume)
        for day in days
        for bar in MARKET.bars(day)
        if bar.symbol in symbols
    ]
    return write_csv(path, ("ts", "symbol", "open", "high", "low", "close", "volume"), rows)


def write_bots(path: Path, **changes: Any) -> Path:
    """Two bots of different width as JSON; `changes` are fields of the file."""
    said = {
        "cash": 500_000,
        "seed": 7,
        "risk_policy": {"at_risk_max_pct": 40},
        "bots": [
            {"id": "quick", "strategy": "confluence", "symbols": ["RELIANCE", "TATAMOTORS"],
             "parameters": {"confirm_s": 120, "cooldown_s": 300, "buy_at": 45, "sell_at": 45},
             "exits": {"stop_pct": 0.4, "target_pct": 0.8}},
            {"id": "slow", "strategy": "confluence", "symbols": ["RELIANCE"], "timeframe": "3m",
             "parameters": {"confirm_s": 0, "buy_at": 40, "sell_at": 40}},
        ],
    }  # fmt: skip
    path.write_text(json.dumps(said | changes))
    return path
