"""Market data drawn at random: some hours of two shares, as ticks with dirt among them or as minute bars, and any part
of its beginning. Feeds the tests of what must hold whatever the market does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.domain.instant import DAY, MINUTE, SECOND, Instant
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import BarColumns, MarketData, TickColumns, busy_days, day_numbers, places
from engine.market_data.instruments import instrument_for
from tests.builders.times import session

SYMBOLS = ("RELIANCE", "TCS")
OPEN_AT = session().open_at


def _walk(chance: np.random.Generator, steps: int) -> np.ndarray[Any, Any]:
    """Prices in paise: a random walk with trends that come and go, at NSE's tick of five paise."""
    trend = np.repeat(chance.normal(0, 0.00006, steps // 600 + 1), 600)[:steps]
    path = 100_000 * np.exp(np.cumsum(trend + chance.normal(0, 0.00022, steps)))
    return (np.rint(path / 5) * 5).astype(np.int64)


def _ticks(chance: np.random.Generator, symbol: str, minutes: int) -> TickColumns:
    """About a tick every three seconds; one in fifty out of order, said twice, far off or of another day."""
    rows = minutes * 20
    at = OPEN_AT + np.sort(chance.integers(0, minutes * MINUTE, rows))
    price = _walk(chance, rows)
    kind = chance.integers(0, 200, rows)
    at = np.where(kind == 0, at - 2 * SECOND, at)
    at[1:] = np.where(kind[1:] == 1, at[:-1], at[1:])
    price[1:] = np.where(kind[1:] == 1, price[:-1], price[1:])
    price = np.where(kind == 2, price * 2, price)
    at = np.where(kind == 3, at + DAY, at)
    instrument = instrument_for(symbol)
    days = day_numbers(at, calendar_for(instrument.venue))
    busy = busy_days(days)
    quantity = chance.integers(0, 50, rows).astype(np.float64)
    return TickColumns(instrument, symbol, at, price, quantity, places(at, np.isin(days, busy)), busy)


def _bars(chance: np.random.Generator, symbol: str, minutes: int) -> BarColumns:
    path = _walk(chance, minutes * 20).reshape(minutes, 20)
    open_at = OPEN_AT + np.arange(minutes) * MINUTE
    instrument = instrument_for(symbol)
    busy = busy_days(day_numbers(open_at, calendar_for(instrument.venue)))
    volume = chance.integers(100, 9_000, minutes).astype(np.float64)
    return BarColumns(
        instrument, symbol, "1m", open_at, path[:, 0], path.max(1), path.min(1), path[:, -1], volume, busy
    )


def drawn(seed: int, form: str, minutes: int) -> MarketData:
    """Some minutes from the open on, as `ticks`, as `bars`, or `both`: a share of each."""
    chance = np.random.default_rng(seed)
    first, second = SYMBOLS
    if form == "both":
        return MarketData((_ticks(chance, first, minutes),), (_bars(chance, second, minutes),))
    if form == "ticks":
        return MarketData(tuple(_ticks(chance, symbol, minutes) for symbol in SYMBOLS), ())
    return MarketData((), tuple(_bars(chance, symbol, minutes) for symbol in SYMBOLS))


def beginning(data: MarketData, until: Instant) -> MarketData:
    """What there was of it before an instant: ticks that had come, bars that had closed, those at the instant too.

    Where there are bars the instant is a whole minute: amid one, a bar has begun that is not known as a whole.
    """
    return MarketData(
        tuple(_cut(part, part.place < until) for part in data.ticks),
        tuple(_cut(part, part.close_at <= until) for part in data.bars),
    )


def _cut(part: Any, keep: Any) -> Any:
    names = ("at", "price", "quantity", "place") if isinstance(part, TickColumns) else (
        "open_at", "open", "high", "low", "close", "volume",
    )  # fmt: skip
    return replace(part, **{name: getattr(part, name)[keep] for name in names})
