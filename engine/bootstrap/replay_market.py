"""Recorded data as the market. Made from settings for market.py."""

from __future__ import annotations

from dataclasses import replace

from engine.adapters.feeds.replay import ReplayFeed
from engine.bootstrap.traded import Market
from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.market_data.told_days import read_told_days
from engine.ports import Clock
from engine.research.backtest import check_bots
from engine.settings import Settings
from engine.strategies.bot_list import BotList
from engine.strategies.replay_account import replay_account


def open_replay(settings: Settings, listed: BotList | None, clock: Clock) -> Market:
    """The data that the settings name, with these bots. Raises DataError for bad files, InvalidValue for bots."""
    if settings.data is None:
        raise InvalidValue("LOCKSTEP_DATA", "the replay market needs a file or a folder")
    days = read_told_days(settings.special_days)
    data = read_market_data([settings.data], calendars=days.calendar)
    bots = listed or BotList((BotSpec("confluence", "confluence", data.symbols, name="confluence"),))
    check_bots(bots.bots, data)
    account = replay_account(bots, data_digest([settings.data], days.digest), settings.owner_uid)
    account = replace(account, currency=data.currency, hard_limits=settings.hard_limits, copy_rules=settings.copy_rules)
    return Market(account, bots.bots, ReplayFeed(data, clock, settings.speed))
