"""The market that the engines are measured on, as columns in one file. Fed by a folder of real data, or by the seed.

Ticks are cleaned first, by the engine's own guard, so that both sides of a figure get the same ones. A file holds
`symbols`, and rows in the order of market time: `codes` (an index into symbols), `at` (microseconds; of a bar, its
open), prices in paise, volumes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.core.engine import Engine
from engine.domain.account import AccountSpec
from engine.domain.events import InstrumentListed, SessionOpened
from engine.domain.instant import DAY
from engine.market_data.columns import MarketData
from engine.market_data.merge import pieces
from engine.market_data.readers import read_market_data
from engine.market_data.runs import BarRun, TickRun
from engine.simulation.demo_market import SYMBOLS, DemoMarket
from engine.strategies.registry import make

Columns = dict[str, npt.NDArray[np.generic]]

TICK_DAY = Path("nse_ticks_2021_raw") / "2021-04-28"  # a full day of ten symbols
BAR_FOLDER = Path("nse_stocks_2021_1min")
SEED = 7
# Whole shares only: the coin trades in fractions, which not every peer's shares do.
GENERATED = tuple(symbol for symbol in SYMBOLS if symbol != "BTC-INR")


def tick_days(data: Path | None, repeats: int) -> tuple[str, Columns]:
    """A clean day of ticks, `repeats` days in a row, and what it is; generated where `data` holds no ticks."""
    folder = _found(data, TICK_DAY)
    if folder is not None:
        market = read_market_data([folder])
        if market.ticks:
            return f"NSE ticks of {folder.name}", repeated(cleaned(market), repeats)
    return f"a generated day (seed {SEED})", repeated(_generated_ticks(), repeats)


def minute_bars(data: Path | None) -> tuple[str, Columns]:
    """Minute bars and what they are; generated where `data` holds none."""
    folder = _found(data, BAR_FOLDER)
    if folder is not None:
        market = read_market_data([folder])
        if market.bars:
            return f"NSE minute bars, {folder.name}", bars_of(market)
    return f"twenty generated days (seed {SEED})", _generated_bars(20)


def _found(data: Path | None, usual: Path) -> Path | None:
    """The usual folder below `data`, or `data` itself."""
    if data is None:
        return None
    return data / usual if (data / usual).is_dir() else data


def cleaned(market: MarketData) -> Columns:
    """The rows that the engine's guard takes, by market time."""
    engine = Engine(AccountSpec("paper-bench", "bench"), make, views=False)
    for instrument in market.instruments:
        engine.process(InstrumentListed(instrument))
    codes = {symbol: code for code, symbol in enumerate(market.symbols)}
    kept: list[tuple[int, int, int, float]] = []
    for piece in pieces(market):
        if isinstance(piece, SessionOpened):
            engine.process(piece)
        elif isinstance(piece, TickRun):
            for tick in piece.events():
                if engine.admits(tick):
                    kept.append((codes[tick.symbol], tick.at, tick.price, tick.quantity))
                engine.process(tick)
    return _by_time(market.symbols, kept)


def _by_time(symbols: tuple[str, ...], rows: list[tuple[int, int, int, float]]) -> Columns:
    code, at, price, quantity = zip(*rows, strict=True)
    order = np.argsort(np.array(at), kind="stable")
    return {
        "symbols": np.array(symbols),
        "codes": np.array(code, dtype=np.int16)[order],
        "at": np.array(at)[order],
        "price": np.array(price)[order],
        "quantity": np.array(quantity, dtype=np.float64)[order],
    }


def repeated(columns: Columns, repeats: int) -> Columns:
    """The same rows on so many days in a row."""
    rows = len(columns["at"])
    shifts = np.repeat(np.arange(repeats, dtype=np.int64) * DAY, rows)
    tiled = {name: np.tile(values, repeats) for name, values in columns.items() if name != "symbols"}
    return {**tiled, "at": tiled["at"].astype(np.int64) + shifts, "symbols": columns["symbols"]}


def bars_of(market: MarketData) -> Columns:
    """Bars in the order of their opens; symbols in their own order within one."""
    runs = [piece for piece in pieces(market) if isinstance(piece, BarRun)]
    columns: Columns = {"symbols": np.array(market.symbols)}
    taken = {"codes": "codes", "at": "open_at", "open": "open", "high": "high", "low": "low", "close": "close",
             "volume": "volume"}  # fmt: skip
    whole = {name: np.concatenate([getattr(run, source)[run.closes] for run in runs]) for name, source in taken.items()}
    order = np.lexsort((whole["codes"], whole["at"]))
    return columns | {name: values[order] for name, values in whole.items()}


def _generated_ticks() -> Columns:
    market = DemoMarket(SEED)
    rows: list[tuple[int, int, int, float]] = []
    for code, symbol in enumerate(GENERATED):
        ticks = market.ticks(1, symbol)
        clean = ticks.clean
        parts = (ticks.at[clean].tolist(), ticks.price[clean].tolist(), ticks.quantity[clean].tolist())
        rows += [(code, at, price, quantity) for at, price, quantity in zip(*parts, strict=True)]
    return _by_time(GENERATED, rows)


def _generated_bars(days: int) -> Columns:
    market = DemoMarket(SEED)
    bars = [bar for day in range(1, days + 1) for bar in market.bars(day) if bar.symbol in GENERATED]
    columns: Columns = {"symbols": np.array(GENERATED), "at": np.array([bar.open_at for bar in bars])}
    columns["codes"] = np.array([GENERATED.index(bar.symbol) for bar in bars])
    for name in ("open", "high", "low", "close", "volume"):
        columns[name] = np.array([getattr(bar, name) for bar in bars])
    return columns
