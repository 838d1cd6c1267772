"""The door to leaders in other accounts: what their engines have written down. Implemented by adapters/firestore;
called by runtime/leader_watch and, for who a leader is, by the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from engine.domain.copying import Follow, LeaderFact, LeaderName


@dataclass(frozen=True, slots=True)
class Standing:
    """A leader as it was read. `leader` names its account.

    gone            why there is nobody to follow, as a phrase after its name
    heartbeat_at    when its engine last said that it runs, wall time
    simulated       whether its market has a clock of its own: ages are then reckoned from when a fact was written
    follows         whom it follows itself, and they in turn, nearest first; each names its account
    """

    leader: LeaderName
    user_id: str = ""
    live: bool = False
    gone: str | None = None
    heartbeat_at: datetime | None = None
    simulated: bool = False
    follows: tuple[LeaderName, ...] = ()


class LeaderBoard(Protocol):
    """Leaders of any account. Every method raises an OperatingError when the store does not answer."""

    def standing(self, leader: LeaderName) -> Standing:
        """How a leader stands; one that nobody knows is `gone`."""

    def newest(self, standing: Standing, follow: Follow) -> int:
        """The sequence of its newest fact; 0 for none."""

    def facts(self, standing: Standing, follow: Follow, after: int, now: datetime) -> Sequence[tuple[int, LeaderFact]]:
        """Its facts whose sequence is beyond `after`, in that order; their ages are as of `now`, wall time."""

    def held(self, standing: Standing, symbol: str) -> Decimal | None:
        """What it holds of a symbol by its newest fill, signed; None where no fill of it says so."""
