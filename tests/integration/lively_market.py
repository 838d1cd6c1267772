"""A generated market in bars on which a few bots give some fifty signals a second at its pace. Used by the kill and
outage tests of the engine process, which compare what reaches Firestore with a backtest of the same bars.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from engine.domain.instant import MINUTE, iso
from engine.simulation.demo_market import DemoMarket
from tests.integration.replay import Backtested, backtest

SYMBOLS = ("HDFCBANK", "INFY", "RELIANCE", "SBIN", "TATAMOTORS", "TCS")
PACE = 1_500  # market seconds a wall second: 25 minutes, of 360 looks of a bot at a bar each
BOTS = {
    "cash": 10_000_000,
    "seed": 7,
    "risk_policy": {"at_risk_max_pct": 90, "positions_max": 60, "orders_per_second_max": 9,
                    "orders_per_minute_max": None},
    "bots": [
        {"id": f"bot-{number}", "strategy": "confluence", "symbols": list(SYMBOLS),
         "parameters": {"confirm_s": 60 * (number % 2), "cooldown_s": 0, "buy_at": 8 + 4 * number,
                        "sell_at": 8 + 4 * number},
         "sizing": {"kind": "equity_pct", "value": 1}, "exits": {"stop_pct": 0.4, "target_pct": 0.8}}
        for number in range(10)
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LivelyMarket:
    """Files to replay, and what a backtest makes of them."""

    data: Path
    bots: Path
    expected: Backtested

    def settings(self, pace: float = PACE) -> dict[str, str]:
        """The engine process's variables."""
        return {
            "LOCKSTEP_FEED": "replay",
            "LOCKSTEP_DATA": str(self.data),
            "LOCKSTEP_BOTS": str(self.bots),
            "LOCKSTEP_SPEED": f"{pace:g}",
        }


def lively_market(folder: Path, days: int, minutes: int = 375) -> LivelyMarket:
    """So many days of minute bars of six shares, the first `minutes` of each."""
    data, bots = folder / "data", folder / "bots.json"
    data.mkdir(parents=True)
    demo = DemoMarket(11)
    files = {symbol: (data / f"{symbol}.csv").open("w", newline="") for symbol in SYMBOLS}
    writers = {symbol: csv.writer(file) for symbol, file in files.items()}
    for writer in writers.values():
        writer.writerow(["ts", "open", "high", "low", "close", "volume"])
    for day in range(1, days + 1):
        for bar in demo.bars(day):
            if bar.symbol in writers and bar.close_at <= demo.session(day).open_at + minutes * MINUTE:
                prices = [units / 100 for units in (bar.open, bar.high, bar.low, bar.close)]
                writers[bar.symbol].writerow([iso(bar.open_at), *prices, bar.volume])
    for file in files.values():
        file.close()
    bots.write_text(json.dumps(BOTS))
    return LivelyMarket(data, bots, backtest(data, bots, folder / "out"))
