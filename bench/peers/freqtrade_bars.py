"""freqtrade on the minute bars that engine_bars prepares; prints one JSON line. Runs in bench/venv_freqtrade.

Its `Backtesting` on its own data frames, its exchange built offline with one spot market a symbol. It walks through
every minute of the clock, so nights and pauses are taken out of its clock beforehand: bars keep their order and lie a
minute apart. Scores and signals are made in `populate_indicators`, over the whole column as its users do; the rest are
its own callbacks. The clock runs over indicators and `backtest`: neither loading nor its statistics count.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from freqtrade.configuration import TimeRange
from freqtrade.enums import RunMode
from freqtrade.exchange import Exchange
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.strategy import IStrategy

from bench.peers import confluence

MINUTE_US = 60_000_000
BEGIN = datetime(2021, 1, 1, tzinfo=UTC)  # of its clock: any time would do
MONEY = "INR"


class Trader(IStrategy):  # type: ignore[misc]
    """The default strategy. `at` has each bar's true close by its place on freqtrade's clock."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    minimal_roi = {"0": confluence.TARGET}  # noqa: RUF012
    stoploss = -confluence.STOP
    startup_candle_count = 0
    process_only_new_candles = True
    use_exit_signal = True
    exit_profit_only = False
    order_types = {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}  # noqa: RUF012

    closes: list[int]
    signals: list[tuple[str, int, str]]
    last_fill: dict[str, int]
    fills = 0

    def populate_indicators(self, dataframe: pd.DataFrame, metadata: dict[str, Any]) -> pd.DataFrame:
        """Every score and what it leads to."""
        symbol = metadata["pair"].removesuffix(f"/{MONEY}")
        rules, enter, leave = confluence.Confluence(), [], []
        columns = (dataframe[name].tolist() for name in ("at", "high", "low", "close"))
        for at_us, *prices in zip(*columns, strict=True):
            signal = rules.on_close(at_us, *prices)
            if signal is not None:
                self.signals.append((symbol, at_us, signal))
            late = confluence.minute_of_day(at_us) >= confluence.FLATTEN_FROM
            enter.append(int(signal == "BUY" and symbol not in confluence.WATCH_ONLY and not late))
            leave.append(int(signal == "SELL" or late))
        dataframe["enters"], dataframe["leaves"] = enter, leave
        return dataframe

    def populate_entry_trend(self, dataframe: pd.DataFrame, metadata: dict[str, Any]) -> pd.DataFrame:
        """Where a BUY was confirmed."""
        dataframe["enter_long"] = dataframe["enters"]
        return dataframe

    def populate_exit_trend(self, dataframe: pd.DataFrame, metadata: dict[str, Any]) -> pd.DataFrame:
        """Where a SELL was, or the day ends."""
        dataframe["exit_long"] = dataframe["leaves"]
        return dataframe

    def custom_stake_amount(self, *_: Any, **__: Any) -> float:
        """A share of the equity."""
        return float(self.wallets.get_total_stake_amount() * confluence.EQUITY_SHARE)

    def confirm_trade_entry(self, pair: str, *_: Any, current_time: datetime, **__: Any) -> bool:
        """Inside the entry window, and not cooling down: judged at the close before, where the BUY was."""
        return confluence.may_enter(self._close_at(current_time), self.last_fill.get(pair))

    def order_filled(self, pair: str, trade: Any, order: Any, current_time: datetime, **_: Any) -> None:
        """The cool-down counts from here."""
        self.fills += 1
        self.last_fill[pair] = self._close_at(current_time)

    def _close_at(self, now: datetime) -> int:
        """What the time truly is where freqtrade's clock says `now`, the open of a bar: that of the close before."""
        return self.closes[int((now - BEGIN).total_seconds()) // 60 - 1]


def settings(folder: Path, pairs: list[str]) -> dict[str, Any]:
    """A configuration of a backtest on spot with pairs that are given."""
    return {
        "runmode": RunMode.HYPEROPT,  # a backtest without the bars of progress
        "dry_run": True,
        "dry_run_wallet": 1_000_000,
        "stake_currency": MONEY,
        "stake_amount": "unlimited",
        "tradable_balance_ratio": 1.0,
        "max_open_trades": len(pairs),
        "fee": 0.0003,
        "timeframe": "1m",
        "strategy": "Trader",
        "strategy_path": str(Path(__file__).parent),
        "exchange": {"name": "binance", "pair_whitelist": pairs, "pair_blacklist": []},
        "pairlists": [{"method": "StaticPairList", "allow_inactive": True}],
        "entry_pricing": {"price_side": "other", "use_order_book": False},
        "exit_pricing": {"price_side": "other", "use_order_book": False},
        "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "minutes"},
        "datadir": folder,
        "user_data_dir": folder,
        "dataformat_ohlcv": "feather",
        "trading_mode": "spot",
        "margin_mode": "",
        "original_config": {},
    }


def offline(config: dict[str, Any], pairs: list[str]) -> Exchange:
    """Its exchange, without the calls that ask one for its markets: shares of a rupee's hundredth and whole numbers."""
    exchange = Exchange(config, validate=False)
    exchange._markets = {
        pair: {
            "id": pair.replace("/", ""), "symbol": pair, "base": pair.removesuffix(f"/{MONEY}"), "quote": MONEY,
            "active": True, "spot": True, "margin": False, "swap": False, "future": False, "linear": None,
            "contract": False, "contractSize": None, "taker": 0.0003, "maker": 0.0003, "type": "spot",
            "precision": {"price": 0.01, "amount": 1.0},
            "limits": {"amount": {"min": 1, "max": None}, "cost": {"min": 1, "max": None}, "price": {}, "leverage": {}},
            "info": {},
        }
        for pair in pairs
    }  # fmt: skip
    return exchange


def frames(columns: dict[str, Any]) -> tuple[dict[str, pd.DataFrame], list[int]]:
    """Each pair's bars on the clock without nights, and the true close of each of that clock's minutes."""
    minutes, place = np.unique(columns["at"], return_inverse=True)
    found = {}
    for code, symbol in enumerate(columns["symbols"].tolist()):
        rows = columns["codes"] == code
        prices = {name: columns[name][rows] / 100 for name in ("open", "high", "low", "close")}
        dates = pd.to_datetime(place[rows] * 60 + int(BEGIN.timestamp()), unit="s", utc=True).as_unit("ms")
        more = {"volume": columns["volume"][rows], "at": columns["at"][rows] + MINUTE_US}
        found[f"{symbol}/{MONEY}"] = pd.DataFrame({"date": dates, **prices, **more})
    return found, [int(minute) + MINUTE_US for minute in minutes.tolist()]


def main(path: Path) -> None:
    """Run once and print what came of it."""
    logging.disable(logging.CRITICAL)
    with np.load(path, allow_pickle=False) as file:
        columns = dict(file)
    data, closes = frames(columns)
    with tempfile.TemporaryDirectory() as folder:
        config = settings(Path(folder), list(data))
        backtesting = Backtesting(config, offline(config, list(data)))
        (trader,) = backtesting.strategylist
        trader.closes, trader.signals, trader.last_fill = closes, [], {}
        backtesting._set_strategy(trader)
        backtesting.timerange = TimeRange()
        begin = min(each["date"].iloc[0] for each in data.values())
        end = max(each["date"].iloc[-1] for each in data.values())
        wall, cpu = time.perf_counter(), time.process_time()
        analysed = trader.advise_all_indicators(data)
        backtesting.backtest(processed=analysed, start_date=begin, end_date=end)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({
        "seconds": wall, "cpu_seconds": cpu, "bars": sum(len(each) for each in data.values()), "fills": trader.fills,
        "signals": sorted(trader.signals),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
