"""Copying as nouns: who is followed and on what terms, what a leader did, how a follower stands.

Terms come from strategies/copy; facts are made by core/copying from the account's own bots, and by runtime/leader_watch
from what another account's engine has written down; core/copying acts on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.domain.errors import InvalidValue
from engine.domain.instant import Instant
from engine.domain.order import Side

COPY = "copy"  # the strategy
WILD = "wild"  # the blocking reason of a follower that waits for a person
ALL = "*"
CHAIN_MAX = 3  # leaders one behind the other: a fact reaches the last follower within so many steps
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


class Follow(StrEnum):
    """What of a leader is followed: what its strategy says, or what its account trades."""

    FILLS = "fills"
    SIGNALS = "signals"


class WhenGone(StrEnum):
    """What becomes of copied positions when the leader is gone."""

    KEEP = "keep"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class LeaderName:
    """A bot, or with `*` every bot of an account that is no follower itself. No account: the follower's own."""

    account_id: str
    bot_id: str

    @classmethod
    def read(cls, text: str, where: str = "parameters.leader") -> LeaderName:
        """`bot`, `*`, `account/bot` or `account/*`; raises InvalidValue for anything else."""
        account_id, slash, bot_id = text.rpartition("/")
        named = bot_id == ALL or _ID.fullmatch(bot_id)
        if not named or (slash and not _ID.fullmatch(account_id)):
            raise InvalidValue(where, f"{text!r} is no leader: bot, account/bot, account/* or * (a whole account)")
        return cls(account_id, bot_id)

    def __str__(self) -> str:
        return f"{self.account_id}/{self.bot_id}" if self.account_id else self.bot_id

    def words(self) -> str:
        """As in: follows …"""
        if self.bot_id != ALL:
            return str(self)
        return f"all bots of {self.account_id}" if self.account_id else "all other bots of the account"


def followed_by(name: LeaderName, strategy: object, parameters: Mapping[str, Any]) -> LeaderName | None:
    """Whom a bot follows, by its strategy and parameters, with the account named where the bot's is; None: nobody."""
    if strategy != COPY:
        return None
    try:
        leader = LeaderName.read(str(parameters.get("leader", ALL)))
    except InvalidValue:
        return None
    return LeaderName(leader.account_id or name.account_id, leader.bot_id)


def chain_of(first: LeaderName, leader_of: Callable[[LeaderName], LeaderName | None]) -> list[LeaderName]:
    """A follower, its leader, the leader's leader, as far as `leader_of` knows any: to the first that is in it already,
    is a whole account, or is one too many.
    """
    chain = [first]
    while (leader := leader_of(chain[-1])) is not None:
        chain.append(leader)
        if leader.bot_id == ALL or leader in chain[:-1] or len(chain) > CHAIN_MAX + 1:
            break
    return chain


def fault_of(chain: Sequence[LeaderName]) -> str | None:
    """Why such a chain may not be, as a sentence: a circle would copy for ever, a long chain is late at its end."""
    names = [str(name) for name in chain]
    if names[-1] == names[0] and len(names) == 2:
        return f"{names[0]} follows itself"
    if names[-1] in names[:-1]:
        circle = names[names.index(names[-1]) :]
        return f"{circle[0]} would follow itself, by way of {' and '.join(circle[1:-1])}"
    if len(names) > CHAIN_MAX + 1:
        return f"{' follows '.join(names)}: more than {CHAIN_MAX} leaders one behind the other"
    return None


@dataclass(frozen=True, slots=True)
class CopyTerms:
    """On what terms a bot follows.

    scale             of fills: times the share of the equities; of signals: times the follower's own sizing
    max_delay_s       no entry on what is older; exits are followed however late
    max_per_minute    entries of the leader within a minute of market time, beyond which following stops; also `_day`
    leader_silent_s   of a leader elsewhere: its engine's heartbeat is at most so old, or it is gone
    close_after_s     how long a leader is gone before copied positions are closed, where `when_gone` says so
    """

    leader: LeaderName
    follow: Follow = Follow.FILLS
    scale: Decimal = Decimal(1)
    max_delay_s: int = 30
    max_per_minute: int = 10
    max_per_day: int = 200
    leader_silent_s: int = 180
    when_gone: WhenGone = WhenGone.KEEP
    close_after_s: int = 900


@dataclass(frozen=True, slots=True)
class LeaderFact:
    """A signal or a fill of a leader. `price` in currency; quantities are signed; `at` is the leader's market time.

    enters         of a signal: whether an entry of the leader's came of it
    order_id       of a fill: the order that it is a part of
    before, after  of a fill: what the bot held of the symbol
    net_before, net_after    the same of all bots of the account that follow nobody; None for a follower's own fill
    equity         of a fill: the leader's account after it, currency
    age_us         how old it was when it was told, wall time; None for the account's own, whose market time is ours
    copied         whether the bot that did it is itself a follower
    sequence       of a leader elsewhere: its place among what that account wrote down
    """

    fact_id: str
    kind: Follow
    account_id: str
    bot_id: str
    symbol: str
    side: Side
    price: Decimal
    at: Instant
    score: float = 0.0
    enters: bool = True
    order_id: str = ""
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    net_before: Decimal | None = None
    net_after: Decimal | None = None
    equity: Decimal = Decimal(0)
    age_us: int | None = None
    copied: bool = False
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class LeaderTold:
    """What a leader in another account did since the follower heard of it last, oldest first.

    bot_id      the follower
    leader      whom it was asked about; a follower that follows another one by now takes nothing of it
    after       the sequence it was asked from on, None at the first look: told out of turn, it counts for nothing
    sequence    the last of the leader's facts that was looked at, from where the next are asked for; None where the
                leader is not known, or may not be followed
    held        what the leader holds by symbol, where that was asked for: at the first look
    gone        why there is nobody to follow, as a phrase after the leader's name; None: it is there
    refused     why it may not be followed, as a sentence
    """

    bot_id: str
    leader: LeaderName
    after: int | None
    sequence: int | None
    facts: tuple[LeaderFact, ...] = ()
    held: Mapping[str, Decimal] = field(default_factory=dict)
    gone: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class FollowStatus:
    """How a follower stands, as its status keeps it over restarts. `sequence` None: nothing was heard yet."""

    leader: str
    follow: Follow
    sequence: int | None = None
    gone: str | None = None
    gone_at: Instant | None = None
    wild: str | None = None
    wild_generation: int = 0
    entries_day: int = 0
