"""How a simulated venue fills an order: slippage, latency, partial fills, drawn from a seed. Asked by venue.py.

The default is CONTRACT section 4's: whole, at the symbol's next price, plus 1 basis point against us.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from engine.domain.account import AccountSpec
from engine.domain.fill_terms import FillTerms
from engine.domain.instant import MILLISECOND
from engine.domain.instrument import Instrument
from engine.domain.order import Side
from engine.simulation.intrabar import Intrabar

_BPS = 10_000


@dataclass(frozen=True, slots=True)
class FillModel:
    """The terms of domain/fill_terms.py with the seed that draws by them, and the rule for exits within a bar."""

    seed: int = 1
    slippage_bps: int = 1
    latency_ms: int = 0
    partial_pct: int = 0
    unfilled_pct: int = 0
    intrabar: Intrabar = Intrabar.STATED

    def __post_init__(self) -> None:
        FillTerms(self.slippage_bps, self.latency_ms, self.partial_pct, self.unfilled_pct)  # refuses wrong ones

    @staticmethod
    def of(account: AccountSpec, intrabar: Intrabar = Intrabar.STATED) -> FillModel:
        """The model of an account: its terms, its seed."""
        terms = account.fills
        return FillModel(
            account.seed, terms.slippage_bps, terms.latency_ms, terms.partial_pct, terms.unfilled_pct, intrabar
        )

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
