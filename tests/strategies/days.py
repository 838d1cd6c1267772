"""Days made by hand, and what a strategy says of them. Feeds the tests of single strategies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.core.bars import Series
from engine.core.strategy import Strategy, Verdict
from engine.domain.instant import MINUTE
from engine.domain.market import Bar, TradingSession
from tests.builders.times import MONDAY, session

Seen = tuple[Bar, Verdict]


def minutes(
    closes: Sequence[float], day: str = MONDAY, *, skip: int = 0, volume: float = 100.0
) -> list[tuple[Bar, TradingSession]]:
    """A day's bars of a minute from its open (or so many minutes later), by their closes; each opens at the last."""
    trading = session(day)
    out, before = [], closes[0]
    for number, close in enumerate(closes):
        open_at = trading.open_at + (skip + number) * MINUTE
        first, last = round(before * 100), round(close * 100)
        made = Bar("ACME", "1m", open_at, open_at + MINUTE, first, max(first, last), min(first, last), last, volume)
        out.append((made, trading))
        before = close
    return out


def follow(strategy: Strategy, bars: Iterable[tuple[Bar, TradingSession | None]]) -> list[Seen]:
    """What a strategy makes of each bar, the indicators fed as the engine feeds them."""
    series = Series("ACME", "1m", 100.0)
    series.indicators.keep(strategy.needs)
    seen = []
    for bar, trading in bars:
        series.add(bar, trading)
        series.cut(bar.close_at)
        seen.append((bar, strategy.on_bar(bar, series.indicators.values)))
    return seen


def said(seen: Sequence[Seen]) -> list[tuple[str, str]]:
    """Day and time of each signal's close, and its side: `("02 09:31", "BUY")`."""
    trading = session()
    days = {(session(f"2026-03-{day:02d}").open_at): f"{day:02d}" for day in range(1, 32)}
    out = []
    for bar, verdict in seen:
        if verdict.signal is not None:
            opened_at = max(at for at in days if at <= bar.open_at)
            label = trading.minute_label(bar.close_at)
            out.append((f"{days[opened_at]} {label[:2]}:{label[2:]}", str(verdict.signal)))
    return out
