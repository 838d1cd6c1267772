"""The account at a broker and the bots it begins with, named alike whichever broker it is. Used by each market."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.domain.account import AccountSpec, BotSpec, Mode
from engine.domain.broker_keys import TITLES
from engine.settings import Settings
from engine.strategies.bot_leaders import renamed
from engine.strategies.bot_list import BotList
from engine.strategies.replay_account import replay_account


@dataclass(frozen=True, slots=True)
class AtBroker:
    """Which of a broker's accounts: paper or live, at the real one or rehearsed at a loopback one. `apart` is the word
    of what else has books of its own, "" for none.
    """

    market: str
    live: bool
    rehearsed: bool
    apart: str = ""

    def account(self, settings: Settings, listed: BotList, **terms: Any) -> AccountSpec:
        """The account; `terms` are fields of AccountSpec that are the broker's own."""
        mode, title = Mode.LIVE if self.live else Mode.PAPER, TITLES[self.market]
        words = [word for word in (self.apart, "rehearsal" if self.rehearsed else "") if word]
        return replace(
            replay_account(listed, "", settings.owner_uid),
            account_id="-".join([mode.value, self.market, *words]),
            name=", ".join([title, *(() if self.live else ("paper",)), *words]),
            mode=mode,
            market=self.market,
            copy_rules=settings.copy_rules,
            limits_only=True,
            **terms,
        )

    def bots(self, listed: BotList) -> tuple[BotSpec, ...]:
        """The bots, under names of their own: nothing that is live or rehearsed shares a document with paper."""
        prefix = ("live-" if self.live else "") + ("rehearsal-" if self.rehearsed else "")
        return tuple(renamed(bot, prefix) for bot in listed.bots) if prefix else listed.bots
