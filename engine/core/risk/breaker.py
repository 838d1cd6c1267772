"""What the account may do right now. Asked by closed.py; its trips are put here and lifted by tripping.py.

Three kinds of halt stand beside each other. A person's, or a broken invariant's, is latched: only a person lifts it,
and a broken invariant's not before a comparison since then has found broker and books in step. A trip is latched, and
lifted by what its kind says (trips.py). A hold is the service's own, while it can't vouch for an entry: its cause lifts
it by itself, and lifts nothing else; not to have been compared with the broker yet is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core.risk.trips import LIFTED_BY_A_PERSON, not_reconciled
from engine.domain.account import TradingState
from engine.domain.order import Refusal
from engine.domain.records import TripKind, TripRecord


@dataclass(slots=True)
class Breaker:
    """What stops entries, in the order of what a person must see to first. Exits go on in every state."""

    halted: str | None = None  # a person's reason, or the invariant that broke
    held: str | None = None  # the service's own
    broken: bool = False
    broke_at: int = 0  # how many reports had been compared by then
    trips: dict[TripKind, TripRecord] = field(default_factory=dict)  # latched
    unreconciled: TripRecord | None = None  # held until the broker's first report was compared

    @property
    def refusal(self) -> Refusal | None:
        """Why no entry is made now; None where entries are free."""
        if self.halted is not None:
            return Refusal("halted", self.halted)
        for trip in self.trips.values():
            return Refusal(trip.kind, trip.detail, f"{trip.found}", f"{trip.limit}")
        if self.held is not None:
            return Refusal("halted", self.held)
        if self.unreconciled is not None:
            return Refusal(self.unreconciled.kind, self.unreconciled.detail)
        return None

    @property
    def reason(self) -> str | None:
        """Why entries are stopped, in words."""
        refusal = self.refusal
        return None if refusal is None else refusal.detail

    def state(self, *, exposed: bool) -> TradingState:
        """`exposed`: whether anything is held or at work. What has tripped by itself is REDUCING until nothing is."""
        if self.halted is not None or self.held is not None or self.unreconciled is not None:
            return TradingState.HALTED
        if not self.trips:
            return TradingState.ACTIVE
        return TradingState.REDUCING if exposed else TradingState.HALTED

    @property
    def by_itself(self) -> bool:
        """Stopped, and by no person and no broken invariant."""
        return self.halted is None and self.refusal is not None

    @property
    def shown(self) -> tuple[TripRecord, ...]:
        """What has tripped and what is not compared yet, for the account's record."""
        return (*self.trips.values(), *(() if self.unreconciled is None else (self.unreconciled,)))

    def halt(self, reason: str, *, broken: bool = False, reports: int = 0) -> None:
        """Stop entries. `broken` marks a broken invariant, after so many `reports` that were compared; what broke stays
        the reason, whatever else halts after it.
        """
        if broken or not self.broken:
            self.halted = reason
        if broken:
            self.broken, self.broke_at = True, reports

    def resume(self, *, reports: int, in_step: bool) -> bool:
        """Lift a person's halt, and a broken invariant's once a report was compared since that left nothing open; False
        before. `reports` were compared so far. Holds and trips stay.
        """
        if self.broken and not (in_step and reports > self.broke_at):
            return False
        self.halted, self.broken = None, False
        return True

    def await_comparison(self) -> None:
        """Hold entries from the start on: nothing is known yet of what the venue has."""
        self.unreconciled = not_reconciled()

    def liftable(self) -> list[TripKind]:
        """The trips that a person may lift."""
        return [kind for kind in self.trips if kind in LIFTED_BY_A_PERSON]
