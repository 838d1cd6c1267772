"""One bot's position in one symbol: what it holds, what that cost, what it has realized. Moved by portfolio.py.

Quantities are signed (short is negative), values are whole paise or cents, so that cash, positions and charges conserve
exactly.

An exit takes a part of what is open. By `average` it takes of all entries alike: the part's share of the open cost. By
`fifo` it takes the oldest entries first, at what each of them cost. A part's realized P&L differs, a round trip's does
not. The tranches shown leave first in, first out either way; by `fifo` their cost is the position's, by `average` only
until the first exit. A position that was reduced by average goes on so until it is flat, whatever the setting is then.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from engine.domain.account import ReduceBy
from engine.domain.instant import Instant
from engine.domain.instrument import MONEY_DIGITS, MONEY_UNIT, Instrument
from engine.domain.order import ExitReason, Side
from engine.domain.records import FillRecord, Tranche

ZERO = Decimal(0)


@dataclass(slots=True)
class Taken:
    """What the books take of a fill; a `FillRecord` says more. Never written to again."""

    fill_key: str
    order_id: str
    bot_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    charges: Decimal
    filled_at: Instant


Fill: TypeAlias = Taken | FillRecord


@dataclass(slots=True)
class Position:
    """`cost` is what the open quantity was traded for, positive; opened and closed values are the whole round trip's.

    It lasts from the earliest entry fill to the latest exit fill, whatever the order they are told in.

    Values are money in whole paise or cents; turnovers beside them are price times quantity, unrounded: for averages.
    """

    bot_id: str
    instrument: Instrument
    entry_time: Instant
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized_gross: Decimal = ZERO
    charges: Decimal = ZERO
    opened_quantity: Decimal = ZERO
    opened_value: Decimal = ZERO
    closed_value: Decimal = ZERO
    turnover: Decimal = ZERO
    opened_turnover: Decimal = ZERO
    closed_turnover: Decimal = ZERO
    tranches: list[Tranche] = field(default_factory=list)
    fill_ids: list[str] = field(default_factory=list)
    stop_price: Decimal | None = None
    target_price: Decimal | None = None
    exit_time: Instant = 0
    stop_reason: ExitReason = ExitReason.STOP  # what moved the stop to where it is
    best_price: Decimal | None = None  # since the entry, in whole steps of a trailing stop
    break_even_price: Decimal | None = None  # where the break-even stop was moved to, once it was
    stops: int = 0  # protective stops that were sent for it so far
    symbol: str = field(init=False)
    _whole: int | None = field(default=None, init=False, repr=False, compare=False)
    _whole_of: Decimal | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.symbol = self.instrument.symbol

    @property
    def sign(self) -> int:
        """+1 long, -1 short."""
        return 1 if self.quantity > 0 else -1

    @property
    def entry_price(self) -> Decimal:
        """The weighted average of the open quantity, exact."""
        return self.turnover / abs(self.quantity)

    @property
    def at_risk_pct(self) -> Decimal:
        """What its open tranches put at risk, % of the equity each was entered at."""
        total = ZERO
        for tranche in self.tranches:
            total += tranche.at_risk_pct
        return total

    def value(self, price: Decimal) -> Decimal:
        """What it would fetch at a price: negative for a short."""
        return self.instrument.value_of(price, self.quantity)

    def worth(self, units: int) -> Decimal:
        """`value` at a price in units."""
        whole = self.cents_a_unit()
        if whole is None:
            return self.value(self.instrument.price_of(units))
        return Decimal(whole * units).scaleb(-MONEY_DIGITS)

    def cents_a_unit(self) -> int | None:
        """What a unit of price is worth in it, paise or cents, negative for a short; None where that is no whole
        number, and a value has to be rounded.
        """
        quantity = self.quantity
        if self._whole_of is not quantity:
            self._whole_of, spare = quantity, MONEY_DIGITS - self.instrument.price_digits
            fits = spare >= 0 and quantity == quantity.to_integral_value()
            self._whole = int(quantity) * 10**spare if fits else None
        return self._whole

    def unrealized(self, price: Decimal) -> Decimal:
        """Gross P&L of the open quantity at a price."""
        return self.value(price) - self.cost * self.sign

    def build(self, fill: Fill, value: Decimal, at_risk_pct: Decimal) -> None:
        """Take an entry fill."""
        self.entry_time = min(self.entry_time, fill.filled_at)
        self.quantity += fill.quantity * fill.side.sign
        self.cost += value
        self.opened_quantity += fill.quantity
        self.opened_value += value
        self.turnover += fill.price * fill.quantity
        self.opened_turnover += fill.price * fill.quantity
        self.tranches.append(Tranche(fill.quantity, fill.price, fill.filled_at, at_risk_pct, fill.order_id))

    def reduce(self, fill: Fill, value: Decimal, by: ReduceBy) -> Decimal:
        """Take an exit fill; returns the gross P&L it realized."""
        self.exit_time = max(self.exit_time, fill.filled_at)
        released, turnover = self._oldest(fill.quantity) if by is ReduceBy.FIFO else self._share(fill.quantity)
        gross = (value - released) * self.sign
        self.quantity += fill.quantity * fill.side.sign
        self.cost -= released
        self.turnover -= turnover
        self.closed_value += value
        self.closed_turnover += fill.price * fill.quantity
        self.realized_gross += gross
        self._release(fill.quantity)
        return gross

    def _share(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """What a part of all entries alike cost, and its turnover."""
        open_quantity = abs(self.quantity)
        cost = (self.cost * quantity / open_quantity).quantize(MONEY_UNIT, ROUND_HALF_EVEN)
        return cost, self.turnover * quantity / open_quantity

    def _oldest(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """What the oldest entries of a part cost, and their turnover."""
        if quantity == abs(self.quantity):
            return self.cost, self.turnover
        before, after, turnover, left = ZERO, ZERO, ZERO, quantity
        for tranche in self.tranches:
            taken = min(left, tranche.quantity)
            left -= taken
            before += self.instrument.value_of(tranche.price, tranche.quantity)
            after += self.instrument.value_of(tranche.price, tranche.quantity - taken)
            turnover += tranche.price * taken
        if before == self.cost:
            return before - after, turnover
        return self._share(quantity)  # reduced by average before: its entries no longer tell what is open

    def _release(self, quantity: Decimal) -> None:
        while quantity > 0:
            first = self.tranches[0]
            if first.quantity <= quantity:
                quantity -= first.quantity
                self.tranches.pop(0)
                continue
            left = first.quantity - quantity
            risk = first.at_risk_pct * left / first.quantity
            self.tranches[0] = replace(first, quantity=left, at_risk_pct=risk)
            return
