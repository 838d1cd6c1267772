"""NautilusTrader on the tick days that engine_ticks prepares; prints one JSON line. Runs in bench/venv.

As Nautilus is meant to be used: trade ticks, one-minute bars aggregated by it, a Python strategy, bracket orders whose
stop and target rest at its simulated venue, logging off, no statistics at the end. Ticks are made and added before the
clock starts: `run()` is timed alone, and the whole from opening the file on.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from nautilus_trader.backtest.config import BacktestEngineConfig
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import DataEngineConfig, LoggingConfig
from nautilus_trader.model.currencies import Currency
from nautilus_trader.model.data import Bar, BarType, TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType, OrderSide
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

from bench.column_files import read
from bench.peers import confluence

INR = Currency.from_str("INR")
NSE = Venue("NSE")
# Ticks are stamped in whole seconds, and Nautilus counts one on the full minute to the bar before. A nanosecond later
# it belongs to the bar that it opens, as on the other side of the figure.
AFTER_THE_MINUTE_NS = 1


class Trader(Strategy):  # type: ignore[misc]
    """The default strategy on all symbols."""

    def __init__(self, instruments: list[Equity]) -> None:
        super().__init__()
        self._instruments = {instrument.id: instrument for instrument in instruments}
        self._rules = {instrument.id: confluence.Confluence() for instrument in instruments}
        self._last_fill: dict[InstrumentId, int] = {}
        self.signals: list[tuple[str, int, str]] = []
        self.bars = self.fills = 0

    def on_start(self) -> None:
        """Ask for bars; the ticks come with them."""
        for instrument_id in self._instruments:
            self.subscribe_bars(BarType.from_str(f"{instrument_id}-1-MINUTE-LAST-INTERNAL"))

    def on_bar(self, bar: Bar) -> None:
        """Score the bar; trade what is confirmed."""
        self.bars += 1
        instrument_id = bar.bar_type.instrument_id
        at_us = bar.ts_event // 1000
        signal = self._rules[instrument_id].on_close(
            at_us, bar.high.as_double(), bar.low.as_double(), bar.close.as_double()
        )
        symbol = instrument_id.symbol.value
        if signal is not None:
            self.signals.append((symbol, at_us, signal))
        if symbol in confluence.WATCH_ONLY:
            return
        over = confluence.minute_of_day(at_us) >= confluence.FLATTEN_FROM
        if over or signal == "SELL":
            self._close(instrument_id)
        elif signal == "BUY" and confluence.may_enter(at_us, self._last_fill.get(instrument_id)):
            self._enter(self._instruments[instrument_id], bar.close.as_double())

    def _enter(self, instrument: Equity, price: float) -> None:
        equity = self.portfolio.account(NSE).balance_total(INR).as_double()
        for pnl in self.portfolio.unrealized_pnls(NSE).values():
            equity += pnl.as_double()
        quantity = int(equity * confluence.EQUITY_SHARE / price)
        if quantity > 0:
            orders = self.order_factory.bracket(
                instrument_id=instrument.id,
                order_side=OrderSide.BUY,
                quantity=Quantity.from_int(quantity),
                sl_trigger_price=instrument.make_price(price * (1 - confluence.STOP)),
                tp_price=instrument.make_price(price * (1 + confluence.TARGET)),
                tp_post_only=False,
            )
            self.submit_order_list(orders)

    def _close(self, instrument_id: InstrumentId) -> None:
        if not self.portfolio.is_flat(instrument_id):
            self.cancel_all_orders(instrument_id)
            self.close_all_positions(instrument_id)

    def on_order_filled(self, event: OrderFilled) -> None:
        """The cool-down counts from here."""
        self.fills += 1
        self._last_fill[event.instrument_id] = event.ts_event // 1000


def equity_of(symbol: str) -> Equity:
    """A share in rupees, tick 0.05, lot 1."""
    return Equity(
        instrument_id=InstrumentId(Symbol(symbol), NSE),
        raw_symbol=Symbol(symbol),
        currency=INR,
        price_precision=2,
        price_increment=Price.from_str("0.05"),
        lot_size=Quantity.from_int(1),
        ts_event=0,
        ts_init=0,
        maker_fee=Decimal("0.0003"),
        taker_fee=Decimal("0.0003"),
    )


def ticks_of(columns: Any, instruments: list[Equity]) -> list[TradeTick]:
    """Every tick as Nautilus's own. It takes no trade of nothing: a changed price without volume has size 1."""
    made = []
    rows = zip(columns["codes"].tolist(), columns["at"].tolist(), columns["price"].tolist(),
               columns["quantity"].tolist(), strict=True)  # fmt: skip
    for number, (code, at, price, quantity) in enumerate(rows):
        ns = at * 1000 + AFTER_THE_MINUTE_NS
        size = Quantity.from_int(max(1, int(quantity)))
        made.append(
            TradeTick(
                instruments[code].id,
                Price(price / 100, 2),
                size,
                AggressorSide.NO_AGGRESSOR,
                TradeId(str(number)),
                ns,
                ns,
            )
        )
    return made


def main(path: Path) -> None:
    """Run the days once and print what came of it; the whole is timed from opening the file on."""
    whole, whole_cpu = time.perf_counter(), time.process_time()
    engine = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            data_engine=DataEngineConfig(time_bars_build_with_no_updates=False),
            run_analysis=False,
        )
    )
    engine.add_venue(
        NSE, OmsType.NETTING, AccountType.MARGIN, [Money(1_000_000, INR)], base_currency=INR,
        default_leverage=Decimal(1), bar_execution=False, trade_execution=True,
    )  # fmt: skip
    columns = read(path)
    instruments = [equity_of(str(symbol)) for symbol in columns["symbols"]]
    ticks = ticks_of(columns, instruments)
    for instrument in instruments:
        engine.add_instrument(instrument)
    engine.add_data(ticks, sort=False)
    trader = Trader(instruments)
    engine.add_strategy(trader)
    wall, cpu = time.perf_counter(), time.process_time()
    engine.run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    whole, whole_cpu = time.perf_counter() - whole, time.process_time() - whole_cpu
    result = {
        "seconds": wall, "whole_seconds": whole,
        "cpu_seconds": cpu, "whole_cpu_seconds": whole_cpu,
        "ticks": len(ticks), "bars": trader.bars, "fills": trader.fills,
        "signals": sorted(trader.signals),
    }  # fmt: skip
    engine.dispose()
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
