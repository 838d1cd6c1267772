"""backtesting.py on the minute bars that engine_bars prepares; prints one JSON line. Runs in bench/venv.

It knows one symbol at a time: each has a run, and cash, of its own, and their times add up. Scores are an indicator of
the strategy's (`I`), reckoned over the whole column as its users do; entries are market orders with stop and target.
The clock runs from the strategy's `init` to its last `next`, so that its table and its statistics are not counted.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy

from bench.peers import confluence

MINUTE_US = 60_000_000


def scores(high: Any, low: Any, close: Any) -> np.ndarray[Any, Any]:
    """The score at each close; 0 while there is none, since it would leave out the first bar after a NaN."""
    rules = confluence.Confluence()
    rows = zip(high.tolist(), low.tolist(), close.tolist(), strict=True)
    found = [rules.score(*row) for row in rows]
    return np.array([0.0 if score is None else score for score in found])


class Trader(Strategy):  # type: ignore[misc]
    """The default strategy on one symbol; `market` is its name and the opens of its bars."""

    market: tuple[str, list[int]] = ("", [])
    told: dict[str, Any]

    def init(self) -> None:
        """The clock starts; every score is made."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._symbol, self._opened = self.market
        data = self.data
        self._scores = self.I(scores, data.High, data.Low, data.Close)
        self._rules = confluence.Confluence()
        self._last_fill: int | None = None
        self._closed = 0
        Trader.told = {"signals": [], "fills": 0}

    def next(self) -> None:
        """Look at a bar that has closed; at the last the clock stops."""
        bar = len(self.data) - 1
        at_us = self._opened[bar] + MINUTE_US
        signal = self._rules.on_score(at_us, float(self._scores[-1]))
        if signal is not None:
            Trader.told["signals"].append((self._symbol, at_us, signal))
        self._note_fills(bar)
        if self._symbol not in confluence.WATCH_ONLY:
            self._act(at_us, signal)
        if bar == len(self._opened) - 1:
            Trader.told["seconds"] = time.perf_counter() - self._wall
            Trader.told["cpu_seconds"] = time.process_time() - self._cpu

    def _note_fills(self, bar: int) -> None:
        """The cool-down counts from the last fill, an entry's or an exit's."""
        ends = self.closed_trades
        if len(ends) != self._closed:
            self._closed = len(ends)
            Trader.told["fills"] += 1
            self._last_fill = self._opened[bar]
        for trade in self.trades:
            if trade.entry_bar == bar:
                Trader.told["fills"] += 1
                self._last_fill = self._opened[bar]

    def _act(self, at_us: int, signal: str | None) -> None:
        if confluence.minute_of_day(at_us) >= confluence.FLATTEN_FROM or signal == "SELL":
            if self.position:
                self.position.close()
        elif signal == "BUY" and confluence.may_enter(at_us, self._last_fill):
            price = self.data.Close[-1]
            self.buy(
                size=confluence.EQUITY_SHARE,
                sl=price * (1 - confluence.STOP), tp=price * (1 + confluence.TARGET),
            )  # fmt: skip


def main(path: Path) -> None:
    """Run each symbol once and print what came of all."""
    warnings.simplefilter("ignore")  # of trades that are open at the end
    with np.load(path, allow_pickle=False) as file:
        columns = dict(file)
    said: dict[str, Any] = {"seconds": 0.0, "cpu_seconds": 0.0, "bars": 0, "fills": 0, "signals": []}
    for code, symbol in enumerate(columns["symbols"].tolist()):
        rows = columns["codes"] == code
        prices = {name.capitalize(): columns[name][rows] / 100 for name in ("open", "high", "low", "close")}
        opened = columns["at"][rows]
        table = pd.DataFrame({**prices, "Volume": columns["volume"][rows]}, index=pd.to_datetime(opened, unit="us"))
        runner = Backtest(table, Trader, cash=1_000_000, commission=0.0003, exclusive_orders=False)
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):  # its progress bar
            runner.run(market=(symbol, opened.tolist()))
        for name in ("seconds", "cpu_seconds", "fills", "signals"):
            said[name] += Trader.told[name]
        said["bars"] += len(opened)
    said["signals"].sort()
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
