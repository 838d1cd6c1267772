"""How much an entry trades. Asked by decide.py; rounds down to whole lots."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.account import Sizing, SizingKind
from engine.domain.instrument import Instrument


def entry_quantity(sizing: Sizing, instrument: Instrument, price: Decimal, equity: Decimal) -> Decimal:
    """Whole lots worth the bot's share of equity, its amount, or its quantity; 0 when not even one lot fits."""
    if price <= 0 or equity <= 0:
        return Decimal(0)
    if sizing.kind is SizingKind.QUANTITY:
        return instrument.whole_lots(sizing.value)
    amount = equity * sizing.value / 100 if sizing.kind is SizingKind.EQUITY_PCT else sizing.value
    return instrument.whole_lots(amount / price)
