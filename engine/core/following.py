"""What a bot that follows a leader remembers: its terms, what it has heard, whether the leader is gone or wild.

Held by state.py for each such bot; changed by copying.py and the files that it calls, by leaders.py when its bot comes
or is started, by sending.py as a part is taken back; kept over restarts in the bot's status.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.domain.copying import WILD, CopyTerms, FollowStatus, LeaderFact
from engine.domain.instant import MINUTE, Instant
from engine.domain.order import ExitReason


@dataclass(slots=True)
class Following:
    """How a follower stands.

    sequence          of a leader elsewhere: the last of its facts that was looked at
    gone, gone_at     why and since when there is nobody to follow, market time
    wild              why following stopped until a person resumes it; told at this generation of the bot
    refused           why the leader may not be followed
    entries           when the leader entered within the last minute; `entries_day` counts the day's
    entering          the leader's order that was counted last: its further fills are the same entry
    held              what the leader holds by symbol, as far as it was told; of a leader elsewhere alone
    targets           what a position may be at most, where the leader reduced its own
    latest            of a leader elsewhere: the sequence of the newest fact of each symbol that was taken
    leaving           why all of a position is to be left, while an exit of a part is being taken back for it
    """

    terms: CopyTerms
    sequence: int | None = None
    gone: str | None = None
    gone_at: Instant | None = None
    wild: str | None = None
    wild_generation: int = 0
    refused: str | None = None
    entries: list[Instant] = field(default_factory=list)
    entries_day: int = 0
    entering: str = ""
    held: dict[str, Decimal] = field(default_factory=dict)
    targets: dict[str, Decimal] = field(default_factory=dict)
    leaving: dict[str, ExitReason] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # of what was told, asked whether it holds one, never walked through

    @classmethod
    def begin(cls, terms: CopyTerms, before: FollowStatus | None) -> Following:
        """Go on from its status of before, where that is of the same leader."""
        if before is None or (before.leader, before.follow) != (str(terms.leader), terms.follow):
            return cls(terms)
        return cls(
            terms, before.sequence, before.gone, before.gone_at, before.wild, before.wild_generation,
            entries_day=before.entries_day,
        )  # fmt: skip

    def status(self) -> FollowStatus:
        """What its bot's status keeps of it."""
        return FollowStatus(
            str(self.terms.leader), self.terms.follow, self.sequence, self.gone, self.gone_at, self.wild,
            self.wild_generation, self.entries_day,
        )  # fmt: skip

    def blocking(self) -> tuple[str, str] | None:
        """Why it would enter nothing now, whatever the leader does: a code and a sentence."""
        leader = self.terms.leader
        if self.refused is not None:
            return "copy_refused", self.refused
        if self.wild is not None:
            return WILD, f"{self.wild}; resume the bot to follow again"
        if self.gone is not None:
            return "leader_gone", f"The leader {leader} {self.gone}"
        return None

    def count_entry(self, order_id: str, at: Instant) -> str | None:
        """An entry of the leader's at a market time; why that is one too many, as a sentence."""
        if order_id and order_id == self.entering:
            return None
        self.entering = order_id
        self.entries = [*(one for one in self.entries if at - one < MINUTE), at]
        self.entries_day += 1
        terms = self.terms
        if len(self.entries) > terms.max_per_minute:
            return f"{terms.leader} entered {len(self.entries)} times within a minute, limit {terms.max_per_minute}"
        if self.entries_day > terms.max_per_day:
            return f"{terms.leader} entered {self.entries_day} times today, limit {terms.max_per_day}"
        return None

    def overtaken(self, fact: LeaderFact) -> bool:
        """Whether what the leader did later on this symbol was taken before this fact was told."""
        return fact.sequence is not None and fact.sequence < self.latest.get(fact.symbol, fact.sequence)

    def begin_day(self) -> None:
        """The day's count starts again."""
        self.entries_day = 0
