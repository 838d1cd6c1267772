"""Positions from fills, and the closed trades they end in. Moved by settle.py; marked by engine.py at each minute.

A position is one bot's in one symbol; quantities are signed (short is negative), values are whole paise or cents, so
that cash, positions and charges conserve exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from engine.domain.errors import InvariantBroken
from engine.domain.instant import Instant
from engine.domain.instrument import MONEY_UNIT, Instrument
from engine.domain.order import ExitReason, Side
from engine.domain.records import FillRecord, Tranche

ZERO = Decimal(0)


@dataclass(slots=True)
class Position:
    """`cost` is what the open quantity was traded for, positive; opened and closed values are the whole round trip's.

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

    @property
    def symbol(self) -> str:
        return self.instrument.symbol

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
        return sum((tranche.at_risk_pct for tranche in self.tranches), ZERO)

    def value(self, price: Decimal) -> Decimal:
        """What it would fetch at a price: negative for a short."""
        return self.instrument.value_of(price, self.quantity)

    def unrealized(self, price: Decimal) -> Decimal:
        """Gross P&L of the open quantity at a price."""
        return self.value(price) - self.cost * self.sign

    def build(self, fill: FillRecord, value: Decimal, at_risk_pct: Decimal) -> None:
        """Take an entry fill."""
        self.quantity += fill.quantity * fill.side.sign
        self.cost += value
        self.opened_quantity += fill.quantity
        self.opened_value += value
        self.turnover += fill.price * fill.quantity
        self.opened_turnover += fill.price * fill.quantity
        self.tranches.append(Tranche(fill.quantity, fill.price, fill.filled_at, at_risk_pct))

    def reduce(self, fill: FillRecord, value: Decimal) -> Decimal:
        """Take an exit fill; returns the gross P&L it realized. First in, first out for the tranches shown."""
        open_quantity = abs(self.quantity)
        released = (self.cost * fill.quantity / open_quantity).quantize(MONEY_UNIT, ROUND_HALF_EVEN)
        gross = (value - released) * self.sign
        self.quantity += fill.quantity * fill.side.sign
        self.cost -= released
        self.turnover -= self.turnover * fill.quantity / open_quantity
        self.closed_value += value
        self.closed_turnover += fill.price * fill.quantity
        self.realized_gross += gross
        self._release(fill.quantity)
        return gross

    def _release(self, quantity: Decimal) -> None:
        while quantity > 0:
            first = self.tranches[0]
            if first.quantity <= quantity:
                quantity -= first.quantity
                self.tranches.pop(0)
                continue
            left = first.quantity - quantity
            risk = first.at_risk_pct * left / first.quantity
            self.tranches[0] = Tranche(left, first.price, first.at, risk)
            return


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A round trip from flat to flat; prices are weighted averages, exact."""

    bot_id: str
    symbol: str
    side: str
    quantity: Decimal
    entry_at: Instant
    entry_price: Decimal
    exit_at: Instant
    exit_price: Decimal
    gross_pnl: Decimal
    charges: Decimal
    exit_reason: ExitReason
    fill_ids: tuple[str, ...]

    @property
    def net_pnl(self) -> Decimal:
        return self.gross_pnl - self.charges


@dataclass(frozen=True, slots=True)
class Booked:
    """What a fill did: the gross P&L it realized, and the round trip it ended, if it did."""

    realized: Decimal
    closed: ClosedTrade | None


class Portfolio:
    """All open positions of the account, by (bot, symbol)."""

    __slots__ = ("_positions",)

    def __init__(self) -> None:
        self._positions: dict[tuple[str, str], Position] = {}

    def get(self, bot_id: str, symbol: str) -> Position | None:
        """The open position of a bot in a symbol, if there is one."""
        return self._positions.get((bot_id, symbol))

    def all(self) -> list[Position]:
        """Every open position, by bot and symbol."""
        return [self._positions[key] for key in sorted(self._positions)]

    def __len__(self) -> int:
        return len(self._positions)

    def restore(self, position: Position) -> None:
        """Put back a position that was open."""
        self._positions[position.bot_id, position.symbol] = position

    def check(self, bot_id: str, symbol: str, side: Side, quantity: Decimal, *, entry: bool) -> None:
        """Raise InvariantBroken for a fill that the open position can't take. Changes nothing."""
        position = self._positions.get((bot_id, symbol))
        if position is None:
            if not entry:
                raise InvariantBroken(f"{bot_id} {symbol}: an exit fill with no position open")
        elif entry is not (position.sign == side.sign):
            kind = "an entry fill against" if entry else "an exit fill that adds to"
            raise InvariantBroken(f"{bot_id} {symbol}: {kind} the open position")
        elif not entry and quantity > abs(position.quantity):
            raise InvariantBroken(f"{bot_id} {symbol}: a fill of {quantity} closes {abs(position.quantity)} open")

    def book(
        self, fill: FillRecord, instrument: Instrument, at_risk_pct: Decimal, exit_reason: ExitReason | None
    ) -> Booked:
        """Take a fill, checked before, of an order that was an entry (exit_reason None) or an exit."""
        key = (fill.bot_id, fill.symbol)
        position = self._positions.get(key)
        if position is None:
            position = self._positions[key] = Position(fill.bot_id, instrument, fill.filled_at)
        position.charges += fill.charges
        position.fill_ids.append(fill.fill_key)
        value = instrument.value_of(fill.price, fill.quantity)
        if exit_reason is None:
            position.build(fill, value, at_risk_pct)
            return Booked(ZERO, None)
        realized = position.reduce(fill, value)
        if position.quantity:
            return Booked(realized, None)
        del self._positions[key]
        return Booked(realized, _closed(position, fill, exit_reason))


def _closed(position: Position, last: FillRecord, exit_reason: ExitReason) -> ClosedTrade:
    return ClosedTrade(
        bot_id=position.bot_id,
        symbol=position.symbol,
        side="LONG" if last.side is Side.SELL else "SHORT",
        quantity=position.opened_quantity,
        entry_at=position.entry_time,
        entry_price=position.opened_turnover / position.opened_quantity,
        exit_at=last.filled_at,
        exit_price=position.closed_turnover / position.opened_quantity,
        gross_pnl=position.realized_gross,
        charges=position.charges,
        exit_reason=exit_reason,
        fill_ids=tuple(position.fill_ids),
    )
