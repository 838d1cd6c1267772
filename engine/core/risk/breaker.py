"""What the account may do right now. Latched: only a person (or, later, a new session) lifts a halt.

Asked by decide.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.account import TradingState


@dataclass(slots=True)
class Breaker:
    """ACTIVE, or HALTED with a reason in words. Exits go on in every state."""

    state: TradingState = TradingState.ACTIVE
    reason: str | None = None
    broken: bool = False

    def halt(self, reason: str, *, broken: bool = False) -> None:
        """Stop entries. `broken` marks a broken invariant, which a person's resume does not lift."""
        self.state = TradingState.HALTED
        self.reason = reason
        self.broken = self.broken or broken

    def resume(self) -> bool:
        """Lift a person's halt; False while an invariant is broken."""
        if self.broken:
            return False
        self.state = TradingState.ACTIVE
        self.reason = None
        return True
