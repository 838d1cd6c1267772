"""A small generated market day: bars of a few symbols, and the scores of their bars. Feeds seeded_account.py."""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

VENUE = ZoneInfo("Asia/Kolkata")
TIMEFRAME_MIN = 5
OPENED = (9, 15)
STARTS = {"RELIANCE": 1412.0, "INFY": 1583.5, "TCS": 3380.0, "SBIN": 812.4, "HDFCBANK": 1716.0}


@dataclass(frozen=True)
class Bar:
    """One closed bar; `open_at` is aware, prices in rupees."""

    open_at: datetime
    o: float
    h: float
    low: float
    c: float
    volume: int
    score: float

    @property
    def close_at(self) -> datetime:
        """The bar's end, which is when it was judged."""
        return self.open_at + timedelta(minutes=TIMEFRAME_MIN)


@dataclass(frozen=True)
class MarketDay:
    """All bars of one day up to `market_at`, by symbol, oldest first."""

    market_at: datetime
    bars: dict[str, list[Bar]] = field(default_factory=dict)

    @property
    def open_at(self) -> datetime:
        """The session's opening."""
        return self.market_at.replace(hour=OPENED[0], minute=OPENED[1], second=0, microsecond=0)

    def at(self, hour: int, minute: int, second: int = 0) -> datetime:
        """A moment of this day in the venue's zone."""
        return self.market_at.replace(hour=hour, minute=minute, second=second, microsecond=0)

    def price(self, symbol: str) -> float:
        """The newest price."""
        return self.bars[symbol][-1].c


def market_day(market_at: datetime, seed: int = 7) -> MarketDay:
    """The same day for the same seed: a random walk with a slow wave, a tick of 0.05."""
    day = MarketDay(market_at=market_at.astimezone(VENUE))
    chance = random.Random(seed)
    for number, (symbol, start) in enumerate(STARTS.items()):
        day.bars[symbol] = list(_walk(day, start, number, chance))
    return day


def _walk(day: MarketDay, start: float, number: int, chance: random.Random) -> list[Bar]:
    bars: list[Bar] = []
    price, open_at, score = start, day.open_at, 0.0
    while open_at + timedelta(minutes=TIMEFRAME_MIN) <= day.market_at:
        wave = math.sin((len(bars) + number * 7) / 9)
        o = price
        c = _tick(o * (1 + 0.0012 * wave + chance.gauss(0, 0.0011)))
        h = _tick(max(o, c) * (1 + abs(chance.gauss(0, 0.0006))))
        low = _tick(min(o, c) * (1 - abs(chance.gauss(0, 0.0006))))
        score = max(-99.0, min(99.0, 0.7 * score + 17 * wave + chance.gauss(0, 9)))
        bars.append(Bar(open_at, o, h, low, c, chance.randint(2_000, 30_000), round(score, 1)))
        price, open_at = c, open_at + timedelta(minutes=TIMEFRAME_MIN)
    return bars


def _tick(price: float) -> float:
    return round(round(price / 0.05) * 0.05, 2)
