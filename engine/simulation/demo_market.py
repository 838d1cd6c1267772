"""The demo market: a few well-known names with invented prices, made from a seed, a day at a time, for ever.

Fed by demo_market_path and demo_market_ticks; feeds the demo feed, backtests on invented data, and tests. Everything
trades on one venue, DEMO, in rupees and NSE's hours, Monday to Friday, from Monday 2026-01-05 (day 0) on. Day 0 opens
so that the default strategy, started at 10:00, confirms a BUY within four minutes.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from engine.domain.instant import MINUTE, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, TradingSession
from engine.market_data.calendar import calendar_for
from engine.market_data.runs import TickRun
from engine.simulation.demo_market_path import BASIS_POINT, MINUTES, Character, close_of, minute_path
from engine.simulation.demo_market_ticks import DemoTicks, ticks_of_day

VENUE = "DEMO"
FIRST_DAY = date(2026, 1, 5)
START_MINUTE = 45  # of day 0: 10:00, when the demo first goes on the air

# price (units), day's own move, minute's move, share of the market's moves
_CHARACTERS = {
    "RELIANCE": Character(148_000, 95 * BASIS_POINT, 4 * BASIS_POINT, 100),
    "HDFCBANK": Character(99_500, 85 * BASIS_POINT, 4 * BASIS_POINT, 90),
    "INFY": Character(161_000, 110 * BASIS_POINT, 5 * BASIS_POINT, 80),
    "TCS": Character(325_000, 95 * BASIS_POINT, 4 * BASIS_POINT, 70),
    "SBIN": Character(98_000, 115 * BASIS_POINT, 5 * BASIS_POINT, 110),
    "TATAMOTORS": Character(72_500, 150 * BASIS_POINT, 6 * BASIS_POINT, 120),
    "BTC-INR": Character(800_000_000, 220 * BASIS_POINT, 7 * BASIS_POINT, 20),
    "NIFTY50": Character(2_625_000, 20 * BASIS_POINT, 2 * BASIS_POINT, 100),
}
_NAMES = {
    "RELIANCE": "Reliance Industries",
    "HDFCBANK": "HDFC Bank",
    "INFY": "Infosys",
    "TCS": "Tata Consultancy Services",
    "SBIN": "State Bank of India",
    "TATAMOTORS": "Tata Motors",
    "BTC-INR": "Bitcoin in rupees",
    "NIFTY50": "Nifty 50",
}
SYMBOLS = tuple(sorted(_CHARACTERS))

# The minute of day 0 at which a climb begins; it is confirmed some twelve minutes later.
_CLIMBS = {"RELIANCE": 38, "HDFCBANK": 41, "BTC-INR": 46}


class DemoMarket:
    """A generated market. Every method depends on the seed and its arguments alone."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._calendar = calendar_for(VENUE)
        self._instruments = tuple(_instrument(symbol) for symbol in SYMBOLS)

    def instruments(self) -> tuple[Instrument, ...]:
        """What it carries, in the order of symbols."""
        return self._instruments

    @property
    def starts_at(self) -> Instant:
        """Where the demo goes on the air the first time: 10:00 of day 0."""
        return self.session(0).open_at + START_MINUTE * MINUTE

    def session(self, day: int) -> TradingSession:
        """The session of a day, counted in trading days from day 0; may be negative."""
        return self._calendar.session_for_data(FIRST_DAY + timedelta(days=day // 5 * 7 + day % 5))

    def day_of(self, at: Instant) -> int:
        """The day that trades at an instant; out of hours, the next to trade."""
        weeks, weekday = divmod((self._calendar.day_at(at) - FIRST_DAY).days, 7)
        if weekday >= 5:
            return weeks * 5 + 5
        day = weeks * 5 + weekday
        return day if at < self.session(day).close_at else day + 1

    def ticks(self, day: int, symbol: str) -> DemoTicks:
        """A day of one symbol, as it arrives. Raises KeyError for a symbol the market does not carry."""
        character = _CHARACTERS[symbol]
        climb_from = _CLIMBS.get(symbol) if day == 0 else None
        number = SYMBOLS.index(symbol)
        return ticks_of_day(
            self._seed,
            day,
            number,
            self._instruments[number],
            self.session(day),
            close_of(self._seed, symbol, character, day - 1),
            minute_path(self._seed, symbol, character, day, climb_from),
        )

    def day(self, day: int) -> TickRun:
        """A day of all symbols, merged by time."""
        parts = [self.ticks(day, symbol) for symbol in SYMBOLS]
        place = np.concatenate([np.maximum.accumulate(part.at) for part in parts])
        order = np.argsort(place, kind="stable")
        return TickRun(
            symbols=SYMBOLS,
            place=place[order],
            codes=np.repeat(np.arange(len(SYMBOLS)), [len(part.at) for part in parts])[order],
            at=np.concatenate([part.at for part in parts])[order],
            price=np.concatenate([part.price for part in parts])[order],
            quantity=np.concatenate([part.quantity for part in parts])[order],
        )

    def bars(self, day: int, until: Instant | None = None) -> list[Bar]:
        """The day's minute bars of all symbols that close by `until`, ordered by close and symbol."""
        bars = [bar for symbol in SYMBOLS for bar in self._bars_of(day, symbol)]
        return sorted(
            (bar for bar in bars if until is None or bar.close_at <= until), key=lambda bar: (bar.close_at, bar.symbol)
        )

    def _bars_of(self, day: int, symbol: str) -> list[Bar]:
        ticks, open_at = self.ticks(day, symbol), self.session(day).open_at
        price, quantity = ticks.price[ticks.clean], ticks.quantity[ticks.clean]
        starts = np.searchsorted(ticks.at[ticks.clean], open_at + np.arange(MINUTES) * MINUTE)
        highs, lows = np.maximum.reduceat(price, starts), np.minimum.reduceat(price, starts)
        closes = price[np.append(starts[1:], len(price)) - 1]
        return [
            Bar(
                symbol,
                "1m",
                open_at + minute * MINUTE,
                open_at + (minute + 1) * MINUTE,
                int(price[starts[minute]]),
                int(highs[minute]),
                int(lows[minute]),
                int(closes[minute]),
                float(quantity[starts[minute] : starts[minute + 1] if minute + 1 < MINUTES else None].cumsum()[-1]),
            )
            for minute in range(MINUTES)
        ]


def _instrument(symbol: str) -> Instrument:
    """Names say that they are simulated, wherever they are shown."""
    coin = symbol == "BTC-INR"
    return Instrument(
        symbol=symbol,
        venue=VENUE,
        currency="INR",
        price_digits=2,
        quantity_digits=8 if coin else 0,
        tick_size=Decimal(1) if coin else Decimal("0.05"),
        lot_size=Decimal("0.00000001") if coin else Decimal(1),
        tradable=symbol != "NIFTY50",
        name=f"{_NAMES[symbol]} (simulated)",
    )
