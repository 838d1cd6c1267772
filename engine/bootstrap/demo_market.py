"""The generated market, at the simulated venue or at a practice one. Made from settings for market.py."""

from __future__ import annotations

from dataclasses import replace

from engine.adapters.feeds.demo import DemoFeed
from engine.bootstrap.traded import Market
from engine.domain.account import Mode
from engine.domain.errors import InvalidValue
from engine.ports import Clock
from engine.settings import Settings
from engine.simulation.demo_market import DemoMarket
from engine.strategies.bot_leaders import check_leaders, renamed
from engine.strategies.bot_list import BotList
from engine.strategies.demo_bots import DEMO_BOTS
from engine.strategies.replay_account import replay_account

_DEMO = ("paper-demo", "Demo", Mode.PAPER)
_PRACTICE = ("paper-practice", "Practice", Mode.PAPER)
_REHEARSAL = ("live-practice", "Rehearsal", Mode.LIVE)


def open_demo(settings: Settings, listed: BotList | None, clock: Clock) -> Market:
    """The demo market with these bots, or its own. Raises InvalidValue for bots that it can't serve."""
    bots = listed or DEMO_BOTS
    demo = DemoMarket(bots.seed)
    known = {instrument.symbol for instrument in demo.instruments()}
    for bot in bots.bots:
        for symbol in bot.symbols:
            if symbol not in known:
                raise InvalidValue(f"{bot.bot_id}.symbols", f"{symbol} is not in the demo; there are {sorted(known)}")
    check_leaders(bots.bots, elsewhere=True)
    identity, name, mode = _DEMO if settings.venue is None else _REHEARSAL if settings.live_rehearsal else _PRACTICE
    account = replace(
        replay_account(bots, "", settings.owner_uid),
        account_id=identity,
        name=name,
        mode=mode,
        market="demo",
        hard_limits=settings.hard_limits,
        copy_rules=settings.copy_rules,
    )
    brought = bots.bots
    if settings.live_rehearsal:  # a bot's id is one document, and the paper account's bots have theirs
        brought = tuple(renamed(bot, "live-") for bot in brought)
    return Market(account, brought, DemoFeed(demo, clock, settings.speed))
