"""Whether the bots of one list can follow their leaders. Asked before a backtest, a replay or a demo begins, since a
bot in error would only be seen afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.domain.account import BotSpec
from engine.domain.copying import ALL, LeaderName, chain_of, fault_of, followed_by
from engine.domain.errors import InvalidValue


def check_leaders(bots: Sequence[BotSpec], *, elsewhere: bool) -> None:
    """Raise InvalidValue for a leader that is not in the list, or a circle or too long a chain of followers.

    `elsewhere` says whether a leader may be in another account.
    """
    leaders = {bot.bot_id: leader_of(bot) for bot in bots}

    def next_of(name: LeaderName) -> LeaderName | None:
        leader = leaders.get(name.bot_id)
        return None if leader is None or leader.account_id else leader

    for bot_id, leader in leaders.items():
        where = f"{bot_id}.parameters.leader"
        if leader is None:
            continue
        if leader.account_id and not elsewhere:
            raise InvalidValue(where, f"{leader} is in another account, whose trades are not in this data")
        if not leader.account_id and leader.bot_id != ALL and leader.bot_id not in leaders:
            raise InvalidValue(where, f"there is no bot {leader}; there are {', '.join(sorted(leaders))}")
        if (fault := fault_of(chain_of(LeaderName("", bot_id), next_of))) is not None:
            raise InvalidValue(where, fault)


def leader_of(bot: BotSpec) -> LeaderName | None:
    """Whom a bot follows; None for one that follows nobody."""
    return followed_by(LeaderName("", bot.bot_id), bot.strategy, bot.parameters)


def renamed(bot: BotSpec, prefix: str) -> BotSpec:
    """A bot under another name, as all of its list are: its leader in the list is under another one too."""
    leader, parameters = leader_of(bot), dict(bot.parameters)
    if leader is not None and not leader.account_id and leader.bot_id != ALL:
        parameters["leader"] = prefix + leader.bot_id
    return replace(bot, bot_id=prefix + bot.bot_id, parameters=parameters)
