"""How a simulated venue fills, as a person sets it. Said in a bots file, kept in an account; read by simulation.

The defaults are those that decide fills everywhere: whole, at the next price, 1 basis point against us.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.errors import InvalidValue

BOUNDS = {"slippage_bps": 1_000, "latency_ms": 60_000, "partial_pct": 100, "unfilled_pct": 100}


@dataclass(frozen=True, slots=True)
class FillTerms:
    """slippage_bps    against us, basis points of the price
    latency_ms      market time until an order can fill
    partial_pct     orders of a hundred that are filled in two parts rather than whole
    unfilled_pct    limit orders of a hundred that rest on arrival and are never traded with, whatever the price

    Which orders are meant is drawn from the account's seed and the order's id.
    """

    slippage_bps: int = 1
    latency_ms: int = 0
    partial_pct: int = 0
    unfilled_pct: int = 0

    def __post_init__(self) -> None:
        for name, most in BOUNDS.items():
            if not 0 <= getattr(self, name) <= most:
                raise InvalidValue(name, f"must be 0 to {most}, is {getattr(self, name)}")


DEFAULT_FILLS = FillTerms()
