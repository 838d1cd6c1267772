"""What is traded, and on which prices. Made by market.py's market of the settings; used by engine.py and outside.py."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bootstrap.angelone import AngelOne
from engine.domain.account import AccountSpec, BotSpec
from engine.ports import MarketFeed


@dataclass(frozen=True, slots=True)
class Market:
    """The account that is traded, its bots, and where its prices come from.

    `broker` stands behind an account on real prices: it is logged in once the account is ours. None elsewhere.
    """

    account: AccountSpec
    bots: tuple[BotSpec, ...]
    feed: MarketFeed
    broker: AngelOne | None = None
