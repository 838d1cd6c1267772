"""The account that is traded, its bots, and where its prices come from. Made from settings for service and engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.adapters.clock import SystemClock
from engine.adapters.feeds.demo import DemoFeed
from engine.adapters.feeds.replay import ReplayFeed
from engine.cli.bots_file import read_bots_file
from engine.domain.account import AccountSpec, BotSpec, Mode
from engine.domain.errors import InvalidValue
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.market_data.told_days import read_told_days
from engine.ports import MarketFeed
from engine.research.backtest import check_bots
from engine.settings import Settings
from engine.simulation.demo_market import DemoMarket
from engine.strategies.bot_leaders import check_leaders, renamed
from engine.strategies.bot_list import BotList
from engine.strategies.demo_bots import DEMO_BOTS
from engine.strategies.replay_account import replay_account

_DEMO = ("paper-demo", "Demo", Mode.PAPER)
_PRACTICE = ("paper-practice", "Practice", Mode.PAPER)
_REHEARSAL = ("live-practice", "Rehearsal", Mode.LIVE)


@dataclass(frozen=True, slots=True)
class Market:
    """The account that is traded, its bots, and where its prices come from."""

    account: AccountSpec
    bots: tuple[BotSpec, ...]
    feed: MarketFeed


def open_market(settings: Settings) -> Market:
    """The market that the settings name. Raises DataError for bad files, InvalidValue for bots they can't serve."""
    clock = SystemClock()
    listed = read_bots_file(settings.bots, lenient=True) if settings.bots else None
    if settings.feed == "replay":
        if settings.data is None:
            raise InvalidValue("LOCKSTEP_DATA", "the replay market needs a file or a folder")
        days = read_told_days(settings.special_days)
        data = read_market_data([settings.data], calendars=days.calendar)
        bots = listed or BotList((BotSpec("confluence", "confluence", data.symbols, name="confluence"),))
        check_bots(bots.bots, data)
        account = replay_account(bots, data_digest([settings.data], days.digest), settings.owner_uid)
        account = replace(
            account, currency=data.currency, hard_limits=settings.hard_limits, copy_rules=settings.copy_rules
        )
        return Market(account, bots.bots, ReplayFeed(data, clock, settings.speed))
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
