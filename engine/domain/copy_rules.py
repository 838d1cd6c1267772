"""Who may follow whom: the deployment's rule (COPY_ALLOW), asked by the API when a bot is made and by the engine.

Within the rule stands the law: docs/STRATEGIES.md, section copy, has the note on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.errors import InvalidValue

_PAIR = re.compile(r"([A-Za-z0-9][\w-]*)>([A-Za-z0-9][\w-]*)")


class CopyAllow(StrEnum):
    """How far a follower's leader may be."""

    NONE = "none"
    SAME_ACCOUNT = "same-account"
    SAME_USER = "same-user"


@dataclass(frozen=True, slots=True)
class Party:
    """A follower's or a leader's account."""

    account_id: str
    user_id: str
    live: bool


@dataclass(frozen=True, slots=True)
class CopyRules:
    """`pairs` of (follower, leader), each a user's or an account's id, are allowed beside what `allow` says.

    paper_to_live    whether a live account may follow a paper one
    """

    allow: CopyAllow = CopyAllow.SAME_USER
    pairs: tuple[tuple[str, str], ...] = ()
    paper_to_live: bool = False

    def refusal(self, follower: Party, leader: Party) -> str | None:
        """Why one may not follow the other, as a sentence; None: it may."""
        if follower.live and not leader.live and not self.paper_to_live:
            return "A live account follows no paper account here (COPY_PAPER_TO_LIVE)"
        if self.allow is not CopyAllow.NONE and follower.account_id == leader.account_id:
            return None
        if self.allow is CopyAllow.SAME_USER and follower.user_id == leader.user_id:
            return None
        followers, leaders = (follower.account_id, follower.user_id), (leader.account_id, leader.user_id)
        if any((one, other) in self.pairs for one in followers for other in leaders):
            return None
        if self.allow is CopyAllow.NONE:
            return "Nobody may be followed here (COPY_ALLOW)"
        within = "the same account" if self.allow is CopyAllow.SAME_ACCOUNT else "the same user's accounts"
        return f"Leaders are followed within {within} only (COPY_ALLOW)"


DEFAULT_COPY_RULES = CopyRules()


def read_copy_rules(allow: str, paper_to_live: str = "") -> CopyRules:
    """COPY_ALLOW: `none`, `same-account` or `same-user`, and pairs `follower>leader`, between commas; and
    COPY_PAPER_TO_LIVE: 0 or 1. Raises InvalidValue.
    """
    if paper_to_live not in ("", "0", "1"):
        raise InvalidValue("COPY_PAPER_TO_LIVE", f"{paper_to_live!r} is neither 0 nor 1")
    words = [word.strip() for word in allow.split(",") if word.strip()]
    levels = [CopyAllow(word) for word in words if word in CopyAllow.__members__.values()]
    if len(levels) > 1:
        raise InvalidValue("COPY_ALLOW", f"{allow!r} names two of {', '.join(CopyAllow)}")
    pairs = []
    for word in words:
        pair = _PAIR.fullmatch(word)
        if pair is not None:
            pairs.append((pair[1], pair[2]))
        elif word not in levels:
            raise InvalidValue("COPY_ALLOW", f"{word!r} is none of {', '.join(CopyAllow)}, and no pair follower>leader")
    return CopyRules(levels[0] if levels else CopyAllow.SAME_USER, tuple(pairs), paper_to_live == "1")
