"""A strategy of a file on closes written by hand: what its own tests ask. Feeds the tests of people's strategies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.core.bars import Series
from engine.core.strategy import Verdict
from engine.core.universe import seated
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar, TradingSession
from engine.research.generated_days import FIRST_DAY, SEED
from engine.research.strategy_files import kind_of_file
from engine.simulation.demo_market import DemoMarket
from engine.strategies.registry import Outside, also, make

SYMBOL = "RELIANCE"
PAISE = 100


def verdicts_on(file: Path, closes: list[float], **parameters: Any) -> list[Verdict]:
    """What the strategy says of minute bars with these closes (currency), a trading day at 09:15 on.

    Each bar opens where the one before it closed; it has a volume of 1,000. Raises DataError for a file that holds no
    strategy, InvalidValue for parameters that are wrong.
    """
    with also(Outside({file.name: kind_of_file(file)})):
        strategies, universe = seated(lambda: make(file.name, parameters), (SYMBOL,))
    strategy = strategies[SYMBOL]
    session = DemoMarket(SEED).session(FIRST_DAY)
    series = Series(SYMBOL, "1m", float(PAISE))
    series.indicators.keep(strategy.needs)
    found: list[Verdict] = []
    for bar in _bars(closes, session):
        series.add(bar, session)
        closed = series.cut(bar.close_at)
        assert closed is not None
        verdict = strategy.on_bar(closed, series.indicators.values)
        found += [verdict] if universe is None else [said for moment in universe.judged() for _, said in moment]
    for verdict in found:
        strategy.explain(verdict)
    return found


def signals_on(file: Path, closes: list[float], **parameters: Any) -> list[tuple[int, str]]:
    """The signals alone: the number of the close, from 0, and `BUY` or `SELL`."""
    said = verdicts_on(file, closes, **parameters)
    return [(number, str(one.signal)) for number, one in enumerate(said) if one.signal is not None]


def _bars(closes: list[float], session: TradingSession) -> list[Bar]:
    made: list[Bar] = []
    before = round(closes[0] * PAISE)
    for number, price in enumerate(closes):
        close, open_at = round(price * PAISE), _at(session, number)
        low, high = min(before, close), max(before, close)
        made.append(Bar(SYMBOL, "1m", open_at, open_at + MINUTE, before, high, low, close, 1_000.0))
        before = close
    return made


def _at(session: TradingSession, number: int) -> Instant:
    return session.open_at + number * MINUTE
