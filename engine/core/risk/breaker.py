"""What the account may do right now. Asked by decide.py.

Two kinds of halt stand beside each other. A person's, or a broken invariant's, is latched: only a person (or, later, a
new session) lifts it. A hold is the service's own, while it can't vouch for an entry: its cause lifts it by itself, and
lifts nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.account import TradingState


@dataclass(slots=True)
class Breaker:
    """ACTIVE, or HALTED with a reason in words. Exits go on in every state."""

    halted: str | None = None  # a person's reason, or the invariant that broke
    held: str | None = None  # the service's own
    broken: bool = False

    @property
    def state(self) -> TradingState:
        """HALTED while anything halts."""
        return TradingState.ACTIVE if self.reason is None else TradingState.HALTED

    @property
    def reason(self) -> str | None:
        """Why it is halted; what a person must see to goes before what passes by itself."""
        return self.held if self.halted is None else self.halted

    def halt(self, reason: str, *, broken: bool = False) -> None:
        """Stop entries. `broken` marks a broken invariant, which a person's resume does not lift."""
        self.halted = reason
        self.broken = self.broken or broken

    def resume(self) -> bool:
        """Lift a person's halt; False while an invariant is broken. A hold stays."""
        if self.broken:
            return False
        self.halted = None
        return True
