"""Positions from fills, and the closed trades they end in. Moved by settle.py, made again by rebooked.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.core.position import Fill, Position
from engine.domain.account import ReduceBy
from engine.domain.errors import InvariantBroken
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.order import ExitReason, Side

__all__ = ["Booked", "ClosedTrade", "Portfolio", "Position"]

ZERO = Decimal(0)


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

    @property
    def hold_s(self) -> int:
        """Whole seconds of market time from the first entry's fill to the last exit's."""
        return (self.exit_at - self.entry_at) // SECOND


@dataclass(frozen=True, slots=True)
class Booked:
    """What a fill did: the gross P&L it realized, and the round trip it ended, if it did."""

    realized: Decimal
    closed: ClosedTrade | None


class Portfolio:
    """All open positions of the account, by (bot, symbol), and the fills it has booked.

    Fills are remembered by key for as long as they are part of an open position, and else through the next trading
    day: a venue tells its day's fills again after a restart or a reconnection.
    """

    __slots__ = ("_booked", "_booked_before", "_positions", "_reduce_by", "_sorted")

    def __init__(self, reduce_by: ReduceBy = ReduceBy.AVERAGE) -> None:
        self._positions: dict[tuple[str, str], Position] = {}
        self._sorted: list[Position] | None = None
        self._reduce_by = reduce_by
        self._booked: set[str] = set()
        self._booked_before: set[str] = set()

    def get(self, bot_id: str, symbol: str) -> Position | None:
        """The open position of a bot in a symbol, if there is one."""
        return self._positions.get((bot_id, symbol))

    def all(self) -> list[Position]:
        """Every open position, by bot and symbol. The list is another one once a position has come or gone."""
        if self._sorted is None:
            self._sorted = [self._positions[key] for key in sorted(self._positions)]
        return self._sorted

    def __len__(self) -> int:
        return len(self._positions)

    def restore(self, position: Position) -> None:
        """Put back a position that was open."""
        self._sorted = None
        self._positions[position.bot_id, position.symbol] = position
        self.remember(position.fill_ids)

    def has_booked(self, fill_key: str) -> bool:
        """Whether a fill is in the books already."""
        return fill_key in self._booked or fill_key in self._booked_before

    def remember(self, fill_keys: Iterable[str]) -> None:
        """Fills that were booked before a restart."""
        self._booked.update(fill_keys)

    def begin_day(self) -> None:
        """Let go of the fills of the day before yesterday, but for those of open positions."""
        self._booked_before, self._booked = self._booked, set()
        for position in self.all():
            self._booked.update(position.fill_ids)

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

    def book(self, fill: Fill, instrument: Instrument, at_risk_pct: Decimal, exit_reason: ExitReason | None) -> Booked:
        """Take a fill, checked before, of an order that was an entry (exit_reason None) or an exit."""
        key = (fill.bot_id, fill.symbol)
        position = self._positions.get(key)
        if position is None:
            position = self._positions[key] = Position(fill.bot_id, instrument, fill.filled_at)
            self._sorted = None
        self._booked.add(fill.fill_key)
        position.charges += fill.charges
        position.fill_ids.append(fill.fill_key)
        value = instrument.value_of(fill.price, fill.quantity)
        if exit_reason is None:
            position.build(fill, value, at_risk_pct)
            return Booked(ZERO, None)
        realized = position.reduce(fill, value, self._reduce_by)
        if position.quantity:
            return Booked(realized, None)
        del self._positions[key]
        self._sorted = None
        return Booked(realized, _closed(position, fill, exit_reason))


def _closed(position: Position, last: Fill, exit_reason: ExitReason) -> ClosedTrade:
    return ClosedTrade(
        bot_id=position.bot_id,
        symbol=position.symbol,
        side="LONG" if last.side is Side.SELL else "SHORT",
        quantity=position.opened_quantity,
        entry_at=position.entry_time,
        entry_price=position.opened_turnover / position.opened_quantity,
        exit_at=position.exit_time,
        exit_price=position.closed_turnover / position.opened_quantity,
        gross_pnl=position.realized_gross,
        charges=position.charges,
        exit_reason=exit_reason,
        fill_ids=tuple(position.fill_ids),
    )
