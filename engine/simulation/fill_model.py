"""How a simulated venue fills an order: slippage, latency, partial fills, drawn from a seed. Asked by venue.py.

The default is CONTRACT section 4's: whole, at the symbol's next price, plus 1 basis point against us.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from engine.domain.errors import InvalidValue
from engine.domain.instant import MILLISECOND
from engine.domain.instrument import Instrument
from engine.domain.order import Side

_BPS = 10_000


@dataclass(frozen=True, slots=True)
class FillModel:
    """slippage_bps: against us, basis points of the price. latency_ms: market time until an order can fill.

    partial_pct: how many of a hundred orders are filled in two parts rather than whole.
    unfilled_pct: how many of a hundred limit orders that rest on arrival nobody ever trades with, whatever the price.
    """

    seed: int = 1
    slippage_bps: int = 1
    latency_ms: int = 0
    partial_pct: int = 0
    unfilled_pct: int = 0

    def __post_init__(self) -> None:
        bounds = {"slippage_bps": 1_000, "latency_ms": 60_000, "partial_pct": 100, "unfilled_pct": 100}
        for name, most in bounds.items():
            if not 0 <= getattr(self, name) <= most:
                raise InvalidValue(name, f"must be 0 to {most}, is {getattr(self, name)}")

    @property
    def latency_us(self) -> int:
        """Latency as market time."""
        return self.latency_ms * MILLISECOND

    def price(self, units: int, side: Side, instrument: Instrument) -> Decimal:
        """The price of a fill, to the nearest unit of the instrument."""
        exact = Decimal(units) * (_BPS + side.sign * self.slippage_bps) / _BPS
        return instrument.price_of(int(exact.to_integral_value()))

    def quantity(self, order_id: str, part: int, remaining: Decimal, instrument: Instrument) -> Decimal:
        """How much of an order this price fills: all that remains, or about half of it the first time."""
        if part > 0 or self.partial_pct == 0 or self._draw(order_id) >= self.partial_pct:
            return remaining
        half = instrument.whole_lots(remaining / 2)
        return half if half > 0 else remaining

    def passed_over(self, order_id: str) -> bool:
        """Whether a resting order stays behind others in the queue until it is taken out."""
        return self.unfilled_pct > 0 and self._draw(f"queue:{order_id}") < self.unfilled_pct

    def _draw(self, name: str) -> int:
        return int.from_bytes(sha256(f"{self.seed}:{name}".encode()).digest()[:8]) % 100
