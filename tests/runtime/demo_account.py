"""An account on the demo market, in memory: three quick bots, so that forty minutes bring trades worth cutting."""

from __future__ import annotations

from decimal import Decimal

from engine.adapters.feeds.demo import DemoFeed
from engine.domain.account import BotSpec
from engine.domain.risk import RiskPolicy
from engine.outbox.memory import MemoryJournal
from engine.simulation.clock import ManualClock
from engine.simulation.demo_market import DemoMarket
from engine.strategies.demo_bots import DEMO_BOTS
from tests.builders.paper import account
from tests.runtime.world import Household, Life

DEMO = DemoMarket(1)
START = DEMO.starts_at
SPEC = account(market="demo", policy=RiskPolicy(at_risk_max_pct=Decimal(60)))
QUICK = {"buy_at": 30, "sell_at": 30, "confirm_s": 0, "cooldown_s": 60}
BOTS = [BotSpec(bot.bot_id, bot.strategy, bot.symbols, parameters=QUICK, exits=bot.exits) for bot in DEMO_BOTS.bots]


def demo_life(journal: MemoryJournal, household: Household) -> Life:
    """A session on the demo market, recovered from what the journal holds."""
    return Life(DemoFeed(DEMO, ManualClock(), 0), journal, household, spec=SPEC).begin()


def begin() -> tuple[MemoryJournal, Household]:
    """A new account's journal and store."""
    return MemoryJournal(ManualClock()), Household(BOTS, SPEC)
