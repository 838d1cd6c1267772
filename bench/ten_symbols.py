"""A market of exactly ten symbols at about one tick a second each, for the bill. Feeds bench/bill.

The demo market carries seven that can be traded; three more are its own names again under another seed. Everything else
is the demo's: its session, its pace, its dirt, its opening.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.domain.account import BotSpec
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, TradingSession
from engine.market_data.runs import TickRun
from engine.simulation.demo_market import DemoMarket
from engine.strategies.bot_list import BotList

SYMBOLS = 10
_AGAIN = "-AGAIN"


class TenSymbols:
    """See adapters/feeds/demo.GeneratedMarket. Two demo markets as one; the second gives what the first lacks."""

    def __init__(self, seed: int) -> None:
        self._first, self._second = DemoMarket(seed), DemoMarket(seed + 1)
        tradable = [item for item in self._first.instruments() if item.tradable]
        more = [item for item in self._second.instruments() if item.tradable][: SYMBOLS - len(tradable)]
        self._names = ({item.symbol: item.symbol for item in tradable}, {it.symbol: it.symbol + _AGAIN for it in more})
        renamed = [replace(item, symbol=item.symbol + _AGAIN) for item in more]
        self._instruments = tuple(sorted([*tradable, *renamed], key=lambda item: item.symbol))

    def instruments(self) -> Sequence[Instrument]:
        return self._instruments

    @property
    def starts_at(self) -> Instant:
        return self._first.starts_at

    def session(self, day: int) -> TradingSession:
        return self._first.session(day)

    def day_of(self, at: Instant) -> int:
        return self._first.day_of(at)

    def day(self, day: int) -> TickRun:
        runs = [self._kept(market.day(day), names) for market, names in self._markets()]
        symbols = tuple(name for run in runs for name in run.symbols)
        place = np.concatenate([run.place for run in runs])
        order = np.argsort(place, kind="stable")
        codes = np.concatenate([runs[0].codes, runs[1].codes + len(runs[0].symbols)])
        at, price, quantity = (
            np.concatenate([getattr(run, name) for run in runs])[order] for name in ("at", "price", "quantity")
        )
        return TickRun(symbols, place[order], codes[order], at, price, quantity)

    def bars(self, day: int, until: Instant | None = None) -> Sequence[Bar]:
        bars = [
            replace(bar, symbol=names[bar.symbol])
            for market, names in self._markets()
            for bar in market.bars(day, until)
            if bar.symbol in names
        ]
        return sorted(bars, key=lambda bar: (bar.close_at, bar.symbol))

    def _markets(self) -> Sequence[tuple[DemoMarket, dict[str, str]]]:
        return ((self._first, self._names[0]), (self._second, self._names[1]))

    def _kept(self, run: TickRun, names: dict[str, str]) -> TickRun:
        """The rows of the symbols that have a name here, under it."""
        kept = [name for name in run.symbols if name in names]
        number = np.array([kept.index(name) if name in names else -1 for name in run.symbols])
        codes = number[run.codes]
        rows = codes >= 0
        return TickRun(
            tuple(names[name] for name in kept),
            run.place[rows],
            codes[rows],
            run.at[rows],
            run.price[rows],
            run.quantity[rows],
        )


def ten_symbol_bot(market: TenSymbols) -> BotList:
    """One bot on all of them: the default strategy as it comes, and nothing else set."""
    symbols = tuple(item.symbol for item in market.instruments())
    return BotList((BotSpec("ten-symbols", "confluence", symbols, name="Ten symbols"),))
