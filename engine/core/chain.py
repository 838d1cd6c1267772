"""Where an account's audit log stands. Held by state; moved by audit.py alone, put back by recover.py."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.domain.found import ChainFound


@dataclass(slots=True)
class Chain:
    """`number` and `hash` are the newest entry's, 0 and empty before the first.

    `known` waits for a replay that is played again to come to where it was; `generations` are those that bots were at
    when they were last written down, so that meeting them again after a restart is told from a change.
    """

    number: int = 0
    hash: str = ""
    known: ChainFound | None = None
    generations: dict[str, int] = field(default_factory=dict)
