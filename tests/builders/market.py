"""Instruments, ticks and bars with short spellings. Prices are written in rupees, kept in paise."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from engine.domain.events import BarClosed, BarOpened
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick, TradingSession
from engine.domain.timeframe import timeframe_us
from tests.builders.times import MONDAY, at


def instrument(symbol: str = "ACME", venue: str = "NSE", *, tradable: bool = True, lot: str = "1") -> Instrument:
    """A share quoted in paise with a tick of five."""
    return Instrument(symbol, venue, "INR", 2, 0, Decimal("0.05"), Decimal(lot), tradable=tradable)


def units(price: float | str | Decimal) -> int:
    """A price in rupees as paise."""
    return int((Decimal(str(price)) * 100).to_integral_value())


def moment(when: str | Instant, day: str = MONDAY) -> Instant:
    """An instant as it is, or a time of day."""
    return at(when, day) if isinstance(when, str) else when


def tick(
    when: str | Instant, price: float | str | Decimal, symbol: str = "ACME", quantity: float = 10.0, day: str = MONDAY
) -> Tick:
    """A print at a time of day (or an instant), in rupees."""
    return Tick(symbol, moment(when, day), units(price), quantity)


def bar(
    when: str | Instant,
    prices: tuple[float, float, float, float],
    symbol: str = "ACME",
    timeframe: str = "1m",
    volume: float = 100.0,
    day: str = MONDAY,
) -> Bar:
    """A bar that opens at a time of day: (open, high, low, close) in rupees."""
    open_at = moment(when, day)
    first, high, low, last = (units(price) for price in prices)
    return Bar(symbol, timeframe, open_at, open_at + timeframe_us(timeframe), first, high, low, last, volume)


def bar_events(made: Bar) -> tuple[BarOpened, BarClosed]:
    """The two events a bar of data comes as."""
    return BarOpened(made.symbol, made.open_at, made.open), BarClosed(made)


def walk(seed: int, length: int, start: int = 50_000, drift: float = 0.0, spread: float = 40.0) -> list[int]:
    """A random walk of prices in paise with slow waves of drift, so that trends begin and end."""
    chance = random.Random(seed)
    price, lean, prices = float(start), drift, []
    for number in range(length):
        if number % 40 == 0:
            lean = drift + chance.uniform(-0.5, 0.5) * spread
        price = max(1_000.0, price + lean + chance.gauss(0, spread))
        prices.append(round(price))
    return prices


def walk_ticks(
    seed: int, trading: TradingSession, symbol: str = "ACME", every_s: int = 20, until: Instant | None = None
) -> Iterator[Tick]:
    """A day of ticks on a random walk, one every so many seconds, some minutes left empty."""
    chance = random.Random(seed * 7 + 1)
    length = (trading.close_at - trading.open_at) // (every_s * SECOND)
    quiet_until = 0
    for number, price in enumerate(walk(seed, length, spread=14.0)):
        moment_at = trading.open_at + number * every_s * SECOND + chance.randrange(SECOND)
        if until is not None and moment_at >= until:
            return
        if chance.random() < 0.004:
            quiet_until = moment_at + chance.randrange(1, 4) * MINUTE
        if moment_at >= quiet_until:
            yield Tick(symbol, moment_at, price, float(chance.randrange(50)))
