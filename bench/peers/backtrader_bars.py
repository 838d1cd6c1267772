"""backtrader on the minute bars that engine_bars prepares; prints one JSON line. Runs in bench/venv.

All symbols are feeds of one Cerebro, preloaded, `runonce`, no observers, no analyzers; entries are bracket orders. The
clock runs from the strategy's start to its stop, so that preloading is not counted. Indicators are backtrader's own, as
its users write, or with `plain` the ones of confluence.py, which are faster here.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import backtrader as bt
import numpy as np

from bench.peers import confluence

MINUTE_US = 60_000_000
WARM_BARS = 34  # 26 for the slow average, 8 more for the MACD's signal


class Columns(bt.feed.DataBase):  # type: ignore[misc]
    """One symbol's bars as a feed."""

    params = (("rows", ()), ("symbol", ""))

    def start(self) -> None:
        """Begin at the first row."""
        super().start()
        self._rows = iter(self.p.rows)

    def _load(self) -> bool:
        row = next(self._rows, None)
        if row is None:
            return False
        at, *prices, volume = row
        lines = self.lines
        lines.datetime[0] = bt.date2num(datetime.fromtimestamp(at / 1e6, UTC).replace(tzinfo=None))
        lines.open[0], lines.high[0], lines.low[0], lines.close[0] = (price / 100 for price in prices)
        lines.volume[0], lines.openinterest[0] = volume, 0
        return True


class Indicators:
    """backtrader's own on one feed. Their seeds are the contract's."""

    def __init__(self, data: Columns) -> None:
        self._rsi = bt.indicators.RSI(data, period=14, safediv=True)
        self._fast, self._slow = bt.indicators.EMA(data, period=12), bt.indicators.EMA(data, period=26)
        self._macd = bt.indicators.MACDHisto(data)
        self._atr = bt.indicators.ATR(data, period=14)

    def score(self) -> float | None:
        """The score at the present bar."""
        atr = self._atr[0]
        if atr == 0.0:
            return None
        return confluence.score_of(self._rsi[0], self._fast[0] - self._slow[0], self._macd.histo[0], atr)


class Trader(bt.Strategy):  # type: ignore[misc]
    """The default strategy on all feeds. `opened` has each feed's opens, since a feed's own times are slow to read."""

    params = (("opened", ()), ("plain", False))

    def __init__(self) -> None:
        self._indicators = [None if self.p.plain else Indicators(data) for data in self.datas]
        self._rules = [confluence.Confluence() for _ in self.datas]
        self._seen = [0] * len(self.datas)
        self._last_fill: dict[str, int] = {}
        self._brackets: dict[str, list[bt.Order]] = {data.p.symbol: [] for data in self.datas}
        self._opened = {data.p.symbol: opened for data, opened in zip(self.datas, self.p.opened, strict=True)}
        self.signals: list[tuple[str, int, str]] = []
        self.bars = self.fills = 0
        self.wall = self.cpu = 0.0

    def start(self) -> None:
        """The clock starts."""
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """The clock stops."""
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu

    def prenext(self) -> None:
        """Some feeds begin later than others; the rest trade."""
        self.next()

    def next(self) -> None:
        """Look at every feed that has a new bar."""
        for number, data in enumerate(self.datas):
            if len(data) > self._seen[number]:
                self._seen[number] = len(data)
                self._judge(data, self._rules[number], self._indicators[number])

    def _judge(self, data: Columns, rules: confluence.Confluence, indicators: Indicators | None) -> None:
        self.bars += 1
        symbol = data.p.symbol
        at_us = self._opened[symbol][len(data) - 1] + MINUTE_US
        if indicators is None:
            signal = rules.on_close(at_us, data.high[0], data.low[0], data.close[0])
        else:
            signal = rules.on_score(at_us, indicators.score() if len(data) >= WARM_BARS else None)
        if signal is not None:
            self.signals.append((symbol, at_us, signal))
        if symbol in confluence.WATCH_ONLY:
            return
        if confluence.minute_of_day(at_us) >= confluence.FLATTEN_FROM or signal == "SELL":
            self._close(data)
        elif signal == "BUY" and confluence.may_enter(at_us, self._last_fill.get(symbol)):
            self._enter(data, data.close[0])

    def _enter(self, data: Columns, price: float) -> None:
        size = int(self.broker.getvalue() * confluence.EQUITY_SHARE / price)
        if size > 0:
            self._brackets[data.p.symbol] += self.buy_bracket(
                data=data, size=size, exectype=bt.Order.Market,
                stopprice=price * (1 - confluence.STOP), limitprice=price * (1 + confluence.TARGET),
            )  # fmt: skip

    def _close(self, data: Columns) -> None:
        if self.getposition(data).size:
            for order in self._brackets[data.p.symbol]:
                if order.alive():
                    self.cancel(order)
            self._brackets[data.p.symbol].clear()
            self.close(data=data)

    def notify_order(self, order: bt.Order) -> None:
        """The cool-down counts from here."""
        if order.status == order.Completed:
            self.fills += 1
            symbol = order.data.p.symbol
            self._last_fill[symbol] = self._opened[symbol][len(order.data) - 1]


def feeds_of(columns: Any) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Each symbol with its rows."""
    found = []
    for code, symbol in enumerate(columns["symbols"].tolist()):
        rows = columns["codes"] == code
        values = [columns[name][rows].tolist() for name in ("at", "open", "high", "low", "close", "volume")]
        found.append((symbol, list(zip(*values, strict=True))))
    return found


def main(path: Path, *, plain: bool) -> None:
    """Run once and print what came of it."""
    with np.load(path, allow_pickle=False) as file:
        feeds = feeds_of(dict(file))
    cerebro = bt.Cerebro(stdstats=False, preload=True, runonce=True)
    cerebro.broker.setcash(1_000_000)
    cerebro.broker.setcommission(commission=0.0003)
    for symbol, rows in feeds:
        cerebro.adddata(Columns(rows=rows, symbol=symbol), name=symbol)
    cerebro.addstrategy(Trader, opened=[[row[0] for row in rows] for _, rows in feeds], plain=plain)
    (trader,) = cerebro.run()
    print(json.dumps({
        "seconds": trader.wall, "cpu_seconds": trader.cpu, "bars": trader.bars, "fills": trader.fills,
        "signals": sorted(trader.signals),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), plain="plain" in sys.argv[2:])
