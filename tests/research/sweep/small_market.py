"""Ten generated days of one symbol in minute bars, and a plan over them. Feeds tests that run real trials."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.market_data.columns import MarketData
from engine.market_data.readers import read_market_data
from engine.research.sweep.search import Scoring, Search
from engine.research.sweep.space import Space, parse_space
from engine.research.sweep.trial import Plan
from engine.research.sweep.trial_log import TrialLog
from engine.research.sweep.workers import InThisProcess
from tests.cli.generated import write_bars

DAYS = range(2, 12)
SYMBOL = "RELIANCE"
SPACE: Space = parse_space({"buy_at": [30, 45, 60], "confirm_s": [0, 120], "timeframe": ["1m", "3m"]})
PLAN = Plan("confluence", (SYMBOL,), "generated", {"sell_at": 45, "cooldown_s": 300}, cash="100000")


@cache
def market() -> MarketData:
    """The bars."""
    with TemporaryDirectory() as folder:
        return read_market_data([write_bars(Path(folder) / "bars.csv", DAYS, (SYMBOL,))])


def another_end(data: MarketData, rows: int) -> MarketData:
    """The same data but for the last rows, whose prices are turned around their first."""
    (part,) = data.bars
    pivot = int(part.open[-rows])
    changed = {}
    for name, source in (("open", part.open), ("high", part.low), ("low", part.high), ("close", part.close)):
        values = getattr(part, name).copy()
        values[-rows:] = 2 * pivot - source[-rows:]
        changed[name] = values
    return replace(data, bars=(replace(part, **changed),))


def search_of(data: MarketData) -> Search:
    """A search whose trials run in this process and are kept nowhere."""
    return Search(SPACE, Scoring(least_trades=1), InThisProcess(PLAN, data), TrialLog(None, PLAN, resume=False))
