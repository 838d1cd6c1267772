"""On real days, dirt and all, a backtest that skips ahead decides what one that steps every tick does. `make prove`."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.account import AccountSpec, BotSpec, Desired, Exits
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded
from engine.domain.risk import RiskPolicy
from engine.market_data.columns import MarketData
from engine.market_data.merge import ended_at, pieces
from engine.market_data.readers import read_market_data
from engine.market_data.runs import TickRun
from engine.research.skip_ahead import run_ahead
from engine.research.skip_ticks import run_ticks
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make

pytestmark = pytest.mark.prove

DAYS = ("2021-03-31", "2021-04-01", "2021-04-07", "2021-04-15", "2021-04-16", "2021-04-28")


Take = Callable[[PaperLoop, TickRun], None]


def stepping(loop: PaperLoop, run: TickRun) -> None:
    loop.run(run.events())


def records(data: MarketData, take: Take, *, views: bool) -> list[PublishRecord]:
    """Everything two eager bots publish, one of them with exits a few basis points away."""
    published: list[PublishRecord] = []
    policy = RiskPolicy(at_risk_max_pct=Decimal(80))
    loop = PaperLoop(AccountSpec("paper-real", "user", risk_policy=policy), make, published.append, views=views)
    for instrument in data.instruments:
        loop.step(InstrumentListed(instrument))
    eager = {"confirm_s": 60, "buy_at": 40.0, "sell_at": 40.0}
    near = Exits(Decimal("0.1"), Decimal("0.15"))
    for bot in (
        BotSpec("eager", "confluence", data.symbols, parameters=eager, exits=near),
        BotSpec("plain", "confluence", data.symbols),
    ):
        loop.step(BotChanged(bot, Desired.RUNNING, 1))
    for piece in pieces(data):
        if isinstance(piece, TickRun):
            take(loop, piece)
        else:
            loop.step(piece)
    loop.step(MarketEnded(ended_at(data)))
    return published


@pytest.mark.parametrize(("take", "views"), [(run_ahead, True), (run_ticks, False)])
@pytest.mark.parametrize("day", DAYS)
def test_a_real_day_is_decided_alike_record_by_record(day: str, take: Take, views: bool) -> None:
    data = read_market_data([Path(os.environ["LOCKSTEP_PROVE_DATA"]) / "nse_ticks_2021_raw" / day])
    stepped = records(data, stepping, views=views)
    assert any(type(effect.record).__name__ == "FillRecord" for effect in stepped)
    assert records(data, take, views=views) == stepped
